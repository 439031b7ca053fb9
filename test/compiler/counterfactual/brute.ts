/** Structural models by enumeration, for checking counterfactuals: every noise value, every world, by hand. */
import { compileExpression } from "#compiler/causal/evaluate";
import type { CausalModel } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { answer } from "#compiler/inference/query";
import { statesOf } from "#lang/types/type";
import type { Stream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { query } from "../causal/models.ts";

/** What a node does: its state for the states of its parents. */
export type Behaviour = (parents: readonly number[]) => number;
/** The behaviours of one node with their probabilities: its noise. */
export type Noise = readonly { readonly probability: number; readonly behaviour: Behaviour }[];

/** `Y[X = 1, M = M[X = 0]]` in stored values. */
export interface Variable {
  readonly node: string;
  readonly set: Readonly<Record<string, number | Variable>>;
}
export interface Happening {
  readonly variable: Variable;
  readonly state: number;
}

export function ask(model: CausalModel, text: string): Answer {
  const result = answer(model, query(text), { vocabulary, samples: 20_000, seed: 1 });
  if ("diagnostics" in result)
    throw new Error(`${text}: ${result.diagnostics[0]!.code} ${result.diagnostics[0]!.message}`);
  return result.answer;
}

type Individual = ReadonlyMap<string, Behaviour>;

export function stateOf(model: CausalModel, individual: Individual, { node, set }: Variable): number {
  const given = Object.hasOwn(set, node) ? set[node]! : null;
  if (typeof given === "number") return given;
  if (given !== null) return stateOf(model, individual, given);
  const { parents } = model.nodes.find(({ name }) => name === node)!;
  return individual.get(node)!(parents.map((parent) => stateOf(model, individual, { node: parent, set })));
}

/** Calls back with every individual there can be and its probability. */
export function forEachIndividual(
  noises: ReadonlyMap<string, Noise>,
  visit: (individual: Individual, probability: number) => void,
): void {
  const names = [...noises.keys()];
  const individual = new Map<string, Behaviour>();
  const descend = (place: number, weight: number): void => {
    if (place === names.length) {
      visit(individual, weight);
      return;
    }
    for (const { probability, behaviour } of noises.get(names[place]!)!) {
      if (probability === 0) continue;
      individual.set(names[place]!, behaviour);
      descend(place + 1, weight * probability);
    }
  };
  descend(0, 1);
}

/** P(asked | given); null where the condition has probability zero. */
export function bruteForce(
  model: CausalModel,
  noises: ReadonlyMap<string, Noise>,
  asked: readonly Happening[],
  given: readonly Happening[],
): number | null {
  let [top, bottom] = [0, 0];
  forEachIndividual(noises, (individual, probability) => {
    const happens = ({ variable, state }: Happening) => stateOf(model, individual, variable) === state;
    if (!given.every(happens)) return;
    bottom += probability;
    if (asked.every(happens)) top += probability;
  });
  return bottom > 1e-12 ? top / bottom : null;
}

/** The noise of a model whose nodes are Bernoulli noise or equations. */
export function explicitNoise(model: CausalModel): ReadonlyMap<string, Noise> {
  return new Map(
    model.nodes.map((node): [string, Noise] => {
      const { mechanism, parents } = node;
      if (mechanism.kind === "equation") {
        const columns = new Map(parents.map((parent) => [parent, new Float64Array(1)]));
        const compute = compileExpression(mechanism.value, { model, words: vocabulary, columns }, node.type);
        const behaviour = (states: readonly number[]) => {
          parents.forEach((parent, i) => {
            columns.get(parent)![0] = states[i]!;
          });
          return compute(0);
        };
        return [node.name, [{ probability: 1, behaviour }]];
      }
      if (mechanism.kind !== "distribution") throw new Error(`${node.name} has no explicit noise`);
      const p = compileExpression(mechanism.args[0]!, { model, words: vocabulary, columns: new Map() })(0);
      return [
        node.name,
        [
          { probability: 1 - p, behaviour: () => 0 },
          { probability: p, behaviour: () => 1 },
        ],
      ];
    }),
  );
}

function tableOf(model: CausalModel, name: string) {
  const node = model.nodes.find((candidate) => candidate.name === name)!;
  if (node.mechanism.kind !== "table") throw new Error(`${name} has no table`);
  const { probabilities } = node.mechanism;
  const states = statesOf(node.type)!.length;
  const sizes = node.parents.map(
    (parent) => statesOf(model.nodes.find((candidate) => candidate.name === parent)!.type)!.length,
  );
  const rowOf = (parents: readonly number[]) => parents.reduce((row, state, i) => row * sizes[i]! + state, 0);
  const rows = Array.from({ length: probabilities.length / states }, (_, row) =>
    probabilities.slice(row * states, (row + 1) * states),
  );
  return { rows, rowOf, states };
}

/** One uniform number against the cumulated row, in an order of the states that may differ by row. */
export function cutNoise(model: CausalModel, name: string, orders: (row: number) => readonly number[]): Noise {
  const { rows, rowOf } = tableOf(model, name);
  const ends = rows.map((row, number) => {
    let sum = 0;
    return orders(number).map((state) => {
      sum += row[state]!;
      return { state, end: sum };
    });
  });
  const cuts = [0, 1, ...ends.flat().map(({ end }) => Math.min(1, end))].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => {
    const middle = (cuts[i]! + to) / 2;
    const states = ends.map((row) => (row.find(({ end }) => end > middle) ?? row.at(-1)!).state);
    return { probability: to - cuts[i]!, behaviour: (parents) => states[rowOf(parents)]! };
  });
}

/** A mixture of such noises: a random structural model with exactly the tables of the model. */
export function randomNoise(model: CausalModel, stream: Stream): ReadonlyMap<string, Noise> {
  return new Map(
    model.nodes.map(({ name }): [string, Noise] => {
      const { states } = tableOf(model, name);
      const shuffle = () => [...stream.permutation(states)];
      const parts = [0, 1].map(() => {
        const orders = tableOf(model, name).rows.map(shuffle);
        return cutNoise(model, name, (row) => orders[row]!);
      });
      const share = stream.uniform();
      const weigh = (noise: Noise, weight: number) =>
        noise.map(({ probability, behaviour }) => ({ probability: probability * weight, behaviour }));
      return [name, [...weigh(parts[0]!, share), ...weigh(parts[1]!, 1 - share)]];
    }),
  );
}

/** Every row has its own noise. */
export function independentNoise(model: CausalModel, name: string): Noise {
  const { rows, rowOf } = tableOf(model, name);
  return rows.reduce<Noise>(
    (noise, row, number) =>
      noise.flatMap(({ probability, behaviour }) =>
        [...row].map((share, state) => ({
          probability: probability * share,
          behaviour: (parents: readonly number[]) => (rowOf(parents) === number ? state : behaviour(parents)),
        })),
      ),
    [{ probability: 1, behaviour: () => 0 }],
  );
}

/** How a variable is written in the language. */
export function write(model: CausalModel, { node, set }: Variable): string {
  const parts = Object.entries(set).map(([target, value]) => {
    return `${target} = ${typeof value === "number" ? stateName(model, target, value) : write(model, value)}`;
  });
  return parts.length === 0 ? node : `${node}[${parts.join(", ")}]`;
}

export const stateName = (model: CausalModel, node: string, state: number): string =>
  statesOf(model.nodes.find(({ name }) => name === node)!.type)![state]!;

export function writeQuery(model: CausalModel, asked: readonly Happening[], given: readonly Happening[]): string {
  const list = (happenings: readonly Happening[]) =>
    happenings
      .map(({ variable, state }) => `${write(model, variable)} = ${stateName(model, variable.node, state)}`)
      .join(", ");
  return given.length === 0 ? `P(${list(asked)})` : `P(${list(asked)} | ${list(given)})`;
}

/** A random counterfactual question about the nodes that are named: one or two worlds, sometimes nested. */
export function randomQuestion(model: CausalModel, nodes: readonly string[], stream: Stream) {
  const pick = () => nodes[stream.integer(nodes.length)]!;
  const stateFor = (node: string) =>
    stream.integer(statesOf(model.nodes.find(({ name }) => name === node)!.type)!.length);
  const variable = (worlds: number): Variable => {
    const set: Record<string, number | Variable> = {};
    for (let i = 0; i < worlds; i++) {
      const target = pick();
      const nested = stream.uniform() < 0.25;
      const source = pick();
      set[target] = nested ? { node: target, set: { [source]: stateFor(source) } } : stateFor(target);
    }
    return { node: pick(), set };
  };
  const happening = (read: Variable): Happening => ({ variable: read, state: stateFor(read.node) });
  const asked = [happening(variable(1 + stream.integer(2)))];
  if (stream.uniform() < 0.4) asked.push(happening(variable(stream.integer(2))));
  const given = Array.from({ length: stream.integer(3) }, () => happening(variable(stream.uniform() < 0.2 ? 1 : 0)));
  return { asked, given };
}
