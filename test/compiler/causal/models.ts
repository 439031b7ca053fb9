/** Models, queries and brute-force answers for the tests of the causal core. Nothing here uses the code under test. */
import type { CausalModel, CausalNode, Mechanism } from "#compiler/causal/model";
import type { Expr, QueryExpr } from "#lang/syntax/ast";
import { parseQuery } from "#lang/syntax/parse";
import { type NodeType, statesOf } from "#lang/types/type";
import { createStream, type Stream } from "#runtime/random";

export const nowhere = { source: "test", start: 0, end: 0 };
export const bool: NodeType = { kind: "bool" };
export const real: NodeType = { kind: "real", size: null };
export const labels = (...names: string[]): NodeType => ({ kind: "labels", labels: names });

export function node(
  name: string,
  type: NodeType,
  parents: readonly string[],
  mechanism: Mechanism,
  role: CausalNode["role"] = "sample",
): CausalNode {
  return { name, role, type, parents, mechanism, span: nowhere };
}

export const table = (name: string, type: NodeType, parents: readonly string[], probabilities: readonly number[]) =>
  node(name, type, parents, { kind: "table", probabilities: Float64Array.from(probabilities) });

/** P(true) by row, for bool nodes. */
export const coin = (name: string, parents: readonly string[], ...yes: readonly number[]) =>
  table(
    name,
    bool,
    parents,
    yes.flatMap((p) => [1 - p, p]),
  );

export function equation(name: string, type: NodeType, parents: readonly string[], text: string): CausalNode {
  return node(name, type, parents, { kind: "equation", value: expression(text) }, "let");
}

export function distribution(
  name: string,
  type: NodeType,
  parents: readonly string[],
  word: string,
  args: readonly string[],
  role: CausalNode["role"] = "sample",
): CausalNode {
  return node(name, type, parents, { kind: "distribution", name: word, args: args.map(expression) }, role);
}

export function model(nodes: readonly CausalNode[], params: Readonly<Record<string, number>> = {}): CausalModel {
  return { name: "Test", nodes, params, evidence: [] };
}

export function query(text: string): QueryExpr {
  const parsed = parseQuery({ name: "query", text });
  if (parsed.diagnostics.length > 0) throw new Error(`${text}: ${parsed.diagnostics[0]!.message}`);
  return parsed.query;
}

export function expression(text: string): Expr {
  const parsed = query(`E[${text}]`);
  if (parsed.kind !== "expectation") throw new Error(`${text} is no expression`);
  return parsed.value;
}

/** A row of probabilities; about one entry in five is zero, so that impossible combinations occur. */
function randomRow(stream: Stream, states: number): number[] {
  const weights = Array.from({ length: states }, () => (stream.uniform() < 0.2 ? 0 : 0.05 + stream.uniform()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return Array.from({ length: states }, (_, state) => Number(state === 0));
  return weights.map((weight) => weight / sum);
}

/** A discrete model with 2 to `most` nodes of 2 to 4 states: N0, N1, ... with states s0, s1, ... */
export function randomModel(seed: number, most = 8): CausalModel {
  const stream = createStream(seed, "model");
  const count = 2 + stream.integer(most - 1);
  const nodes: CausalNode[] = [];
  for (let i = 0; i < count; i++) {
    const states = 2 + stream.integer(3);
    const parents = nodes.filter(() => stream.uniform() < 0.4).slice(-4);
    const rows = parents.reduce((product, parent) => product * statesOf(parent.type)!.length, 1);
    const probabilities = Array.from({ length: rows }, () => randomRow(stream, states)).flat();
    const names = parents.map((parent) => parent.name);
    const type = labels(...Array.from({ length: states }, (_, state) => `s${state}`));
    nodes.push(table(`N${i}`, type, names, probabilities));
  }
  return model(nodes);
}

export type World = Readonly<Record<string, number>>;

/** Every combination of states with its probability, after setting nodes to states and replacing roots by rows. */
export function* enumerate(
  { nodes }: CausalModel,
  set: World = {},
  drawn: Readonly<Record<string, readonly number[]>> = {},
): Generator<{ readonly world: World; readonly probability: number }> {
  const sizes = Object.fromEntries(nodes.map((entry) => [entry.name, statesOf(entry.type)!.length]));
  function* from(i: number, world: Record<string, number>, probability: number): ReturnType<typeof enumerate> {
    if (probability === 0) return;
    const entry = nodes[i];
    if (entry === undefined) {
      yield { world: { ...world }, probability };
      return;
    }
    const { name, parents, mechanism } = entry;
    if (mechanism.kind !== "table") throw new Error("enumeration is for tables");
    const states = sizes[name]!;
    const row = parents.reduce((index, parent) => index * sizes[parent]! + world[parent]!, 0);
    for (let state = 0; state < states; state++) {
      const chosen = set[name];
      const p =
        chosen !== undefined
          ? Number(state === chosen)
          : (drawn[name]?.[state] ?? mechanism.probabilities[row * states + state]!);
      world[name] = state;
      yield* from(i + 1, world, probability * p);
    }
    delete world[name];
  }
  yield* from(0, {}, 1);
}
