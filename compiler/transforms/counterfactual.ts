/**
 * Parallel worlds: one model that holds a node of the factual world and its copies in submodels M_x side by side, with
 * the exogenous noise shared. How the copies of a node hang together is not decided here.
 */
import { printValue, renameMechanism } from "../causal/evaluate.ts";
import { ancestorsOf, nodesByName } from "../causal/graph.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";
import type { NewMechanism } from "./do.ts";

/** What an intervention gives a node in one world. */
export type Setting =
  /** a stored value */
  | { readonly kind: "value"; readonly value: number }
  /** the value of a variable of these worlds */
  | { readonly kind: "variable"; readonly name: string }
  /** a policy, or a distribution with noise of its own that nothing else shares */
  | {
      readonly kind: "mechanism";
      readonly mechanism: NewMechanism;
      /** nodes as they are in this world, the node itself standing for its natural value; and variables of other worlds */
      readonly parents: readonly string[];
      /** as it was written: equal texts on equal parents are one draw */
      readonly text: string;
    };

/** The interventions of one world by node; none: the factual world. */
export type World = ReadonlyMap<string, Setting>;

export interface ParallelWorlds {
  /** a model of all variables so far; factual ones keep the names of their nodes */
  readonly model: CausalModel;
  /** by node, the variables that its mechanism makes in the worlds, in an order in which they can be computed */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

export interface WorldBuilder {
  /** the name of the variable that the node is in that world; equal variables have one name */
  variable(node: string, world: World): string;
  build(): ParallelWorlds;
}

/**
 * The twin network of Balke and Pearl (1994), for any number of worlds and only with the variables that are asked for. A
 * node whose parents are the same variables in two worlds is one variable (Shpitser and Pearl 2007, lemma 24), which
 * merges everything upstream of the interventions. `observed` are values that nodes are known to have in the factual
 * world: a world that sets them to just that differs in nothing.
 */
export function createWorlds(base: CausalModel, observed: ReadonlyMap<string, number>): WorldBuilder {
  const nodes = nodesByName(base);
  const made = new Map<string, CausalNode>();
  const byKey = new Map<string, string>();
  const copies = new Map<string, string[]>();
  // variables that have one known value, for telling which parents are equal
  const known = new Map<string, number>(observed);

  const nodeNamed = (name: string): CausalNode => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`internal: model ${base.name} has no node ${name}`);
    return node;
  };
  const identity = (node: string, variable: string) => {
    const value = known.get(variable);
    return value === undefined ? variable : `${node} = ${value}`;
  };
  const keyOf = (node: CausalNode, parents: readonly string[]) =>
    JSON.stringify([node.name, ...node.parents.map((parent, i) => identity(parent, parents[i]!))]);
  const add = (key: string, node: CausalNode, name: string): string => {
    byKey.set(key, name);
    made.set(name, node);
    return name;
  };

  const subscript = (node: CausalNode, world: World): string => {
    const upstream = ancestorsOf(base, [node.name]);
    const parts = [...world].flatMap(([target, setting]) => {
      if (!upstream.has(target)) return [];
      const { type } = nodeNamed(target);
      if (setting.kind === "mechanism") return [setting.text];
      return [`${target} = ${setting.kind === "value" ? printValue(type, setting.value) : setting.name}`];
    });
    let name = `${node.name}[${parts.join(", ")}]`;
    while (made.has(name)) name = `${name}'`;
    return name;
  };

  const fixed = (node: CausalNode, value: number, world: World): string => {
    const key = JSON.stringify([node.name, "=", value]);
    const existing = byKey.get(key);
    if (existing !== undefined) return existing;
    const name = subscript(node, new Map([[node.name, world.get(node.name)!]]));
    known.set(name, value);
    return add(key, { ...node, name, parents: [], mechanism: { kind: "fixed", value } }, name);
  };

  /** A node that is set to the value of another node has a variable of its own, so that no parent is listed twice. */
  const alias = (node: CausalNode, source: string, world: World): string => {
    if (copies.get(node.name)?.includes(source)) return source;
    const key = JSON.stringify([node.name, ":=", source]);
    const existing = byKey.get(key);
    if (existing !== undefined) return existing;
    const { span } = node;
    const value = { kind: "name", name: { kind: "identifier", text: source, span }, span } as const;
    const name = subscript(node, new Map([[node.name, world.get(node.name)!]]));
    return add(key, { ...node, name, parents: [source], mechanism: { kind: "equation", value } }, name);
  };

  /** A node with another mechanism; its own name among the parents is its value without the intervention. */
  const replaced = (node: CausalNode, setting: Extract<Setting, { kind: "mechanism" }>, world: World): string => {
    const before: World = new Map([...world].filter(([target]) => target !== node.name));
    const place = (parent: string) => {
      if (!nodes.has(parent)) return parent;
      return parent === node.name ? variable(parent, before.size === 0 ? factual : before) : variable(parent, world);
    };
    const parents = [...new Set(setting.parents.map(place))];
    const { mechanism } = setting;
    if (mechanism.kind === "equation" && mechanism.value.kind === "name") return alias(node, parents[0]!, world);
    const key = JSON.stringify([node.name, setting.text, parents]);
    const existing = byKey.get(key);
    if (existing !== undefined) return existing;
    const { coupling: _, ...rest } = node;
    const name = subscript(node, new Map([[node.name, setting]]));
    const renamed = renameMechanism(mechanism, base, ({ name: { text } }) => place(text), node.type);
    return add(key, { ...rest, name, parents, mechanism: renamed, intervened: true }, name);
  };

  const factual: World = new Map();
  const found = new Map<World, Map<string, string>>();
  const variable = (name: string, world: World): string => {
    const known = found.get(world) ?? new Map<string, string>();
    found.set(world, known);
    const existing = known.get(name);
    if (existing !== undefined) return existing;
    const result = make(name, world);
    known.set(name, result);
    return result;
  };

  const make = (name: string, world: World): string => {
    const node = nodeNamed(name);
    const setting = world.get(name);
    if (setting?.kind === "variable") return alias(node, setting.name, world);
    if (setting?.kind === "value") return fixed(node, setting.value, world);
    if (setting?.kind === "mechanism") return replaced(node, setting, world);
    const parents = node.parents.map((parent) => variable(parent, world));
    const key = keyOf(node, parents);
    const existing = byKey.get(key);
    if (existing !== undefined) return existing;
    const unchanged = key === keyOf(node, node.parents);
    if (unchanged && world.size > 0) return variable(name, factual);
    const copy = unchanged ? name : subscript(node, world);
    copies.set(name, [...(copies.get(name) ?? []), copy]);
    return add(key, renamed(base, node, copy, parents), copy);
  };

  return {
    variable: (node, world) => variable(node, world.size === 0 ? factual : world),
    build() {
      const model: CausalModel = { ...base, nodes: [...made.values()] };
      verifyModel(model);
      return { model, copies };
    },
  };
}

/** The node under another name, reading other variables in the place of its parents. */
function renamed(base: CausalModel, node: CausalNode, name: string, parents: readonly string[]): CausalNode {
  const places = new Map(node.parents.map((parent, i) => [parent, parents[i]!]));
  const rename = ({ name: { text } }: { readonly name: { readonly text: string } }) => places.get(text) ?? text;
  return { ...node, name, parents, mechanism: renameMechanism(node.mechanism, base, rename, node.type) };
}
