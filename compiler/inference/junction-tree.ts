/**
 * The junction tree of an elimination order (Lauritzen and Spiegelhalter 1988): which tables there are, where each factor
 * goes, what is passed on, and what that will cost. It depends on the sizes of the variables and not on any number in a
 * table, so that one tree serves all evidence on the same variables. Filling it is `calibrate.ts`.
 */
import type { Elimination } from "./order.ts";
import { type Embedding, embed, entriesOf } from "./table.ts";

/** Variables of a factor, and the one whose distribution given the others it is; null where it is no distribution. */
export interface Scope {
  readonly variables: readonly number[];
  readonly head: number | null;
}

/** A factor, or the table of a factor that a smaller one is multiplied into first. */
export interface Operand {
  readonly factor: number;
  /** into the clique, or into the table of `into` */
  readonly into: number | null;
  readonly embedding: Embedding;
}

export interface Clique {
  /** in the global order: the last variable to be eliminated first; those shared with the parent come first */
  readonly scope: readonly number[];
  readonly entries: number;
  readonly parent: number | null;
  /** what is shared with the parent */
  readonly separator: readonly number[];
  readonly separatorEntries: number;
  /** of the separator in this clique, and in the parent */
  readonly inside: Embedding;
  readonly above: Embedding | null;
  readonly operands: readonly Operand[];
  /** the sum over everything below is 1 whatever the separator is: nothing has been seen there */
  readonly silent: boolean;
}

export interface JunctionTree {
  /** parents come before their children; there is one root for each connected part */
  readonly cliques: readonly Clique[];
  /** variables of each factor in the global order */
  readonly scopes: readonly (readonly number[])[];
  /** factors of which a single number is left */
  readonly constants: readonly number[];
  /** from where the distribution of each variable is read: the smallest table that has it */
  readonly readings: readonly Reading[];
  /** entries of the largest clique, and of all cliques and separators: what is stored */
  readonly largest: number;
  readonly total: number;
  readonly heuristic: string;
}

/** Some variables whose distributions are read off one table, first summed to `rest` where that saves walks. */
export interface Reading {
  readonly clique: number;
  readonly table: "clique" | "separator";
  readonly rest: { readonly entries: number; readonly embedding: Embedding } | null;
  readonly variables: readonly { readonly variable: number; readonly embedding: Embedding }[];
}

interface Node {
  scope: number[];
  separator: number[];
  entries: number;
  parent: Node | null;
  readonly children: Node[];
  readonly factors: number[];
}

const contains = (large: ReadonlySet<number>, part: readonly number[]) => part.every((variable) => large.has(variable));

/** Parents before their children. */
function preorder(roots: readonly Node[]): Node[] {
  const nodes: Node[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    nodes.push(node);
    for (const child of node.children) waiting.push(child);
  }
  return nodes;
}

/** Maximal cliques of the triangulated graph, each below the smallest clique that has what it shares with the rest. */
function cliquesOf({ steps }: Elimination, sizes: ArrayLike<number>): { roots: Node[]; homes: Map<number, Node> } {
  const position = new Map(steps.map(({ variable }, i) => [variable, i]));
  const later = (a: number, b: number) => position.get(b)! - position.get(a)!;
  const homes = new Map<number, Node>();
  const roots: Node[] = [];
  for (const { variable, others } of steps.toReversed()) {
    const separator = [...others].sort(later);
    // the next of the others to be eliminated: its clique has all of them
    const next = separator.at(-1);
    if (next === undefined) {
      const root: Node = { scope: [variable], separator, entries: 0, parent: null, children: [], factors: [] };
      roots.push(root);
      homes.set(variable, root);
      continue;
    }
    const parent = homes.get(next)!;
    if (parent.scope.length === separator.length) {
      // the clique of the next variable is a part of this one
      parent.scope.push(variable);
      homes.set(variable, parent);
      continue;
    }
    const scope = [...separator, variable];
    const node: Node = { scope, separator, entries: 0, parent, children: [], factors: [] };
    parent.children.push(node);
    homes.set(variable, node);
  }
  const nodes = preorder(roots);
  for (const node of nodes) node.entries = entriesOf(node.scope, sizes);
  for (const node of nodes) {
    const sets = new Map(node.children.map((child) => [child, new Set(child.separator)]));
    for (const child of node.children.toSorted((a, b) => a.separator.length - b.separator.length)) {
      const host = node.children
        .filter((other) => other !== child && other.entries < node.entries)
        .filter((other) => contains(sets.get(other)!, child.separator))
        .sort((a, b) => a.entries - b.entries)[0];
      if (host === undefined) continue;
      node.children.splice(node.children.indexOf(child), 1);
      host.children.push(child);
      sets.delete(child);
      child.parent = host;
    }
  }
  return { roots, homes };
}

/** The factors of a clique as operands, a smaller one going into a larger one where that saves a walk over the clique. */
function operandsOf(node: Node, scopes: JunctionTree["scopes"], sizes: ArrayLike<number>): Operand[] {
  const bySize = node.factors
    .map((factor) => ({ factor, variables: new Set(scopes[factor]!), entries: entriesOf(scopes[factor]!, sizes) }))
    .sort((a, b) => a.entries - b.entries);
  return bySize.map(({ factor }, i) => {
    const host = bySize
      .slice(i + 1)
      .find((other) => other.entries < node.entries && contains(other.variables, scopes[factor]!));
    return host === undefined
      ? { factor, into: null, embedding: embed(node.scope, scopes[factor]!, sizes) }
      : { factor, into: host.factor, embedding: embed(scopes[host.factor]!, scopes[factor]!, sizes) };
  });
}

/** Nodes below which there are the distributions of just the variables that are summed out there, and nothing else. */
function silentNodes(nodes: readonly Node[], factors: readonly Scope[]): ReadonlySet<Node> {
  const below = new Map<Node, { readonly surplus: number; readonly loose: boolean }>();
  for (const node of nodes.toReversed()) {
    const shared = new Set(node.separator);
    const heads = node.factors.map((factor) => factors[factor]!.head);
    const under = node.children.map((child) => below.get(child)!);
    const summed = node.scope.length - node.separator.length;
    below.set(node, {
      surplus: under.reduce((sum, { surplus }) => sum + surplus, summed - heads.length),
      loose: heads.some((head) => head === null || shared.has(head)) || under.some(({ loose }) => loose),
    });
  }
  return new Set(nodes.filter((node) => below.get(node)!.surplus === 0 && !below.get(node)!.loose));
}

/**
 * Builds the tree.
 * @param elimination an order of all variables of the factors
 * @param sizes states of each variable, by its number
 */
export function junctionTree(
  elimination: Elimination,
  factors: readonly Scope[],
  sizes: ArrayLike<number>,
): JunctionTree {
  const { order, heuristic } = elimination;
  const position = new Map(order.map((variable, i) => [variable, i]));
  const scopes = factors.map(({ variables }) => [...variables].sort((a, b) => position.get(b)! - position.get(a)!));
  const { roots, homes } = cliquesOf(elimination, sizes);
  const constants: number[] = [];
  scopes.forEach((scope, factor) => {
    // the first of its variables to be eliminated is where all of them are together
    const home = scope.length === 0 ? undefined : homes.get(scope.at(-1)!);
    (home?.factors ?? constants).push(factor);
  });

  const nodes = preorder(roots);
  const silent = silentNodes(nodes, factors);
  const indices = new Map(nodes.map((node, i) => [node, i]));
  const cliques = nodes.map((node): Clique => {
    const { scope, separator, parent, entries } = node;
    return {
      scope,
      entries,
      parent: parent === null ? null : indices.get(parent)!,
      separator,
      separatorEntries: entriesOf(separator, sizes),
      inside: embed(scope, separator, sizes),
      above: parent === null ? null : embed(parent.scope, separator, sizes),
      operands: operandsOf(node, scopes, sizes),
      silent: silent.has(node),
    };
  });
  return {
    cliques,
    scopes,
    constants,
    readings: readingsOf(cliques, order, sizes),
    largest: cliques.reduce((most, { entries }) => Math.max(most, entries), 0),
    total: cliques.reduce((sum, { entries, separatorEntries }) => sum + entries + separatorEntries, 0),
    heuristic,
  };
}

function readingsOf(cliques: readonly Clique[], order: readonly number[], sizes: ArrayLike<number>): Reading[] {
  const best = new Map<number, { clique: number; table: Reading["table"]; entries: number }>();
  const offer = (scope: readonly number[], clique: number, table: Reading["table"], entries: number) => {
    for (const variable of scope) {
      const known = best.get(variable);
      if (known === undefined || entries < known.entries) best.set(variable, { clique, table, entries });
    }
  };
  cliques.forEach(({ scope, entries, separator, separatorEntries, parent }, clique) => {
    offer(scope, clique, "clique", entries);
    if (parent !== null) offer(separator, clique, "separator", separatorEntries);
  });
  const groups = new Map<string, { clique: number; table: Reading["table"]; variables: number[] }>();
  // in the global order
  for (const variable of order.toReversed()) {
    const { clique, table } = best.get(variable)!;
    const key = `${table}${clique}`;
    const group = groups.get(key) ?? { clique, table, variables: [] };
    group.variables.push(variable);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ clique, table, variables }) => {
    const scope = table === "clique" ? cliques[clique]!.scope : cliques[clique]!.separator;
    const entries = entriesOf(variables, sizes);
    const summed = variables.length > 1 && 2 * entries <= entriesOf(scope, sizes);
    const from = summed ? variables : scope;
    return {
      clique,
      table,
      rest: summed ? { entries, embedding: embed(scope, variables, sizes) } : null,
      variables: variables.map((variable) => ({ variable, embedding: embed(from, [variable], sizes) })),
    };
  });
}

/** The tree as indented text: each clique with its entries, what it shares with the one above, and its factors. */
export function printJunctionTree(
  { cliques, largest, total, heuristic }: JunctionTree,
  nameOf: (variable: number) => string,
  factorName: (factor: number) => string,
): string {
  const depths: number[] = [];
  const names = (scope: readonly number[]) => scope.map(nameOf).join(", ");
  const lines = cliques.map(({ scope, separator, entries, operands, silent, parent }, i) => {
    depths[i] = parent === null ? 0 : depths[parent]! + 1;
    const shared = parent === null ? "" : ` shares {${names(separator)}}${silent ? ", silent" : ""}`;
    const held = operands.length === 0 ? "" : `: ${operands.map(({ factor }) => factorName(factor)).join(", ")}`;
    return `${"  ".repeat(depths[i]! + 1)}{${names(scope)}} ${entries}${shared}${held}`;
  });
  return `${[`junction tree by ${heuristic}: largest ${largest}, together ${total} entries`, ...lines].join("\n")}\n`;
}
