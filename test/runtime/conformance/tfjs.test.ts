/** The TensorFlow.js executor against the reference executor, on the backends that every machine runs. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "#runtime/executor";
import { createTfjsExecutor } from "#runtime/executors/tfjs";
import { testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { openSteps, testSteps } from "./steps.ts";

tf.enableProdMode(); // without advice to install another backend

describe.each(["cpu", "wasm"])("tfjs %s agrees with reference", (backend) => {
  let executor: Executor;
  beforeAll(async () => {
    await tf.setBackend(backend);
    executor = createTfjsExecutor({ name: `tfjs-${backend}`, tf });
  });
  testOperations(() => executor, { all: 1e-5 });
  testRandomShapes(() => executor, { all: 1e-5 }, { programs: 6 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-3);

  test("100 training steps leave no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const { session, callsOf } = await openSteps("wgan_gp", executor, 100);
    await session.run(await callsOf(0));
    const open = tf.memory().numTensors;
    for (let step = 1; step < 100; step++) await session.run(await callsOf(step));
    expect(tf.memory().numTensors).toBe(open);
    await session.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
