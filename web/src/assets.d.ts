/** Vite gives the address of a worker's own file. */
declare module "*?worker&url" {
  const url: string;
  export default url;
}

declare module "*.css";

declare module "*.mjs?url" {
  const url: string;
  export default url;
}

/** What vite makes of the one call that we use. */
interface ImportMeta {
  glob<T>(pattern: string, options: { query: string; import: string }): Record<string, () => Promise<T>>;
}
