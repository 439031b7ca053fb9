/** The TensorFlow.js executor against the reference executor, on the backends that every machine runs. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import { createTfjsExecutor } from "#runtime/executors/tfjs";
import { openForward } from "#runtime/forward";
import { inputsOf } from "#runtime/program/program";
import { sizeOf, tensor } from "#runtime/tensor";
import { testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { openSteps, planOf, testSteps } from "./steps.ts";

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

  test.for([["wgan_gp", 100] as const, ["causalgan", 5] as const, ["causalbegan", 5] as const])(
    "training with %s leaves no tensor behind",
    async ([regime, steps]) => {
      const before = tf.memory().numTensors;
      const { session, callsOf } = await openSteps(regime, executor, steps);
      await session.run(await callsOf(0));
      const open = tf.memory().numTensors;
      for (let step = 1; step < steps; step++) await session.run(await callsOf(step));
      expect(tf.memory().numTensors).toBe(open);
      await session.read();
      await session.write(await session.read());
      expect(tf.memory().numTensors).toBe(open);
      await session.close();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test.for(["causalgan", "causalbegan"] as const)(
    "drawing with what %s trained leaves no tensor behind",
    async (regime) => {
      const { plan, state } = planOf(regime);
      const before = tf.memory().numTensors;
      const drawing = await openForward(plan, plan.draw!, state, { executor, seed: 1 });
      const labels = inputsOf(plan.programs[plan.draw!.program]!).find(({ name }) => name === "labels")!;
      const inputs = { labels: tensor(labels.shape, new Float32Array(sizeOf(labels.shape))) };
      await drawing.run(inputs, 0);
      const open = tf.memory().numTensors;
      for (let index = 1; index < 4; index++) await drawing.run(inputs, index);
      expect(tf.memory().numTensors).toBe(open);
      await drawing.close();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test("an operation that fails leaves no tensor behind", async () => {
    const b = createBuilder("failing");
    b.output("sum", b.add(b.exp(b.input("x", [2])), b.input("y", [2])));
    const program = b.build();
    const session = await executor.open({ failing: program }, { x: tensor([2], [1, 2]) });
    const before = tf.memory().numTensors;
    const wrong = { shape: [2], data: new Float32Array(3) };
    await expect(session.run([{ program: "failing", inputs: { y: wrong } }])).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
    await session.close();
  });
});
