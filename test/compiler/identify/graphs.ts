/** Mixed graphs written as text, random ones, and random discrete models of them with their latent causes explicit. */
import type { Admg } from "#compiler/identify/admg";
import { admgOf } from "#compiler/identify/admg";
import { type Joint, jointOfTable } from "#compiler/identify/joint";
import { createStream, type Stream } from "#runtime/random";

/** `graph("Z -> X -> Y; X <-> Y")`; nodes in the order in which they first occur must be a topological order. */
export function graph(text: string, order: string | null = null): Admg {
  const parents = new Map<string, string[]>(
    (order ?? "").split(" ").flatMap((name) => (name === "" ? [] : [[name, []]])),
  );
  const bidirected: [string, string][] = [];
  for (const chain of text.split(";")) {
    const [first, ...rest] = chain.trim().split(/\s+/);
    let from = first!;
    if (!parents.has(from)) parents.set(from, []);
    for (let i = 0; i < rest.length; i += 2) {
      const to = rest[i + 1]!;
      if (!parents.has(to)) parents.set(to, []);
      if (rest[i] === "->") parents.get(to)!.push(from);
      else bidirected.push([from, to]);
      from = to;
    }
  }
  const nodes = sorted(parents).map((name) => ({ name, parents: parents.get(name)!, latent: false }));
  return admgOf({ nodes, bidirected });
}

function sorted(parents: ReadonlyMap<string, readonly string[]>): string[] {
  const order: string[] = [];
  const place = (name: string) => {
    if (order.includes(name)) return;
    for (const parent of parents.get(name)!) place(parent);
    order.push(name);
  };
  for (const name of parents.keys()) place(name);
  return order;
}

export const set = (text: string): ReadonlySet<string> => new Set(text.split(" ").filter((name) => name !== ""));

/** Each arrow with its own probability, along the order V0, V1, ... */
export function randomGraph(stream: Stream, count: number, directed: number, bidirected: number): Admg {
  const names = Array.from({ length: count }, (_, i) => `V${i}`);
  const both: [string, string][] = [];
  const nodes = names.map((name, i) => {
    const parents = names.slice(0, i).filter(() => stream.uniform() < directed);
    for (const other of names.slice(0, i)) if (stream.uniform() < bidirected) both.push([other, name]);
    return { name, parents, latent: false };
  });
  return admgOf({ nodes, bidirected: both });
}

/** A model: for each node, its parents (observed and hidden) and a table with the last parent fastest. */
export interface RandomModel {
  readonly graph: Admg;
  readonly sizes: ReadonlyMap<string, number>;
  readonly order: readonly string[];
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly tables: ReadonlyMap<string, Float64Array>;
}

export function randomModel(graph: Admg, seed: number, most = 3): RandomModel {
  const stream = createStream(seed, "model");
  const hidden = new Map<string, readonly [string, string]>();
  for (const a of graph.nodes) {
    for (const b of graph.siblings.get(a)!) if (a < b) hidden.set(`U ${a} ${b}`, [a, b]);
  }
  const order = [...hidden.keys(), ...graph.nodes];
  const sizes = new Map(
    order.map((name) => [name, hidden.has(name) ? 2 : 2 + Math.floor(stream.uniform() * (most - 1))]),
  );
  const parents = new Map(
    order.map((name) => {
      const causes = [...hidden].filter(([, ends]) => ends.includes(name)).map(([latent]) => latent);
      return [name, hidden.has(name) ? [] : [...graph.parents.get(name)!, ...causes]];
    }),
  );
  const tables = new Map(
    order.map((name) => {
      const states = sizes.get(name)!;
      const rows = parents.get(name)!.reduce((product, parent) => product * sizes.get(parent)!, 1);
      const table = new Float64Array(rows * states);
      for (let row = 0; row < rows; row++) {
        const weights = Array.from({ length: states }, () => 0.1 + stream.uniform() ** 2);
        const total = weights.reduce((a, b) => a + b);
        for (let state = 0; state < states; state++) table[row * states + state] = weights[state]! / total;
      }
      return [name, table];
    }),
  );
  return { graph, sizes, order, parents, tables };
}

/** The joint of the observed nodes under do(), by adding up everything: set nodes have their value with certainty. */
export function bruteForce(model: RandomModel, actions: ReadonlyMap<string, number> = new Map()): Joint {
  const { order, sizes, parents, tables, graph } = model;
  const at = new Map(order.map((name, i) => [name, i]));
  const observed = graph.nodes;
  const result = new Float64Array(observed.reduce((product, name) => product * sizes.get(name)!, 1));
  const states = new Int32Array(order.length);
  const visit = (i: number, probability: number): void => {
    if (i === order.length) {
      const cell = observed.reduce((index, name) => index * sizes.get(name)! + states[at.get(name)!]!, 0);
      result[cell]! += probability;
      return;
    }
    const name = order[i]!;
    const count = sizes.get(name)!;
    const action = actions.get(name);
    const row = parents.get(name)!.reduce((index, parent) => index * sizes.get(parent)! + states[at.get(parent)!]!, 0);
    for (let state = 0; state < count; state++) {
      const p = action === undefined ? tables.get(name)![row * count + state]! : Number(action === state);
      if (p === 0) continue;
      states[i] = state;
      visit(i + 1, probability * p);
    }
  };
  visit(0, 1);
  return jointOfTable(
    observed,
    observed.map((name) => sizes.get(name)!),
    result,
  );
}

/** All combinations of states of the names. */
export function* assignments(names: readonly string[], joint: Joint): Generator<ReadonlyMap<string, number>> {
  const count = names.reduce((product, name) => product * joint.sizeOf(name), 1);
  for (let cell = 0; cell < count; cell++) {
    let rest = cell;
    const states = new Map<string, number>();
    for (const name of names.toReversed()) {
      states.set(name, rest % joint.sizeOf(name));
      rest = Math.floor(rest / joint.sizeOf(name));
    }
    yield states;
  }
}
