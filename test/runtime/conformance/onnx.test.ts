/** The ONNX executor on the CPU against the reference executor, call by call and with the calls of a message as a loop. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { testSteps } from "./steps.ts";

describe.each([false, true])("onnx cpu agrees with reference, loop %s", (loop) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createOnnxExecutor({ threads: 2, loop });
  });
  afterAll(() => executor.close());
  testOperations(() => executor, { all: 1e-5 });
  testRandomShapes(() => executor, { all: 1e-5 }, { programs: 6 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-3);
});
