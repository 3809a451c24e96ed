import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page of the benchmark, on its own; nothing of it is in the product's bundle. */
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  build: {
    outDir: here("../dist/bench"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
  },
});
