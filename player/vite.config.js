import { defineConfig } from "vite";

import { precompress } from "./precompress.js";
import { leanHls } from "./watch/hls/lean-build.js";

// One entry per page island; templates find the built names in the manifest (stream/pages.py).
export default defineConfig({
  root: import.meta.dirname,
  base: "/assets/",
  publicDir: false,
  plugins: [leanHls(), precompress()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsDir: ".",
    manifest: true,
    modulePreload: false,
    target: ["chrome109", "firefox115", "safari16"],
    rollupOptions: {
      input: ["styles/base.css", "styles/pages.css", "styles/record.css", "styles/insight.css", "styles/upload.css", "styles/watch.css", "manage/main.ts", "watch/main.ts", "upload/main.ts", "record/main.ts", "insight/main.ts"],
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
