/** The data of the study: three variables, each a random cubic polynomial of its causes and its own noise. */
import type { Builder, Value } from "#compiler/tensor/build";
import { createStream } from "#runtime/random";
import { tensor } from "#runtime/tensor";

/** Which variables a variable reads, in an order in which causes come first. */
export const graphs = {
  line: [
    [1, []],
    [2, [1]],
    [3, [2]],
  ],
  collider: [
    [1, []],
    [3, []],
    [2, [1, 3]],
  ],
  complete: [
    [1, []],
    [2, [1]],
    [3, [1, 2]],
  ],
} as const satisfies Record<string, readonly (readonly [1 | 2 | 3, readonly (1 | 2 | 3)[]])[]>;
export type GraphName = keyof typeof graphs;
export const graphNames = Object.keys(graphs) as readonly GraphName[];

/**
 * `legacy`: as in the released code, where a polynomial of three inputs reads the first of them alone, so that the collider's X2
 * is a function of X1 and complete's X3 too; `corrected`: of all inputs.
 */
export type DataKind = "legacy" | "corrected";

/** The variables stay this far from 0 and 1. */
const buffer = 0.05;

/** Noise [replicates, n, 3] in [0, 1) -> [replicates, n, 3]; each replicate has polynomials of its own. */
export function dataOf(b: Builder, graph: GraphName, kind: DataKind, noise: Value, seed: number): Value {
  const [replicates, n] = noise.shape as [number, number, number];
  const column = (x: Value, i: number) => b.slice(x, [0, 0, i], [replicates, n, i + 1]);
  const found = new Map<number, Value>();
  for (const [variable, causes] of graphs[graph]) {
    const all = [...causes.map((cause) => found.get(cause)!), column(noise, variable - 1)];
    const inputs = kind === "legacy" && all.length === 3 ? all.slice(0, 1) : all;
    const coefficients = Array.from({ length: replicates }, (_, replicate) =>
      cubic(inputs.length, createStream(seed, "polynomial", graph, variable, replicate).uniform),
    );
    const products = monomials(b, b.concat([b.constant(ones(replicates, n)), ...inputs], 2));
    const size = (inputs.length + 1) ** 3;
    const weights = b.constant(tensor([replicates, size, 1], coefficients.flat()));
    found.set(variable, b.matmul(products, weights));
  }
  const together = b.concat(
    [1, 2, 3].map((variable) => found.get(variable)!),
    2,
  );
  return b.add(b.mul(together, 1 - 2 * buffer), buffer);
}

function ones(replicates: number, n: number) {
  return tensor([replicates, n, 1], new Float32Array(replicates * n).fill(1));
}

/** [replicates, n, d] -> [replicates, n, d^3]: all products of three, the last factor fastest. */
function monomials(b: Builder, x: Value): Value {
  const [replicates, n, d] = x.shape as [number, number, number];
  const squares = b.reshape(b.mul(b.reshape(x, [replicates, n, d, 1]), b.reshape(x, [replicates, n, 1, d])), [
    replicates,
    n,
    d * d,
  ]);
  return b.reshape(b.mul(b.reshape(squares, [replicates, n, d * d, 1]), b.reshape(x, [replicates, n, 1, d])), [
    replicates,
    n,
    d ** 3,
  ]);
}

/**
 * The coefficients of x_i x_j x_k, i, j, k in 0 .. inputs with x_0 = 1: uniform in [-1, 1], then shifted and scaled so that
 * the values on a grid over the unit cube fill [0, 1].
 */
export function cubic(inputs: number, uniform: () => number): readonly number[] {
  const d = inputs + 1;
  const coefficients = Array.from({ length: d ** 3 }, () => 2 * uniform() - 1);
  const points = inputs === 3 ? 40 : 200;
  // the released grid leaves the end out, which matters little where it is fine
  const step = 1 / (inputs === 3 ? points - 1 : points);
  const x = [1, ...new Array<number>(inputs).fill(0)];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let point = 0; point < points ** inputs; point++) {
    for (let i = 0, rest = point; i < inputs; i++, rest = Math.floor(rest / points)) x[i + 1] = (rest % points) * step;
    let value = 0;
    for (let term = 0; term < coefficients.length; term++) {
      value += coefficients[term]! * x[Math.floor(term / (d * d))]! * x[Math.floor(term / d) % d]! * x[term % d]!;
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return coefficients.map((coefficient, term) => (term === 0 ? coefficient - low : coefficient) / (high - low));
}
