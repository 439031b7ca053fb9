/** Many random shapes of every operation on the engines that every machine runs; another seed may be given as CAUSAL_SEED. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { afterAll, beforeAll, describe } from "vitest";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createTfjsExecutor } from "#runtime/executors/tfjs";
import { testRandomShapes } from "./random.ts";

const amount = { programs: 150, seed: Number(process.env.CAUSAL_SEED ?? 2) };
tf.enableProdMode(); // without advice to install another backend

const opened = {
  "onnx cpu": () => createOnnxExecutor({ threads: 2 }),
  "tfjs cpu": () => onBackend("cpu"),
  "tfjs wasm": () => onBackend("wasm"),
} as const;

async function onBackend(backend: string): Promise<Executor> {
  await tf.setBackend(backend);
  return createTfjsExecutor({ name: `tfjs-${backend}`, tf });
}

describe.each(Object.keys(opened) as (keyof typeof opened)[])("%s agrees with reference", (name) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await opened[name]();
  });
  afterAll(() => executor.close());
  testRandomShapes(() => executor, { all: 1e-5 }, amount);
});
