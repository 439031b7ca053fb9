/** The TensorFlow.js executor against the reference executor, on the backends that every machine runs. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "#runtime/executor";
import { createTfjsExecutor } from "#runtime/executors/tfjs";
import { scalar, tensor } from "#runtime/tensor";
import { testOperations } from "./agree.ts";
import { counter, testSessions } from "./sessions.ts";
import { testSteps } from "./steps.ts";

tf.enableProdMode(); // without advice to install another backend

describe.each(["cpu", "wasm"])("tfjs %s agrees with reference", (backend) => {
  let executor: Executor;
  beforeAll(async () => {
    await tf.setBackend(backend);
    executor = createTfjsExecutor({ name: `tfjs-${backend}`, tf });
  });
  testOperations(() => executor, { all: 1e-5 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-3);

  test("100 steps leave no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const session = await executor.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    const step = { program: "counter", inputs: { by: scalar(1) } };
    await session.run([step]);
    const open = tf.memory().numTensors;
    for (let i = 0; i < 100; i++) await session.run([step]);
    expect(tf.memory().numTensors).toBe(open);
    await session.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
