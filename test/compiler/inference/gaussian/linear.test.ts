/** Linear-Gaussian models: closed forms, matrices, and the sampler. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { upperTail } from "#compiler/inference/gaussian/normal";
import { answer } from "#compiler/inference/query";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { bool, distribution, equation, model, query, real } from "../../causal/models.ts";
import { conditional, modelOf, moments, randomLines } from "./dense.ts";

function ask(net: CausalModel, text: string, more: { limit?: number; samples?: number } = {}) {
  const result = answer(net, query(text), { vocabulary, samples: 20_000, seed: 1, ...more });
  if ("diagnostics" in result)
    throw new Error(result.diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  return result.answer;
}

function expectExact(net: CausalModel, text: string, truth: number, digits = 10) {
  const found = ask(net, text);
  expect(found.method, text).toBe("exact");
  expect(found.value, text).toBeCloseTo(truth, digits);
}

const normal = (name: string, parents: readonly string[], mean: string, std = "1") =>
  distribution(name, real, parents, "Normal", [mean, std]);
const noise = (name: string) => distribution(name, real, [], "Normal", ["0", "1"], "noise");

describe("conjugate updates", () => {
  const values = Array.from({ length: 20 }, (_, i) => 3 + Math.sin(7 * i));
  const net = model([normal("Mu", [], "1", "10"), ...values.map((_, i) => normal(`X${i}`, ["Mu"], "Mu", "2"))]);
  const given = values.map((value, i) => `X${i} = ${value}`).join(", ");
  const precision = 1 / 100 + 20 / 4;
  const mean = (1 / 100 + values.reduce((sum, value) => sum + value, 0) / 4) / precision;

  it("of a mean by twenty observations", () => {
    expectExact(net, `E[Mu | ${given}]`, mean);
    expectExact(net, `E[(Mu - ${mean}) ^ 2 | ${given}]`, 1 / precision);
    expectExact(net, `P(Mu > 3 | ${given})`, upperTail((3 - mean) * Math.sqrt(precision)));
    expectExact(
      net,
      `P(Mu > 2, Mu < 3 | ${given})`,
      upperTail((2 - mean) * Math.sqrt(precision)) - upperTail((3 - mean) * Math.sqrt(precision)),
    );
    // all central moments: 3 sigma^4
    expectExact(net, `E[(Mu - ${mean}) ^ 4 | ${given}]`, 3 / precision ** 2);
  });

  it("of a regression, whose slope and intercept are the ridge estimate", () => {
    const xs = [-2, -1, 0.5, 1, 3];
    const ys = [1, 2, 2.5, 4, 5.5];
    const line = model([
      normal("A", [], "0", "10"),
      normal("B", [], "0", "10"),
      ...xs.map((x, i) => normal(`Y${i}`, ["A", "B"], `A + B * (${x})`, "0.5")),
    ]);
    const seen = ys.map((y, i) => `Y${i} = ${y}`).join(", ");
    const sum = (f: (x: number, y: number) => number) => xs.reduce((total, x, i) => total + f(x, ys[i]!) / 0.25, 0);
    const [aa, ab, bb] = [sum(() => 1) + 0.01, sum((x) => x), sum((x) => x * x) + 0.01];
    const [a, b] = [sum((_, y) => y), sum((x, y) => x * y)];
    const determinant = aa * bb - ab * ab;
    expectExact(line, `E[A | ${seen}]`, (bb * a - ab * b) / determinant);
    expectExact(line, `E[B | ${seen}]`, (aa * b - ab * a) / determinant);
  });

  it("of a chain, as the Kalman filter has it", () => {
    const steps = 100;
    const nodes = [normal("X0", [], "0", "2")];
    for (let i = 1; i < steps; i++) nodes.push(normal(`X${i}`, [`X${i - 1}`], `0.9 * X${i - 1} + 0.1`, "0.5"));
    for (let i = 0; i < steps; i++) nodes.push(normal(`Y${i}`, [`X${i}`], `X${i}`, "0.7"));
    const seen = Array.from({ length: steps }, (_, i) => Math.cos(i / 5) + Math.sin(i * i));
    let [m, v] = [0, 4];
    seen.forEach((y, i) => {
      if (i > 0) [m, v] = [0.9 * m + 0.1, 0.81 * v + 0.25];
      const gain = v / (v + 0.49);
      [m, v] = [m + gain * (y - m), (1 - gain) * v];
    });
    const given = seen.map((y, i) => `Y${i} = ${y}`).join(", ");
    expectExact(model(nodes), `E[X${steps - 1} | ${given}]`, m);
    expectExact(model(nodes), `E[(X${steps - 1} - (${m})) ^ 2 | ${given}]`, v);
  });
});

describe("effects", () => {
  const frontdoor = model([
    ...["Ux", "Uz", "Uy", "U"].map(noise),
    equation("Smoking", real, ["U", "Ux"], "U + Ux"),
    equation("Tar", real, ["Smoking", "Uz"], "0.5 * Smoking + Uz"),
    equation("Cancer", real, ["Tar", "U", "Uy"], "0.4 * Tar + 0.7 * U + Uy"),
  ]);
  it.each([
    ["E[Cancer | do(Smoking = 2)]", 0.4],
    ["E[Cancer | Smoking = 2]", 1.1],
    ["E[Cancer | do(Tar = 3)]", 1.2],
    ["E[Cancer | do(Smoking ~ Normal(1, 2))]", 0.2],
    ["E[Cancer ^ 2 | do(Smoking = 0)]", 0.16 + 0.49 + 1],
    ["P(Tar > 0 | do(Smoking = 0))", 0.5],
    ["P(Smoking > 0, Tar > 0)", 0.25 + Math.asin(1 / Math.sqrt(3)) / (2 * Math.PI)],
    ["E[Smoking | Smoking > 0]", Math.SQRT2 * Math.sqrt(2 / Math.PI)],
    ["E[Smoking ^ 2 | Smoking < 0]", 2],
    ["E[Cancer[Tar = 2] | Smoking = 0.5, Tar = 1, Cancer = 1.5]", 1.9],
    ["ATE(Cancer; Smoking: 0 -> 1)", 0.2],
    ["ETT(Cancer; Smoking: 0 -> 1)", 0.2],
    ["NDE(Cancer; Smoking: 0 -> 1)", 0],
    ["NIE(Cancer; Smoking: 0 -> 1)", 0.2],
  ])("of the front-door model: %s", (text, truth) => expectExact(frontdoor, text, truth));

  it("of an instrument: the ratio of covariances is the slope", () => {
    const net = model([
      ...["U", "Uz", "Ux", "Uy"].map(noise),
      equation("Z", real, ["Uz"], "Uz"),
      equation("X", real, ["Z", "U", "Ux"], "0.8 * Z + U + Ux"),
      equation("Y", real, ["X", "U", "Uy"], "1.5 * X - 2 * U + Uy"),
    ]);
    expectExact(net, "E[Z * Y] / E[Z * X]", 1.5);
    expectExact(net, "ATE(Y; X: 0 -> 1)", 1.5);
    // biased by the confounder: 1.5 - 2 cov(U, X) / var(X)
    expectExact(net, "E[X * Y] / E[X * X]", 1.5 - 2 / 2.64);
  });

  const homework = model([
    ...["Ux", "Uh", "Uy"].map(noise),
    equation("X", real, ["Ux"], "Ux"),
    equation("H", real, ["X", "Uh"], "0.5 * X + Uh"),
    equation("Y", real, ["X", "H", "Uy"], "0.7 * X + 0.4 * H + Uy"),
    equation("Pass", bool, ["Y"], "Y > 1"),
  ]);
  it.each([
    ["E[Y[H = 2] | X = 0.5, H = 1, Y = 1.5]", 1.9],
    ["NDE(Y; X: 0 -> 1)", 0.7],
    ["NIE(Y; X: 0 -> 1)", 0.2],
    ["E[Y[X = 1, H = H[X = 0]] - Y[X = 0]]", 0.7],
    ["E[Y[X = 1] * Y[X = 0]]", 1.16],
    ["P(Y[H = 2] > 1.9 | X = 0.5, H = 1)", upperTail((1.9 - 0.35 - 0.8) / 1)],
    ["P(Y[X = 1] > 1, Y[X = 0] <= 1)", upperTail(0.1 / Math.sqrt(1.16)) - upperTail(1 / Math.sqrt(1.16))],
    ["PNS(Pass; X: 0 -> 1)", upperTail(0.1 / Math.sqrt(1.16)) - upperTail(1 / Math.sqrt(1.16))],
    ["P(Pass | X = 1)", upperTail(0.1 / Math.sqrt(1.16))],
    ["P(Pass = false)", 1 - upperTail(1 / Math.sqrt(0.81 + 0.16 + 1))],
  ])("of a mediator: %s", (text, truth) => expectExact(homework, text, truth));
});

describe("random models", () => {
  it("agree with matrices: means, variances and tails under do() and evidence", () => {
    for (let seed = 0; seed < 60; seed++) {
      const stream = createStream(seed, "linear");
      const lines = randomLines(stream, 3 + stream.integer(5));
      const net = modelOf(lines, () => stream.uniform() < 0.5);
      const [target, ...rest] = Array.from(stream.permutation(lines.length), (i) => `X${i}`);
      const set = stream.uniform() < 0.5 ? { [rest[0]!]: 1.25 } : {};
      const left = rest.slice(Object.keys(set).length, Object.keys(set).length + stream.integer(3));
      const seen = Object.fromEntries(left.map((name) => [name, Math.round(100 * stream.normal()) / 100]));
      const conditions = [
        ...Object.entries(set).map(([name, value]) => `do(${name} = ${value})`),
        ...Object.entries(seen).map(([name, value]) => `${name} = ${value}`),
      ].join(", ");
      const bar = conditions === "" ? "" : ` | ${conditions}`;
      const { mean, variance } = conditional(moments(lines, set), target!, seen);
      expectExact(net, `E[${target}${bar}]`, mean, 8);
      expectExact(net, `E[${target} ^ 2${bar}]`, mean ** 2 + variance, 6);
      expectExact(net, `P(${target} > 0.5${bar})`, upperTail((0.5 - mean) / Math.sqrt(variance)), 8);
    }
  });

  it("agree with matrices on counterfactuals: noise is abducted, then the equations run again", () => {
    for (let seed = 0; seed < 40; seed++) {
      const stream = createStream(seed, "imagine");
      const lines = randomLines(stream, 5);
      const net = modelOf(lines, () => true);
      // the twin: noises as lines of their own, shared by both worlds
      const noises = lines.map((_, i) => ({ name: `U${i}`, constant: 0, slopes: {}, std: 1 }));
      const world = (suffix: string, set: string | null) =>
        lines.map(({ name, constant, slopes, std }, i) => ({
          name: name + suffix,
          constant: name === set ? 2 : constant,
          slopes:
            name === set
              ? {}
              : { ...Object.fromEntries(Object.entries(slopes).map(([p, s]) => [p + suffix, s])), [`U${i}`]: std },
          std: 0,
        }));
      const twin = moments([...noises, ...world("", null), ...world("'", "X1")]);
      const seen = { X1: 0.5, X4: -1 };
      const { mean, variance } = conditional(twin, "X3'", seen);
      expectExact(net, "E[X3[X1 = 2] | X1 = 0.5, X4 = -1]", mean, 8);
      expectExact(net, "E[X3[X1 = 2] ^ 2 | X1 = 0.5, X4 = -1]", mean ** 2 + variance, 6);
    }
  });

  it("agree with the sampler within its standard errors", () => {
    let wrong = 0;
    for (let seed = 0; seed < 15; seed++) {
      const stream = createStream(seed, "sampled");
      const net = modelOf(randomLines(stream, 5), () => stream.uniform() < 0.5);
      for (const text of ["E[X1 | X4 = 0.5]", "P(X2 > 0 | X3 < 1)", "E[X4 * X1 | do(X2 = 1)]"]) {
        const exact = ask(net, text);
        const sampled = ask(net, text, { limit: 0 });
        expect([exact.method, sampled.method]).toEqual(["exact", "sampled"]);
        const error = Math.abs((exact.value as number) - (sampled.value as number));
        expect(error, text).toBeLessThan(5 * sampled.stderr! + 1e-12);
        if (error > 2 * sampled.stderr!) wrong++;
      }
    }
    // 5 % of 45 are beyond two standard errors
    expect(wrong).toBeLessThan(8);
  });
});

describe("degenerate evidence", () => {
  const net = model([
    ...["U", "V", "W"].map(noise),
    equation("S", real, ["U", "V"], "U + V"),
    equation("D", real, ["U", "V"], "U - V"),
    equation("T", real, ["S", "D"], "S + D"),
    equation("C", real, [], "2"),
    equation("Q", real, ["T", "W"], "T * W"),
  ]);
  const codes = (text: string) => {
    const result = answer(net, query(text), { vocabulary, samples: 1000, seed: 1 });
    return "diagnostics" in result ? result.diagnostics.map(({ code, message }) => `${code} ${message}`) : [];
  };

  it("fixes what follows from it", () => {
    expectExact(net, "E[U | S = 3, D = 1]", 2);
    expectExact(net, "E[V | S = 3, D = 1]", 1);
    expectExact(net, "E[U ^ 2 | S = 3, D = 1]", 4);
    expectExact(net, "P(U > 2.001 | S = 3, D = 1)", 0);
    expectExact(net, "P(U > 1.999 | S = 3, D = 1)", 1);
    expectExact(net, "E[U | S = 3]", 1.5);
  });

  it("may say the same twice", () => {
    expectExact(net, "E[V | T = 4, U = 2]", 0);
    expectExact(net, "E[V | S = 3, D = 1, T = 4, U = 2, V = 1]", 1);
    expectExact(net, "E[S | U = 2, C = 2]", 2);
    expectExact(net, "E[W | S = 0.1, D = 0.2, T = 0.3]", 0);
  });

  it("names the smallest part that cannot be", () => {
    expect(codes("E[V | W = 1, T = 4, U = 1]")).toEqual([expect.stringMatching(/^C450 .*`T = 4` and `U = 1` have/)]);
    expect(codes("E[V | S = 3, D = 1, T = 5]")).toEqual([
      expect.stringMatching(/^C450 .*`S = 3`, `D = 1` and `T = 5` have/),
    ]);
    expect(codes("E[V | C = 3]")).toEqual([expect.stringMatching(/^C450 the condition `C = 3`/)]);
    // what is seen too often is wrong even where it does not matter
    expect(codes("E[W | T = 4, U = 1]")).toEqual([expect.stringMatching(/^C450/)]);
    expect(codes("E[V | S > 1, S < 0]")).toEqual([expect.stringMatching(/^C450/)]);
  });

  it("turns products into lines where one factor is known", () => {
    expectExact(net, "E[W | Q = 6, T = 2]", 3);
    expectExact(net, "E[Q | T = 2]", 0);
    expect(ask(net, "E[Q * W | T > 0]").method).toBe("sampled");
  });

  it("stands noises of very different size", () => {
    const scales = model([
      normal("Big", [], "0", "1e6"),
      normal("Small", [], "0", "1e-3"),
      equation("Sum", real, ["Big", "Small"], "Big + Small"),
    ]);
    expectExact(scales, "E[Small | Sum = 1000, Big = 999.9995]", 5e-4, 6);
    expectExact(scales, "P(Small > 0 | Sum = 1000)", 0.5, 9);
  });

  it("says where a standard deviation is none", () => {
    const wrong = model([normal("X", [], "0", "0 - 1")]);
    const result = answer(wrong, query("E[X]"), { vocabulary, samples: 10, seed: 1 });
    expect("diagnostics" in result && result.diagnostics[0]!.code).toBe("C451");
  });
});

describe("rare intervals", () => {
  const net = model([normal("U", [], "0"), normal("V", [], "0"), equation("Y", real, ["U", "V"], "U + V")]);
  it("by truncated moments", () => {
    const [density, tail] = [Math.exp(-8) / Math.sqrt(2 * Math.PI), upperTail(4)];
    const threshold = 4 * Math.SQRT2;
    expectExact(net, `E[Y | Y > ${threshold}]`, (Math.SQRT2 * density) / tail, 8);
    expectExact(net, `E[U | Y > ${threshold}]`, density / tail / Math.SQRT2, 8);
    expectExact(net, `E[Y ^ 2 | Y > ${threshold}]`, 2 * (1 + (4 * density) / tail), 8);
    expectExact(net, "P(U > 3 | Y > 20)", 1, 6);
    expectExact(net, "P(Y > 8 | Y > 7)", upperTail(8 / Math.SQRT2) / upperTail(7 / Math.SQRT2));
  });
});
