/** What is asked: the published networks under plain names that every reader takes, and random evidence that can be. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { CausalModel } from "#compiler/causal/model";
import { readBif, writeBif } from "#compiler/interchange/bif";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import type { Evidence } from "./peer.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/bnlearn");

export const networkNames = [
  "cancer",
  "earthquake",
  "survey",
  "asia",
  "sachs",
  "child",
  "insurance",
  "alarm",
  "hepar2",
  "water",
  "barley",
  "munin1",
] as const;

export interface BenchNetwork {
  readonly model: CausalModel;
  /** nodes are v0, v1, ... in topological order, states s0, s1, ... */
  readonly bif: string;
}

/** Null where the network is not there. */
export function readNetwork(name: string): BenchNetwork | null {
  const path = join(folder, `${name}.bif.gz`);
  if (!existsSync(path)) return null;
  const model = readBif({ name, text: gunzipSync(readFileSync(path)).toString("utf8") });
  const names = new Map(model.nodes.map((node, i) => [node.name, `v${i}`]));
  const nodes = model.nodes.map(({ name: node, type, parents, mechanism }) => {
    if (mechanism.kind !== "table") throw new Error(`${node} has no table`);
    return {
      name: names.get(node)!,
      states: statesOf(type)!.map((_, state) => `s${state}`),
      parents: parents.map((parent) => names.get(parent)!),
      probabilities: mechanism.probabilities,
    };
  });
  return { model, bif: writeBif({ name, nodes } as Parameters<typeof writeBif>[0]) };
}

/** A share of the nodes, chosen at random. */
export function chooseNodes({ model }: BenchNetwork, share: number, seed: string): readonly number[] {
  const count = Math.max(1, Math.round(share * model.nodes.length));
  return [...createStream(seed, "nodes").permutation(model.nodes.length)].slice(0, count);
}

/** The states of those nodes in one draw from the joint distribution, so that they are possible together. */
export function drawEvidence({ model }: BenchNetwork, observed: readonly number[], seed: string): Evidence {
  const stream = createStream(seed, "states");
  const ids = new Map(model.nodes.map((node, i) => [node.name, i]));
  const states: number[] = [];
  for (const { parents, mechanism, type } of model.nodes) {
    if (mechanism.kind !== "table") throw new Error("a node without a table");
    const count = statesOf(type)!.length;
    const row = parents.reduce((index, parent) => {
      const id = ids.get(parent)!;
      return index * statesOf(model.nodes[id]!.type)!.length + states[id]!;
    }, 0);
    const u = stream.uniform();
    let [state, sum] = [-1, 0];
    for (let k = 0; k < count; k++) {
      const p = mechanism.probabilities[row * count + k]!;
      if (p === 0) continue;
      state = k;
      sum += p;
      if (u < sum) break;
    }
    states.push(state);
  }
  return Object.fromEntries(observed.map((id) => [`v${id}`, `s${states[id]}`]));
}
