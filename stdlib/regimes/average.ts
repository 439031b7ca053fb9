/** A moving average of a network that is trained, for drawing: smoother than its newest weights. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { StateEntry } from "#runtime/program/plan";

/**
 * Appends average <- d average + (1 - d) new for the state of a network, running statistics included, and outputs it.
 * `from` is the scope of the network, `to` that of the average: the network with the scope `to` is the averaged one. `latest` has the new values by name; d grows from 0 at the first update to `decay`, so that what the average
 * begins with does not matter.
 */
export function appendAverage(
  b: Builder,
  entries: readonly StateEntry[],
  scopes: { readonly from: string; readonly to: string },
  latest: ReadonlyMap<string, Value>,
  updates: Value,
  decay: number,
): readonly StateEntry[] {
  const kept = b.minimum(b.div(updates, b.add(updates, warmUp)), decay);
  const taken = b.sub(1, kept);
  return entries.map(({ name, shape }) => {
    const target = scopes.to + name.slice(scopes.from.length);
    const value = latest.get(name);
    if (value === undefined) throw new Error(`internal: ${name} has no new value to average`);
    b.output(target, b.add(b.mul(b.input(target, shape), kept), b.mul(value, taken)));
    return { name: target, shape, role: "statistic", init: { kind: "constant", value: 0 } };
  });
}

/** Updates after which half of the average is kept. */
const warmUp = 9;
