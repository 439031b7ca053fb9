import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { simplify } from "#compiler/tensor/simplify";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { initialState } from "#runtime/parameters";
import { sizeOf, type Tensor, tensor } from "#runtime/tensor";
import { adam } from "#stdlib/optimizers/adam";
import { cosineDecay, linearDecay } from "#stdlib/optimizers/schedule";

/** The paper's algorithm 1 on numbers. */
function byHand(
  gradients: readonly number[],
  start: number,
  rate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
) {
  let [p, m, v] = [start, 0, 0];
  return gradients.map((g, i) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    p -= (rate * (m / (1 - beta1 ** (i + 1)))) / (Math.sqrt(v / (1 - beta2 ** (i + 1))) + epsilon);
    return p;
  });
}

async function run(shapes: Readonly<Record<string, readonly number[]>>, gradients: readonly number[], epsilon: number) {
  const b = createBuilder("step");
  const parameters = new Map(Object.entries(shapes).map(([name, shape]) => [name, b.input(name, shape)]));
  const slopes = [...parameters].map(([name, { shape }]) => b.input(`gradient/${name}`, shape));
  const step = adam(b, "test", parameters, slopes, { rate: 0.1, beta1: 0.5, beta2: 0.9, epsilon });
  for (const [name, value] of step.updates) b.output(name, value);
  const program = simplify(b.build());
  const state: Record<string, Tensor> = { ...initialState(step.state, 1) };
  for (const [name, shape] of Object.entries(shapes))
    state[name] = tensor(shape, new Float32Array(sizeOf(shape)).fill(2));
  const session = await createReferenceExecutor().open({ step: program }, state);
  const seen: number[][] = [];
  for (const g of gradients) {
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => {
        return [`gradient/${name}`, tensor(shape, new Float32Array(sizeOf(shape)).fill(g * (i + 1)))];
      }),
    );
    await session.run([{ program: "step", inputs }]);
    const now = await session.read(Object.keys(shapes));
    seen.push(Object.keys(shapes).map((name) => now[name]!.data.at(-1)!));
  }
  return { seen, step };
}

const gradients = [0.3, -0.2, 0.05, 1.5, 0, -0.7];

test("steps are those of the paper, for one large tensor", async () => {
  const { seen } = await run({ w: [5000] }, gradients, 1e-2);
  const wanted = byHand(gradients, 2, 0.1, 0.5, 0.9, 1e-2);
  seen.forEach(([value], i) => void expect(value).toBeCloseTo(wanted[i]!, 5));
});

test("small tensors share their moments and get the same steps, each with its own gradient", async () => {
  const { seen, step } = await run({ a: [2, 3], b: [4], c: [5000] }, gradients, 1e-8);
  expect(step.state.filter(({ role }) => role === "optimizer").map(({ shape }) => sizeOf(shape))).toEqual([
    5000, 5000, 10, 10,
  ]);
  for (let i = 0; i < 3; i++) {
    const own = gradients.map((g) => g * (i + 1));
    const wanted = byHand(own, 2, 0.1, 0.5, 0.9, 1e-8);
    seen.forEach((values, at) => void expect(values[i]).toBeCloseTo(wanted[at]!, 5));
  }
});

test("a large tensor costs ten passes over its elements", () => {
  const b = createBuilder("step");
  const w = b.input("w", [64, 128]);
  const step = adam(b, "test", new Map([["w", w]]), [b.input("g", [64, 128])], {
    rate: 0.1,
    beta1: 0.5,
    beta2: 0.9,
    epsilon: 1e-8,
  });
  for (const [name, value] of step.updates) b.output(name, value);
  const passes = simplify(b.build()).nodes.filter(({ op, shape }) => op !== "input" && sizeOf(shape) === 64 * 128);
  expect(passes.length).toBeLessThanOrEqual(10);
});

test.each([
  ["cosine", [0.4, 0.2, 0, 0], [0, 50, 100, 130]],
  ["linear", [0.4, 0.4, 0.2, 0], [0, 50, 75, 120]],
] as const)("the %s schedule", async (kind, rates, times) => {
  const b = createBuilder("rate");
  const updates = b.input("updates", []);
  const rate = kind === "cosine" ? cosineDecay(b, 0.4, updates, 100) : linearDecay(b, 0.4, updates, 50, 100);
  b.output("rate", b.mul(rate, 1));
  const session = await createReferenceExecutor().open({ rate: b.build() }, {});
  for (const [i, time] of times.entries()) {
    const [result] = await session.run([{ program: "rate", inputs: { updates: tensor([], [time]) } }]);
    expect(result!.rate!.data[0]).toBeCloseTo(rates[i]!, 6);
  }
});
