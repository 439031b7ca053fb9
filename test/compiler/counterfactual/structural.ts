/** Answers of structural models for several worlds at once, and random questions for them. Uses nothing of the compiler. */
import type { CausalModel } from "#compiler/causal/model";
import { statesOf } from "#lang/types/type";
import type { Stream } from "#runtime/random";
import { labels, model, table } from "../causal/models.ts";
import type { Happening, Noise, Variable } from "./brute.ts";

type Set = Variable["set"];

/**
 * P(asked | given), or null where the condition has probability zero: the states of all worlds together, node by node,
 * keeping only what is still read. That reaches further than adding up all individuals.
 */
export function structuralAnswer(
  net: CausalModel,
  noises: ReadonlyMap<string, Noise>,
  asked: readonly Happening[],
  given: readonly Happening[],
): number | null {
  const worlds: Set[] = [];
  const worldOf = (set: Set): number => {
    for (const value of Object.values(set)) if (typeof value !== "number") worldOf(value.set);
    const known = worlds.findIndex((world) => JSON.stringify(world) === JSON.stringify(set));
    return known === -1 ? worlds.push(set) - 1 : known;
  };
  const happenings = [...given, ...asked].map(({ variable, state }, i) => {
    return { node: variable.node, world: worldOf(variable.set), state, isGiven: i < given.length };
  });
  const relevant = new Set<string>();
  const visit = (name: string) => {
    if (relevant.has(name)) return;
    relevant.add(name);
    for (const parent of nodeOf(net, name).parents) visit(parent);
  };
  for (const { node } of happenings) visit(node);
  for (const set of worlds) for (const target of Object.keys(set)) visit(target);
  const order = net.nodes.filter(({ name }) => relevant.has(name));
  const readLater = (name: string, after: number) => order.some((node, i) => i > after && node.parents.includes(name));

  // states by node and world, with whether everything that was asked has happened so far
  type Front = Map<string, { states: Map<string, readonly number[]>; met: boolean; weight: number }>;
  let front: Front = new Map([["", { states: new Map(), met: true, weight: 1 }]]);
  order.forEach(({ name, parents }, place) => {
    const next: Front = new Map();
    for (const { states, met, weight } of front.values()) {
      for (const { probability, behaviour } of noises.get(name)!) {
        if (probability === 0) continue;
        const own: number[] = [];
        for (const [number, set] of worlds.entries()) {
          const fixed = set[name];
          if (typeof fixed === "number") own.push(fixed);
          else if (fixed !== undefined) {
            const source = worlds.findIndex((world) => JSON.stringify(world) === JSON.stringify(fixed.set));
            own.push(own[source]!);
          } else own.push(behaviour(parents.map((parent) => states.get(parent)![number]!)));
        }
        const here = happenings.filter((one) => one.node === name);
        if (here.some((one) => one.isGiven && own[one.world] !== one.state)) continue;
        const stillMet = met && here.every((one) => own[one.world] === one.state);
        const kept = new Map([...states, [name, own] as const].filter(([node]) => readLater(node, place)));
        const key = `${stillMet}${JSON.stringify([...kept])}`;
        const known = next.get(key);
        if (known === undefined) next.set(key, { states: kept, met: stillMet, weight: weight * probability });
        else known.weight += weight * probability;
      }
    }
    front = next;
  });
  let [top, bottom] = [0, 0];
  for (const { met, weight } of front.values()) {
    bottom += weight;
    if (met) top += weight;
  }
  return bottom > 1e-12 ? top / bottom : null;
}

const nodeOf = (net: CausalModel, name: string) => net.nodes.find((node) => node.name === name)!;

/** Up to `most` nodes of 2 to 4 states, each reading up to `parents` of those before it, without zeros in the tables. */
export function tabledModel(stream: Stream, most: number, parents: number): CausalModel {
  const count = 2 + stream.integer(most - 1);
  const sizes = Array.from({ length: count }, () => (stream.uniform() < 0.6 ? 2 : 3 + stream.integer(2)));
  return model(
    sizes.map((size, i) => {
      const before = Array.from({ length: i }, (_, j) => j).filter(() => stream.uniform() < 0.6);
      const read = before.slice(-(1 + stream.integer(parents)));
      const rows = read.reduce((product, parent) => product * sizes[parent]!, 1);
      const entries = Array.from({ length: rows }, () => {
        const weights = Array.from({ length: size }, () => 0.02 + stream.uniform() ** 2);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      });
      const type = labels(...Array.from({ length: size }, (_, state) => `s${state}`));
      return table(
        `N${i}`,
        type,
        read.map((parent) => `N${parent}`),
        entries.flat(),
      );
    }),
  );
}

export interface Asked {
  readonly kind: string;
  readonly asked: readonly Happening[];
  readonly given: readonly Happening[];
}

/** A question about an outcome and one of its causes: necessity, sufficiency, both, the treated, direct effects. */
export function causalQuestion(net: CausalModel, stream: Stream): Asked | null {
  const outcome = net.nodes.at(-1)!.name;
  const upstream = new Set<string>();
  const visit = (name: string) => {
    for (const parent of nodeOf(net, name).parents) {
      upstream.add(parent);
      visit(parent);
    }
  };
  visit(outcome);
  const causes = [...upstream];
  if (causes.length === 0) return null;
  const pick = (names: readonly string[]) => names[stream.integer(names.length)]!;
  const states = (name: string) => statesOf(nodeOf(net, name).type)!.length;
  const x = pick(causes);
  const [from, y] = [stream.integer(states(x)), stream.integer(states(outcome))];
  const to = (from + 1 + stream.integer(states(x) - 1)) % states(x);
  const other = (y + 1 + stream.integer(states(outcome) - 1)) % states(outcome);
  const is = (node: string, set: Set, state: number): Happening => ({ variable: { node, set }, state });
  const mediators = nodeOf(net, outcome).parents.filter((parent) => parent !== x && reads(net, parent, x));
  const kinds = ["necessity", "sufficiency", "both", "treated", "seen elsewhere", "direct"];
  const kind = pick(kinds);
  switch (kind) {
    case "necessity":
      return { kind, asked: [is(outcome, { [x]: to }, other)], given: [is(x, {}, from), is(outcome, {}, y)] };
    case "sufficiency":
      return { kind, asked: [is(outcome, { [x]: to }, y)], given: [is(outcome, {}, other)] };
    case "both":
      return { kind, asked: [is(outcome, { [x]: to }, y), is(outcome, { [x]: from }, other)], given: [] };
    case "treated":
      return { kind, asked: [is(outcome, { [x]: to }, y)], given: [is(x, {}, from)] };
    case "seen elsewhere": {
      const seen = pick(net.nodes.map(({ name }) => name));
      return {
        kind,
        asked: [is(outcome, { [x]: to }, y)],
        given: [is(seen, {}, stream.integer(states(seen))), is(outcome, { [x]: from }, other)],
      };
    }
    default: {
      const nested = Object.fromEntries(mediators.map((name) => [name, { node: name, set: { [x]: from } }]));
      return { kind, asked: [is(outcome, { [x]: to, ...nested }, y)], given: [is(outcome, {}, other)] };
    }
  }
}

function reads(net: CausalModel, name: string, cause: string): boolean {
  return nodeOf(net, name).parents.some((parent) => parent === cause || reads(net, parent, cause));
}

/** A chain of nodes with these numbers of states, without zeros in the tables. */
export function chainModel(stream: Stream, sizes: readonly number[]): CausalModel {
  return model(
    sizes.map((size, i) => {
      const rows = Array.from({ length: i === 0 ? 1 : sizes[i - 1]! }, () => {
        const weights = Array.from({ length: size }, () => 0.05 + stream.uniform());
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      });
      const type = labels(...Array.from({ length: size }, (_, state) => `s${state}`));
      return table(`N${i}`, type, i === 0 ? [] : [`N${i - 1}`], rows.flat());
    }),
  );
}
