/** The TensorFlow.js executor on WebGPU (Dawn) against the reference executor. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Executor } from "#runtime/executor";
import { openExecutor } from "../../../apps/devices.ts";
import { shaderTolerance, testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { testSteps } from "./steps.ts";

describe("tfjs webgpu agrees with reference", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await openExecutor("tfjs-webgpu");
  });
  afterAll(() => executor.close());
  testOperations(() => executor, shaderTolerance);
  testRandomShapes(() => executor, shaderTolerance, { programs: 3 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-2);
});
