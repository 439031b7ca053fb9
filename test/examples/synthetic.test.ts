/** The parts of the synthetic study: its data, its step and its table. The study itself is `npm run synthetic`. */
import { describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { evaluate } from "#runtime/executors/reference/evaluate";
import { initialState } from "#runtime/parameters";
import { createStream } from "#runtime/random";
import { type Tensor, tensor } from "#runtime/tensor";
import { cubic, type DataKind, dataOf, type GraphName, graphNames } from "../../examples/synthetic/data.ts";
import { type Cell, planOf, run } from "../../examples/synthetic/gan.ts";
import { generators } from "../../examples/synthetic/networks.ts";
import { summary, table, text } from "../../examples/synthetic/table.ts";

/** Rows [2, n, 3] of two replicates for this noise. */
function rows(graph: GraphName, kind: DataKind, noise: Tensor): Float32Array {
  const b = createBuilder("data");
  b.output("x", dataOf(b, graph, kind, b.input("e", noise.shape), 3));
  return evaluate(b.build(), { e: noise }).x!.data;
}

/** Noise of 50 rows; variables in `changed` have another draw. */
function noise(changed: readonly number[] = []): Tensor {
  const values = new Float32Array(300);
  createStream(1, "noise").fillUniform(values, 0, 1);
  const other = new Float32Array(300);
  createStream(2, "noise").fillUniform(other, 0, 1);
  return tensor(
    [2, 50, 3],
    values.map((x, i) => (changed.includes((i % 3) + 1) ? other[i]! : x)),
  );
}

/** Which variables change when the noise of one does. */
function moved(graph: GraphName, kind: DataKind, variable: number): readonly number[] {
  const [a, b] = [rows(graph, kind, noise()), rows(graph, kind, noise([variable]))];
  return [1, 2, 3].filter((i) => a.some((x, k) => k % 3 === i - 1 && Math.abs(x - b[k]!) > 1e-6));
}

describe("data", () => {
  test("a polynomial fills [0, 1] on its grid", () => {
    for (const inputs of [1, 2]) {
      const coefficients = cubic(inputs, createStream(5, inputs).uniform);
      const d = inputs + 1;
      let [low, high] = [1, 0];
      for (let i = 0; i < 200 ** inputs; i++) {
        const x = [1, (i % 200) / 200, Math.floor(i / 200) / 200];
        let value = 0;
        for (let a = 0; a < d; a++)
          for (let c = 0; c < d; c++)
            for (let k = 0; k < d; k++) value += coefficients[(a * d + c) * d + k]! * x[a]! * x[c]! * x[k]!;
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
      expect(low).toBeCloseTo(0, 9);
      expect(high).toBeCloseTo(1, 9);
    }
  });

  test("stays about within [0.05, 0.95], and replicates have polynomials of their own", () => {
    for (const graph of graphNames) {
      const x = rows(graph, "legacy", noise());
      expect(Math.min(...x)).toBeGreaterThan(0);
      expect(Math.max(...x)).toBeLessThan(1);
      expect(x.slice(0, 150)).not.toEqual(x.slice(150));
    }
  });

  test("what each noise reaches: the graph in the corrected data, less in the released ones", () => {
    const reach = (graph: GraphName, kind: DataKind) =>
      [1, 2, 3].map((variable) => moved(graph, kind, variable).join(""));
    expect(reach("line", "legacy")).toEqual(["123", "23", "3"]);
    expect(reach("line", "corrected")).toEqual(["123", "23", "3"]);
    expect(reach("collider", "corrected")).toEqual(["12", "2", "23"]);
    expect(reach("complete", "corrected")).toEqual(["123", "23", "3"]);
    // X2 of the collider and X3 of complete are functions of X1 alone
    expect(reach("collider", "legacy")).toEqual(["12", "", "3"]);
    expect(reach("complete", "legacy")).toEqual(["123", "2", ""]);
  });
});

const cell: Cell = { data: "line", generator: "line", kind: "legacy", replicates: 2, steps: 3, seed: 1 };

describe("a cell", () => {
  test("each generator makes rows within the unit cube, and both players have gradients", async () => {
    const executor = createReferenceExecutor();
    for (const generator of generators) {
      const plan = planOf({ ...cell, generator, kind: "corrected", replicates: 1 });
      const start = initialState(plan.state, 1);
      const e = tensor([1, 64, 3], new Float32Array(192).fill(0.4));
      const z = tensor(
        [1, 64, 30],
        Float32Array.from({ length: 1920 }, (_, i) => (i % 97) / 97),
      );
      const session = await executor.open(plan.programs, start);
      const [results] = await session.run([{ program: "joint", inputs: { e, z } }]);
      expect(Number.isFinite(results!.generator_loss!.data[0])).toBe(true);
      const moved = await session.read();
      for (const { name, role } of plan.state) {
        if (role === "counter") expect(moved[name]!.data, name).toEqual(Float32Array.of(1));
        // the generator waits while the discriminator is sure of itself, but its gradients are there
        if (role === "optimizer") expect(Math.max(...moved[name]!.data.map(Math.abs)), name).toBeGreaterThan(0);
      }
    }
  });

  test("replicates do not meet: the gradients of one are those without the other", async () => {
    const executor = createReferenceExecutor();
    const trainedBeside = async (other: number) => {
      const plan = planOf(cell);
      const values = (size: number) =>
        Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? (i % 89) / 89 : (other * (i % 83)) / 83));
      const inputs = { e: tensor([2, 64, 3], values(192)), z: tensor([2, 64, 30], values(1920)) };
      const session = await executor.open(plan.programs, initialState(plan.state, 1));
      await session.run([{ program: "joint", inputs }]);
      return session.read();
    };
    const [a, b] = [await trainedBeside(0.2), await trainedBeside(0.9)];
    for (const { name, role, shape } of planOf(cell).state) {
      if (role !== "parameter") continue;
      const each = a[name]!.data.length / shape[0]!;
      expect(a[name]!.data.slice(0, each), name).toEqual(b[name]!.data.slice(0, each));
    }
  });

  test("a run gives a distance a replicate, the same for the same seed", async () => {
    const executor = createReferenceExecutor();
    const first = await run(cell, executor, 1000);
    expect(first).toHaveLength(2);
    for (const distance of first) expect(distance > 0 && distance <= 1).toBe(true);
    expect(await run(cell, executor, 1000)).toEqual(first);
    expect(await run({ ...cell, seed: 2 }, executor, 1000)).not.toEqual(first);
  });
});

test("the table sets the published figures below ours", () => {
  const cells = generators.map((_, i) => [0.1 * i, 0.1 * i + 0.02]);
  expect(table("legacy", [{ data: "line", cells }], { steps: 10, seeds: 2 })).toBe(`\
legacy data, 10 steps, 2 networks a cell: total variation distance, mean ± standard error

| data \\ generator | Line | Collider | Complete | FC3 | FC5 | FC10 |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| line | 0.010 ± .010 | 0.110 ± .010 | 0.210 ± .010 | 0.310 ± .010 | 0.410 ± .010 | 0.510 ± .010 |
| *published* | *0.358 ± .041* | *0.567 ± .068* | *0.362 ± .045* | *0.415 ± .041* | *0.477 ± .042* | *0.500 ± .033* |
`);
  const corrected = table("corrected", [{ data: "line", cells }], { steps: 10, seeds: 2 });
  expect(corrected).not.toContain("published");
  expect(text(summary([0.25]))).toBe("0.250");
});
