/** The ONNX executor on WebGPU against the reference executor. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { shaderTolerance, testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { testSteps } from "./steps.ts";

describe("onnx webgpu agrees with reference", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createOnnxExecutor({ provider: "webgpu" });
  });
  afterAll(() => executor.close());
  testOperations(() => executor, shaderTolerance);
  testRandomShapes(() => executor, shaderTolerance, { programs: 3 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-2);
});
