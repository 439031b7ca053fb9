/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) as operations appended to a training program. Schedules of the
 * rate are in `schedule.ts`; gradients come from the caller.
 */
import type { Builder, Operand, Value } from "#compiler/tensor/build";
import type { StateEntry } from "#runtime/program/plan";
import { sizeOf } from "#runtime/tensor";

export interface AdamSettings {
  /** step size, or the step size as a function of the number of updates made before this one */
  readonly rate: number | ((updates: Value) => Operand);
  /** decay of the mean of gradients */
  readonly beta1: number;
  /** decay of the mean of squared gradients */
  readonly beta2: number;
  /** added to the root of the bias-corrected second moment */
  readonly epsilon: number;
}

/** One update: what the trainer has to keep between steps, and the new value of every entry, parameters included. */
export interface OptimizerStep {
  readonly state: readonly StateEntry[];
  readonly updates: ReadonlyMap<string, Value>;
}

/** The number of updates made in this scope before the step, a scalar; for weights and rates that follow a schedule. */
export function updatesMade(b: Builder, scope: string): Value {
  const name = `adam/${scope}/updates`;
  const id = b.nodes.findIndex((node) => node.op === "input" && node.name === name);
  return id === -1 ? b.input(name, []) : { id, shape: [] };
}

/** Tensors up to this size share one pair of moments: an operation on a small tensor costs its start, not its work. */
const small = 4096;

/**
 * Appends one Adam step for `parameters` (state name -> current value) with the gradients in the same order.
 *
 * The moments are kept without the factors (1 - beta), and the corrections of bias go into two scalars, so that a
 * parameter costs ten passes over its elements: m' = beta1 m + g and v' = beta2 v + g^2 (five), then
 * p' = p - alpha m' / (sqrt(v') + e) (five). The result is that of the paper's algorithm up to rounding.
 */
export function adam(
  b: Builder,
  scope: string,
  parameters: ReadonlyMap<string, Value>,
  gradients: readonly Value[],
  settings: AdamSettings,
): OptimizerStep {
  const { beta1, beta2, epsilon } = settings;
  const state: StateEntry[] = [];
  const updates = new Map<string, Value>();

  const counterName = `adam/${scope}/updates`;
  const counter = updatesMade(b, scope);
  state.push({ name: counterName, shape: [], role: "counter", init: { kind: "constant", value: 0 } });
  const time = b.add(counter, 1);
  updates.set(counterName, time);

  // root = sqrt((1 - beta2) / (1 - beta2^t)) turns sqrt(v) of ours into the corrected one of the paper
  const root = b.sqrt(b.div(1 - beta2, b.sub(1, b.pow(beta2, time))));
  const meanScale = b.div(1 - beta1, b.sub(1, b.pow(beta1, time)));
  const rate = typeof settings.rate === "number" ? settings.rate : settings.rate(counter);
  const alpha = b.mul(rate, b.div(meanScale, root));
  const floor = b.div(epsilon, root);

  const moment = (name: string, shape: readonly number[]): Value => {
    state.push({ name, shape, role: "optimizer", init: { kind: "constant", value: 0 } });
    return b.input(name, shape);
  };
  /** the step of one tensor, and its moments */
  const step = (name: string, gradient: Value): Value => {
    const mean = b.add(b.mul(moment(`adam/${name}/m`, gradient.shape), beta1), gradient);
    const square = b.add(b.mul(moment(`adam/${name}/v`, gradient.shape), beta2), b.mul(gradient, gradient));
    updates.set(`adam/${name}/m`, mean);
    updates.set(`adam/${name}/v`, square);
    return b.mul(b.div(mean, b.add(b.sqrt(square), floor)), alpha);
  };

  const entries = [...parameters].map(([name, value], i) => ({ name, value, gradient: gradients[i]! }));
  if (entries.length !== gradients.length) {
    throw new Error(`internal: ${gradients.length} gradients for ${entries.length} parameters of ${scope}`);
  }
  const fused = entries.filter(({ value }) => sizeOf(value.shape) <= small);
  const alone = entries.filter((entry) => fused.length < 2 || !fused.includes(entry));
  for (const { name, value, gradient } of alone) updates.set(name, b.sub(value, step(name, gradient)));
  if (fused.length < 2) return { state, updates };

  const flat = fused.map(({ value, gradient }) => b.reshape(gradient, [sizeOf(value.shape)]));
  const steps = step(`${scope}/small`, b.concat(flat, 0));
  let offset = 0;
  for (const { name, value } of fused) {
    const end = offset + sizeOf(value.shape);
    updates.set(name, b.sub(value, b.reshape(b.slice(steps, [offset], [end]), value.shape)));
    offset = end;
  }
  return { state, updates };
}
