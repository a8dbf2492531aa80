import { defineConfig } from "vitest/config";

// One browser, one server, one test after the other: as a person would.
export default defineConfig({
  test: { root: import.meta.dirname, include: ["*.e2e.ts"], environment: "node", fileParallelism: false, reporters: ["default", "../failed.ts"], testTimeout: 40_000, hookTimeout: 120_000, bail: 0 },
});
