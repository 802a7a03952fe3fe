import { defineConfig } from "vite";

// The recorder's engine and a stage for it, with what they export, for tests that drive it without the page.
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  base: "./",
  publicDir: false,
  build: {
    emptyOutDir: true,
    assetsDir: ".",
    modulePreload: false,
    target: ["chrome109", "firefox115", "safari16"],
    rollupOptions: {
      input: "tests/browser/record-stage.ts",
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "stage.js" },
    },
  },
});
