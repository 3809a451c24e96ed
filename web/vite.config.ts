import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Every file `src/pages/<name>.ts` is the entry of one page; Django finds it as that path in manifest.json. */
function pageEntries(): string[] {
  return readdirSync(here("src/pages"))
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => here(`src/pages/${name}`));
}

const names = {
  entryFileNames: "[name]-[hash].js",
  chunkFileNames: "[name]-[hash].js",
  assetFileNames: "[name]-[hash][extname]",
};

export default defineConfig({
  root: here("."),
  base: "/static/bundle/",
  publicDir: false,
  build: {
    outDir: here("../src/siegel/site/static/bundle"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    // The content security policy allows no data: and no inline: every asset and worker is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Source is public; maps would only carry the builder's paths.
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: pageEntries(), output: names },
  },
  worker: { format: "es", rolldownOptions: { output: names } },
});
