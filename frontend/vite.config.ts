import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // One file of each sort, and nothing inlined: the window's policy allows neither data: addresses nor inline styles.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: false, cssCodeSplit: false, emptyOutDir: true },
  test: { include: ["src/**/*.test.ts"], environment: "node", reporters: ["default", "./failed.ts"] },
});
