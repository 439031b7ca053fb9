/** The six generators of the study and its discriminator, as stacks: one network a replicate, all in one program. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { StateEntry } from "#runtime/program/plan";
import { type GraphName, graphs } from "./data.ts";

export const generators = ["line", "collider", "complete", "fc3", "fc5", "fc10"] as const;
export type GeneratorName = (typeof generators)[number];

export const hidden = 10;
/** noise of each variable, uniform in [0, 1] */
export const noiseSize = 10;
const kernels = 5;
const kernelSize = 3;

/** Parameters that have been declared in a program, by name. */
export interface Parameters {
  readonly state: StateEntry[];
  readonly values: Map<string, Value>;
}

export const noParameters = (): Parameters => ({ state: [], values: new Map() });

function parameter(b: Builder, { state, values }: Parameters, name: string, shape: readonly number[], std: number) {
  const known = values.get(name);
  if (known !== undefined) return known;
  const init = std === 0 ? ({ kind: "constant", value: 0 } as const) : ({ kind: "normal", mean: 0, std } as const);
  state.push({ name, shape, role: "parameter", init });
  const value = b.input(name, shape);
  values.set(name, value);
  return value;
}

/** [replicates, n, inputs] -> [replicates, n, units]; weights start at N(0, 0.7), biases at 0. */
function linear(b: Builder, parameters: Parameters, name: string, x: Value, units: number): Value {
  const [replicates, , inputs] = x.shape as [number, number, number];
  const weights = parameter(b, parameters, `${name}/weights`, [replicates, inputs, units], 0.7);
  return b.add(b.matmul(x, weights), parameter(b, parameters, `${name}/bias`, [replicates, 1, units], 0));
}

function mlp(b: Builder, parameters: Parameters, name: string, x: Value, layers: number, units: number): Value {
  let h = x;
  for (let i = 0; i < layers; i++) h = b.tanh(linear(b, parameters, `${name}/${i}`, h, hidden));
  return b.sigmoid(linear(b, parameters, `${name}/${layers}`, h, units));
}

/** Hidden layers of the generators without a graph. */
const depths = { fc3: 2, fc5: 4, fc10: 9 } as const;

/**
 * Noise [replicates, n, 30] -> [replicates, n, 3]. A generator with a graph has a network of two hidden layers for each
 * variable, which reads its causes and its own ten numbers of noise. One without reads `noise` numbers: 10 as in the
 * released code, or all 30.
 */
export function generate(b: Builder, kind: GeneratorName, parameters: Parameters, z: Value, noise: 10 | 30): Value {
  const [replicates, n] = z.shape as [number, number, number];
  const part = (from: number, to: number) => b.slice(z, [0, 0, from], [replicates, n, to]);
  if (kind in depths) {
    return mlp(b, parameters, "generator", part(0, noise), depths[kind as keyof typeof depths], 3);
  }
  const found = new Map<number, Value>();
  for (const [variable, causes] of graphs[kind as GraphName]) {
    const own = part((variable - 1) * noiseSize, variable * noiseSize);
    const inputs = b.concat([...causes.map((cause) => found.get(cause)!), own], 2);
    found.set(variable, mlp(b, parameters, `generator/x${variable}`, inputs, 2, 1));
  }
  return b.concat(
    [1, 2, 3].map((variable) => found.get(variable)!),
    2,
  );
}

/**
 * [replicates, n, 3] -> logits [replicates, n, 1], with minibatch features (Salimans et al. 2016). As released: rectifiers (leaky
 * ones were meant), with which a discriminator may be dead from the start, and features that are sums over the batch, which
 * make first logits of 50 and let the generator wait until they have come down.
 */
export function discriminate(b: Builder, parameters: Parameters, x: Value): Value {
  const [replicates, n] = x.shape as [number, number, number];
  const h = [0, 1].reduce((below, i) => b.relu(linear(b, parameters, `discriminator/${i}`, below, hidden)), x);
  const weights = parameter(b, parameters, "discriminator/kernels", [replicates, hidden, kernels * kernelSize], 0.02);
  // the rows of the batch stand last, so that the large arrays are read in long runs
  const rows = b.transpose(b.matmul(h, weights), [0, 2, 1]);
  const here = b.reshape(rows, [replicates, kernels, kernelSize, n, 1]);
  const there = b.reshape(rows, [replicates, kernels, kernelSize, 1, n]);
  const near = b.exp(b.neg(b.sum(b.abs(b.sub(here, there)), [2])));
  const closeness = b.transpose(b.sum(near, [3]), [0, 2, 1]);
  return linear(b, parameters, "discriminator/2", b.concat([h, closeness], 2), 1);
}
