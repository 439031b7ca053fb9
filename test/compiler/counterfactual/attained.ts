/** The comparison of bounds with structural models: those inside, and the ones that attain the ends. */
import { expect } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { attainingModels } from "#compiler/counterfactual/answer";
import type { Interval } from "#compiler/inference/answer";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { query } from "../causal/models.ts";
import { ask, cutNoise, type Noise, randomNoise, writeQuery } from "./brute.ts";
import { causalQuestion, structuralAnswer, tabledModel } from "./structural.ts";

const session = { vocabulary, samples: 1, seed: 1, limit: 2 ** 26, nextSeed: () => "0" };

export interface Tally {
  exact: number;
  sharp: number;
  outer: number;
  impossible: number;
  /** models that attain a bound */
  attained: number;
}

export const emptyTally = (): Tally => ({ exact: 0, sharp: 0, outer: 0, impossible: 0, attained: 0 });

/**
 * One random model and question: the answers of `inside` random structural models are within the bounds, and sharp ends
 * are the answers of structural models with the given tables.
 */
export function checkBounds(seed: number, most: number, parents: number, inside: number, tally: Tally): void {
  const stream = createStream(seed, "structural");
  const net = tabledModel(stream, most, parents);
  const question = causalQuestion(net, stream);
  if (question === null) return;
  const { asked, given } = question;
  const text = `seed ${seed}: ${writeQuery(net, asked, given)}`;
  const answers = Array.from({ length: inside }, (_, i) =>
    structuralAnswer(net, randomNoise(net, createStream(seed, "noise", String(i))), asked, given),
  ).filter((answer) => answer !== null);
  if (answers.length === 0) {
    tally.impossible++;
    return;
  }
  const { value, method, outer } = ask(net, writeQuery(net, asked, given));
  const open = method === "bounds";
  const { low, high } = open ? (value as Interval) : { low: value as number, high: value as number };
  for (const answer of answers) {
    expect(answer, text).toBeGreaterThan(low - 1e-6);
    expect(answer, text).toBeLessThan(high + 1e-6);
  }
  if (!open) tally.exact++;
  else if (outer === true) tally.outer++;
  else {
    tally.sharp++;
    const asQuery = query(writeQuery(net, asked, given));
    if (asQuery.kind !== "probability") throw new Error("no probability");
    const [witness] = attainingModels(asQuery, { ...session, model: net })!;
    for (const [end, found] of [
      [low, witness!.low],
      [high, witness!.high],
    ] as const) {
      const noises = new Map(net.nodes.map(({ name }): [string, Noise] => [name, ordered(net, name)]));
      for (const { node, behaviours } of found) {
        const noise = behaviours.map(({ probability, states }) => ({
          probability,
          behaviour: (read: readonly number[]) => states.get(read.join(",")) ?? 0,
        }));
        expectTables(net, node, behaviours, text);
        noises.set(node, noise);
      }
      expect(Math.abs(structuralAnswer(net, noises, asked, given)! - end), text).toBeLessThan(1e-6);
      tally.attained++;
    }
  }
}

/** Where a node is asked in one world only, any noise that fits its table will do. */
const ordered = (net: CausalModel, name: string) => {
  const node = net.nodes.find((candidate) => candidate.name === name)!;
  const states = node.type.kind === "labels" ? node.type.labels.map((_, state) => state) : [0, 1];
  return cutNoise(net, name, () => states);
};

/** The responses to every row that they tell have the distribution of that row of the table. */
function expectTables(
  net: CausalModel,
  name: string,
  behaviours: readonly { readonly probability: number; readonly states: ReadonlyMap<string, number> }[],
  text: string,
): void {
  const node = net.nodes.find((candidate) => candidate.name === name)!;
  if (node.mechanism.kind !== "table" || node.type.kind !== "labels") throw new Error("no table");
  const count = node.type.labels.length;
  const sizes = node.parents.map((parent) => {
    const { type } = net.nodes.find((candidate) => candidate.name === parent)!;
    return type.kind === "labels" ? type.labels.length : 2;
  });
  for (const key of behaviours[0]!.states.keys()) {
    const row = key === "" ? 0 : key.split(",").reduce((sum, state, i) => sum * sizes[i]! + Number(state), 0);
    for (let state = 0; state < count; state++) {
      const total = behaviours.reduce((sum, one) => sum + (one.states.get(key) === state ? one.probability : 0), 0);
      expect(Math.abs(total - node.mechanism.probabilities[row * count + state]!), text).toBeLessThan(1e-7);
    }
  }
}
