/** The ONNX executor on the CPU against the reference executor. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { testOperations } from "./agree.ts";

describe("onnx cpu agrees with reference", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createOnnxExecutor({ threads: 2 });
  });
  afterAll(() => executor.close());
  testOperations(() => executor, { all: 1e-5 });
});
