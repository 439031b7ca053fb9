import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: { include: ["test/**/*.long.ts"], testTimeout: 1_800_000, hookTimeout: 600_000, fileParallelism: false },
});
