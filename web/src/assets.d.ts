/** Vite gives the address of a worker's own file. */
declare module "*?worker&url" {
  const url: string;
  export default url;
}
