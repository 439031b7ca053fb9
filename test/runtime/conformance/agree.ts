/** Compares an executor with the reference executor, operation by operation. */
import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Executor, Tensors } from "#runtime/executor";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { type OpName, opNames } from "#runtime/program/ops";
import { inputsOf, type Program } from "#runtime/program/program";
import { createStream } from "#runtime/random";
import { type Shape, sizeOf } from "#runtime/tensor";
import { cases } from "./cases.ts";

const reference = createReferenceExecutor();

/** Standard normal inputs by name, the same for every executor. */
function drawInputs(program: Program): Tensors {
  return Object.fromEntries(
    inputsOf(program).map(({ name, shape }) => {
      const data = new Float32Array(sizeOf(shape));
      createStream(1, program.name, name).fillNormal(data, 0, 1);
      return [name, { shape, data }];
    }),
  );
}

async function runOn(executor: Executor, program: Program, inputs: Tensors): Promise<Tensors> {
  const session = await executor.open({ main: program }, {});
  try {
    const [results] = await session.run([{ program: "main", inputs }]);
    return results!;
  } finally {
    await session.close();
  }
}

/** The largest difference of an output from the reference, relative to the largest value of that output (at least 1). */
export async function expectAgreement(executor: Executor, program: Program, tolerance: number): Promise<void> {
  const inputs = drawInputs(program);
  const expected = await runOn(reference, program, inputs);
  const actual = await runOn(executor, program, inputs);
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]!.shape, name).toEqual(shape);
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (const [i, value] of data.entries()) {
      expect(Math.abs(actual[name]!.data[i]! - value) / scale, `${name}[${i}]`).toBeLessThan(tolerance);
    }
  }
}

/** How exact an executor must be; `of` names operations that its engine promises less for. */
export interface Tolerance {
  readonly all: number;
  readonly of?: { readonly [K in OpName]?: number };
}

/** WGSL only promises sin and cos to 2^-11, and pow as exp2(y log2(x)). */
export const shaderTolerance: Tolerance = { all: 1e-4, of: { sin: 2 ** -11, cos: 2 ** -11, pow: 1e-3 } };

/** One test for each operation of the table, over all of its cases. */
export function testOperations(executor: () => Executor, { all, of = {} }: Tolerance): void {
  test.for(opNames)("%s", async (op) => {
    const b = createBuilder(op);
    let drawn = 0;
    const draw = (shape: Shape) => b.input(`x${drawn++}`, shape);
    for (const [i, build] of cases[op].entries()) b.output(`case ${i}`, build(b, draw));
    const program = b.build();
    expect(program.nodes.some((node) => node.op === op)).toBe(true);
    await expectAgreement(executor(), program, of[op] ?? all);
  });
}
