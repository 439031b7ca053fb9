import { describe, expect, test } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import type { TrainingTarget } from "#compiler/vocabulary";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createReferenceExecutor } from "#runtime/executors/reference";
import type { Executor, Tensors } from "#runtime/executor";
import { forward } from "#runtime/forward";
import type { TrainingPlan } from "#runtime/program/plan";
import { createStream } from "#runtime/random";
import { train } from "#runtime/train";
import type { Constants } from "#lang/types/signature";
import { regimes } from "#stdlib/regimes/index";
import { model, node, sourceOf, targetOf } from "./problem.ts";

const weather = { kind: "labels", labels: ["dry", "rain", "snow"] } as const;

/** Weather -> Wet <- Sprinkler <- Weather, with a bool, a three-state and a fixed node. */
const garden = model(
  node("Weather", [], weather),
  node("Sprinkler", ["Weather"]),
  node("Wet", ["Sprinkler", "Weather"]),
  node("Mood", ["Wet"], { kind: "labels", labels: ["low", "middle", "high"] }),
);

/** Encoded rows of the garden, drawn from tables that the tests do not look at. */
function gardenRows(count: number): readonly (readonly number[])[] {
  const stream = createStream(11, "garden");
  const pick = (probabilities: readonly number[]): number => {
    const u = stream.uniform();
    let sum = 0;
    return probabilities.findIndex((p) => {
      sum += p;
      return u < sum;
    });
  };
  const oneHot = (state: number) => [0, 1, 2].map((k) => (k === state ? 1 : 0));
  return Array.from({ length: count }, () => {
    const sky = pick([0.6, 0.3, 0.1]);
    const sprinkler = pick(
      [
        [0.5, 0.5],
        [0.9, 0.1],
        [1, 0],
      ][sky]!,
    );
    const wet = pick(
      [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.6, 0.4],
      ][Math.max(sprinkler, sky === 1 ? 1 : 0)]!,
    );
    const mood = pick(wet === 1 ? [0.5, 0.4, 0.1] : [0.1, 0.3, 0.6]);
    return [...oneHot(sky), sprinkler, wet, ...oneHot(mood)];
  });
}

const stateOf: Readonly<Record<string, (row: readonly number[]) => number>> = {
  Weather: (row) => row.indexOf(1, 0),
  Sprinkler: (row) => row[3]!,
  Wet: (row) => row[4]!,
  Mood: (row) => row.indexOf(1, 5) - 5,
};

/** Counts made row by row. */
function counted(causal: CausalModel, rows: readonly (readonly number[])[]): Readonly<Record<string, number[]>> {
  const states = (name: string) => (name === "Weather" || name === "Mood" ? 3 : 2);
  return Object.fromEntries(
    causal.nodes.map(({ name, parents }) => {
      const size = parents.reduce((product, parent) => product * states(parent), states(name));
      const table = new Array<number>(size).fill(0);
      for (const row of rows) {
        const index = parents.reduce((at, parent) => at * states(parent) + stateOf[parent]!(row), 0);
        table[index * states(name) + stateOf[name]!(row)]!++;
      }
      return [name, table];
    }),
  );
}

function normalised(table: readonly number[], states: number): readonly number[] {
  return table.map((count, i) => {
    const first = i - (i % states);
    const total = table.slice(first, first + states).reduce((sum, value) => sum + value, 0);
    return total === 0 ? 1 / states : count / total;
  });
}

async function learn(
  name: string,
  target: TrainingTarget,
  settings: Constants,
  rows: readonly (readonly number[])[],
  executor: Executor = createReferenceExecutor(),
): Promise<{ plan: TrainingPlan; state: Tensors; tables: Tensors }> {
  const plan = regimes.get(name)!.plan(target, settings);
  const sources = { data: sourceOf({ labels: rows }, plan.order) };
  const { state } = await train(plan, { executor, seed: 1, sources });
  const repeat = executor.name === "reference" ? 1 : plan.tables!.repeat;
  const tables = await forward(plan, { ...plan.tables!, repeat }, state, { executor, seed: 1 });
  return { plan, state, tables };
}

const statesIn = (name: string) => (name === "Weather" || name === "Mood" ? 3 : 2);

describe("cpt", () => {
  test("tables are exact counts, also when the last batch is not full", async () => {
    const rows = gardenRows(103);
    const { plan, state, tables } = await learn("cpt", targetOf(garden, rows.length), { batch: 10 }, rows);
    expect(plan.steps).toBe(11);
    const exact = counted(garden, rows);
    for (const { name } of garden.nodes) {
      expect([...state[`count/${name}`]!.data], name).toEqual(exact[name]);
      const wanted = normalised(exact[name]!, statesIn(name));
      [...tables[name]!.data].forEach((p, i) => void expect(p, name).toBeCloseTo(wanted[i]!, 6));
    }
  });

  test("smoothing adds to every count", async () => {
    const rows = gardenRows(20);
    const { tables } = await learn("cpt", targetOf(garden, rows.length), { smoothing: 2 }, rows);
    const wanted = normalised(
      counted(garden, rows).Wet!.map((count) => count + 2),
      2,
    );
    [...tables.Wet!.data].forEach((p, i) => void expect(p).toBeCloseTo(wanted[i]!, 6));
  });

  test("nodes that have a mechanism already are left alone", () => {
    const half = { kind: "table", probabilities: Float64Array.of(0.5, 0.5) } as const;
    const causal = model(node("Fixed", [], { kind: "bool" }, half), node("Learned", ["Fixed"]));
    const { programs } = regimes.get("cpt")!.plan(targetOf(causal, 10), {});
    expect(programs.tables!.outputs.map(({ name }) => name)).toEqual(["Learned"]);
  });

  test.each(["cpt", "mle", "wgan_gp"])("nodes with a single state have tables too: %s", async (name) => {
    const causal = model(node("Only", [], { kind: "int", low: 3, high: 3 }), node("Child", ["Only"]));
    const rows = [
      [0, 1],
      [0, 1],
    ];
    const { tables } = await learn(name, targetOf(causal, rows.length), name === "cpt" ? {} : { steps: 1 }, rows);
    expect([...tables.Only!.data]).toEqual([1]);
    expect(tables.Child!.shape).toEqual([1, 2]);
  });

  test("a table that no memory holds is a fault that names the node", () => {
    const parents = Array.from({ length: 24 }, (_, i) => `P${i}`);
    const causal = model(...parents.map((name) => node(name)), node("Child", parents));
    expect(() => regimes.get("cpt")!.plan(targetOf(causal, 10), {})).toThrow(/P\(Child \| P0, .*33554432/);
  });
});

describe("mle", () => {
  test.each([
    ["by counts", {}, 600, 0.002],
    ["by rows, where tables are longer than the data", { steps: 6000, rate: 0.01 }, 5, 0.03],
  ])("reaches the counting optimum %s", async (_, settings, rowsOfTarget, tolerance) => {
    const rows = gardenRows(600);
    const executor = await createOnnxExecutor({ threads: 1 });
    try {
      const { tables } = await learn("mle", targetOf(garden, rowsOfTarget), settings, rows, executor);
      const exact = counted(garden, rows);
      for (const { name } of garden.nodes) {
        const states = statesIn(name);
        const wanted = normalised(exact[name]!, states);
        const distance = wanted.reduce((sum, p, i) => {
          const first = i - (i % states);
          const weight = exact[name]!.slice(first, first + states).reduce((a, c) => a + c, 0) / rows.length;
          return sum + (weight * Math.abs(p - tables[name]!.data[i]!)) / 2;
        }, 0);
        expect(distance, name).toBeLessThan(tolerance);
      }
    } finally {
      await executor.close();
    }
  });
});

describe("wgan_gp", () => {
  const pair = model(node("Cause"), node("Effect", ["Cause"]));
  const joint = [0.2, 0.1, 0.15, 0.55];
  const rows = joint.flatMap((p, cell) => Array.from({ length: 200 * p }, () => [cell >> 1, cell & 1]));

  test.each([
    ["families", { steps: 400, batch: 64 }],
    ["joint", { critic: "joint", steps: 1000, batch: 64 }],
  ])("two nodes come within 0.05 of their joint distribution: %s", async (_, settings) => {
    const executor = await createOnnxExecutor({ threads: 1 });
    try {
      const { tables } = await learn("wgan_gp", targetOf(pair, rows.length), settings, rows, executor);
      const cause = tables.Cause!.data;
      const effect = tables.Effect!.data;
      const distance = joint.reduce((sum, p, cell) => sum + Math.abs(p - cause[cell >> 1]! * effect[cell]!) / 2, 0);
      expect(distance).toBeLessThan(0.05);
    } finally {
      await executor.close();
    }
  });

  test("the paper's constants and schedule", () => {
    const plan = regimes.get("wgan_gp")!.plan(targetOf(pair, rows.length), { paper: true });
    expect(plan.batch).toBe(16);
    expect(plan.cycle).toEqual([
      { program: "critic", times: 20 },
      { program: "joint", times: 1 },
    ]);
    const shapes = new Map(plan.state.map(({ name, shape }) => [name, shape]));
    expect(shapes.get("generator/0/0/weight")).toEqual([10, 10]);
    expect(shapes.get("generator/1/0/weight")).toEqual([11, 10]);
    expect(shapes.get("critic/4/weight")).toEqual([15, 15]);
    expect(shapes.get("critic/5/weight")).toEqual([15, 1]);
    expect([...shapes.keys()].filter((name) => name.startsWith("average"))).toEqual([]);
  });

  test.each(["families", "joint"])("states of several values, and nodes not learned, take part: %s", async (critic) => {
    const half = { kind: "table", probabilities: Float64Array.of(0.5, 0.5) } as const;
    const causal = model(
      node("Weather", [], weather),
      node("Fixed", [], { kind: "bool" }, half),
      node("Mood", ["Weather", "Fixed"], weather),
    );
    const encoded = Array.from({ length: 30 }, (_, i) => [0, 1, 2].map((k) => (k === i % 3 ? 1 : 0)));
    const all = encoded.map((sky, i) => [...sky, i % 2, ...encoded[(i * 7) % 30]!]);
    const { tables } = await learn("wgan_gp", targetOf(causal, 30), { critic, steps: 2, batch: 8 }, all);
    expect(Object.keys(tables).sort()).toEqual(["Mood", "Weather"]);
    expect(tables.Mood!.shape).toEqual([6, 3]);
    for (let row = 0; row < 6; row++) {
      expect(tables.Mood!.data.slice(3 * row, 3 * row + 3).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
  });

  test("training that was interrupted continues to the same bytes", async () => {
    const plan = regimes.get("wgan_gp")!.plan(targetOf(pair, rows.length), { steps: 6, batch: 8 });
    const executor = createReferenceExecutor();
    const sources = { data: sourceOf({ labels: rows }, plan.order) };
    const whole = await train(plan, { executor, seed: 3, sources });
    const half = await train({ ...plan, steps: 2 }, { executor, seed: 3, sources });
    const rest = await train(plan, { executor, seed: 3, sources, start: { step: 2, state: half.state } });
    expect(rest.state).toEqual(whole.state);
  });
});
