import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // The hostile corpus holds floods, and jsdom is slow with thousands of elements.
    testTimeout: 30_000,
  },
});
