import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: { include: ["test/**/*.gpu.ts"], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false },
});
