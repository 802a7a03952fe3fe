import { defineConfig } from "vite";

// One entry per page island; templates find the built names in the manifest (stream/pages.py).
export default defineConfig({
  root: import.meta.dirname,
  base: "/assets/",
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsDir: ".",
    manifest: true,
    modulePreload: false,
    target: ["chrome109", "firefox115", "safari16"],
    rollupOptions: {
      input: ["styles/base.css", "watch/main.ts", "upload/main.ts", "insight/main.ts"],
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
