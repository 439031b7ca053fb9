/**
 * Multilayer perceptrons of one shape, stacked: the networks of many nodes run as one batched matrix product a layer,
 * because small networks cost the start of their operations and not their arithmetic.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import type { StateEntry } from "#runtime/program/plan";

export interface Stack {
  /** by state name, in the order of the layers */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly state: readonly StateEntry[];
  /** [count, n, inputs] -> [count, n, outputs]; with one network, [n, inputs] -> [n, outputs] works too */
  apply(x: Value): Value;
}

export interface StackShape {
  /** number of networks */
  readonly count: number;
  /** inputs, hidden layers, outputs */
  readonly widths: readonly number[];
}

/** Slope of the leaky rectifiers below zero. */
const slope = 0.2;

/**
 * Declares the parameters of `count` networks with Glorot uniform weights, zero biases, leaky rectifiers between layers and
 * a linear output. Weights of layer i are `${scope}/${i}/weight` [count, in, out], biases `${scope}/${i}/bias`
 * [count, 1, out]; with a single network the first axis is left out.
 */
export function stack(b: Builder, scope: string, { count, widths }: StackShape): Stack {
  const parameters = new Map<string, Value>();
  const state: StateEntry[] = [];
  const declare = (name: string, shape: readonly number[], init: StateEntry["init"]): Value => {
    const value = b.input(name, shape);
    parameters.set(name, value);
    state.push({ name, shape, role: "parameter", init });
    return value;
  };
  const lead = count === 1 ? [] : [count];
  const layers = widths.slice(1).map((out, i) => {
    const fanIn = widths[i]!;
    return {
      weight: declare(`${scope}/${i}/weight`, [...lead, fanIn, out], { kind: "glorotUniform", fanIn, fanOut: out }),
      bias: declare(`${scope}/${i}/bias`, [...lead, 1, out], { kind: "constant", value: 0 }),
    };
  });
  const apply = (x: Value): Value =>
    layers.reduce((h, { weight, bias }, i) => {
      const sum = b.add(b.matmul(h, weight), bias);
      return i === layers.length - 1 ? sum : b.leakyRelu(sum, slope);
    }, x);
  return { parameters, state, apply };
}
