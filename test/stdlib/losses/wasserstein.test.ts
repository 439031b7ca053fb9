import { expect, test } from "vitest";
import { createBuilder, type Value } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import { simplify } from "#compiler/tensor/simplify";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { createStream } from "#runtime/random";
import { type Tensor, tensor } from "#runtime/tensor";
import { criticLoss, gradientPenalty, wassersteinGeneratorLoss } from "#stdlib/losses/wasserstein";
import { evaluate, matrix } from "./evaluate.ts";

test("the critic's and the generator's losses", async () => {
  const real = [[2], [-1]];
  const fake = [[0.5], [-3]];
  expect((await evaluate((b) => criticLoss(b, matrix(b, real), matrix(b, fake))))[0]).toBeCloseTo(-1.25 - 0.5, 6);
  expect((await evaluate((b) => wassersteinGeneratorLoss(b, matrix(b, fake))))[0]).toBeCloseTo(1.25, 6);
});

test("a linear critic has the penalty of its slope", async () => {
  const [value] = await evaluate((b) => {
    const critic = (x: Value) => b.matmul(x, matrix(b, [[3], [4]]));
    return gradientPenalty(b, critic, matrix(b, [[1, 2]]), matrix(b, [[0, 1]]), matrix(b, [[0.3]]));
  });
  expect(value).toBeCloseTo((5 - 1) ** 2, 4);
  const [centred] = await evaluate((b) => {
    const critic = (x: Value) => b.matmul(x, matrix(b, [[3], [4]]));
    return gradientPenalty(b, critic, matrix(b, [[1, 2]]), matrix(b, [[0, 1]]), matrix(b, [[0.3]]), 0);
  });
  expect(centred, "about slope 0").toBeCloseTo(25, 4);
});

test("value and gradient of the penalty agree with finite differences", async () => {
  const b = createBuilder("penalty");
  const inputs = { real: b.input("real", [4, 3]), fake: b.input("fake", [4, 3]), mix: b.input("mix", [4, 1]) };
  const shapes: Readonly<Record<string, readonly number[]>> = { first: [3, 5], second: [5, 4], third: [4, 1] };
  const parameters = Object.entries(shapes).map(([name, shape]) => [name, b.input(name, shape)] as const);
  // a smooth critic: differences across the kinks of a rectifier say nothing
  const score = (x: Value) => parameters.reduce((h, [, weights]) => b.matmul(b.tanh(h), weights), x);
  const penalty = gradientPenalty(b, score, inputs.real, inputs.fake, inputs.mix);
  const slopes = gradient(
    b,
    penalty,
    parameters.map(([, value]) => value),
  );
  b.output("penalty", penalty);
  b.output("score", score(inputs.real));
  parameters.forEach(([name], i) => void b.output(`d ${name}`, slopes[i]!));

  const stream = createStream(7, "penalty");
  const draw = (shape: readonly number[]): Tensor => {
    const data = new Float32Array(shape[0]! * shape[1]!);
    stream.fillUniform(data, 0, 1);
    return tensor(shape, data);
  };
  const fed = { real: draw([4, 3]), fake: draw([4, 3]), mix: draw([4, 1]) };
  const state = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(shape)]));
  const run = async (changed: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor>> = fed) => {
    const session = await createReferenceExecutor().open({ penalty: simplify(b.build()) }, { ...state, ...changed });
    return (await session.run([{ program: "penalty", inputs: given }]))[0]!;
  };

  // the value, from slopes of the score by finite differences
  const between = tensor(
    [4, 3],
    fed.real.data.map((r, i) => {
      const f = fed.fake.data[i]!;
      return f + fed.mix.data[Math.floor(i / 3)]! * (r - f);
    }),
  );
  const step = 1e-2;
  const squares = new Float64Array(4);
  for (let column = 0; column < 3; column++) {
    const shifted = (by: number) =>
      tensor(
        [4, 3],
        between.data.map((x, i) => (i % 3 === column ? x + by : x)),
      );
    const [up, down] = await Promise.all([step, -step].map((by) => run({}, { ...fed, real: shifted(by) })));
    up!.score!.data.forEach((value, row) => {
      squares[row]! += ((value - down!.score!.data[row]!) / (2 * step)) ** 2;
    });
  }
  const expected = squares.reduce((sum, square) => sum + (Math.sqrt(square) - 1) ** 2, 0) / 4;
  const here = await run({});
  expect(here.penalty!.data[0]).toBeCloseTo(expected, 3);

  // its gradient in every weight of the critic
  for (const [name] of parameters) {
    const { shape, data } = state[name]!;
    for (let i = 0; i < data.length; i += 2) {
      const moved = async (by: number) =>
        (
          await run({
            [name]: tensor(
              shape,
              data.map((x, j) => (j === i ? x + by : x)),
            ),
          })
        ).penalty!.data[0]!;
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      expect(here[`d ${name}`]!.data[i], `${name} ${i}`).toBeCloseTo(slope, 2);
    }
  }
});
