/**
 * The text language of dagitty.net and its R package, read and written: graphs with arrows, two-headed arcs for hidden
 * common causes, and marks on nodes. Positions and other layout are skipped; graphs other than DAGs are refused.
 */
import type { Source } from "#lang/source";
import { orderNodes } from "#lang/types/check-graph";
import type { CausalModel } from "../causal/model.ts";
import {
  accept,
  acceptSign,
  acceptText,
  atEnd,
  blockComment,
  createCursor,
  type Cursor,
  expected,
  expectSign,
  lineComment,
  space,
  writeText,
  wrong,
} from "./cursor.ts";
import { checkName, failing, type Named } from "./network.ts";

const format = "dagitty";

export type Mark = "exposure" | "outcome" | "adjusted" | "selected";

export interface GraphNode {
  readonly name: string;
  readonly latent: boolean;
  /** in the order exposure, outcome, adjusted, selected */
  readonly marks: readonly Mark[];
}

/** An acyclic directed mixed graph: arrows X -> Y, and arcs X <-> Y where an unobserved cause is common to both. */
export interface MixedGraph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly arrows: readonly (readonly [from: string, to: string])[];
  readonly arcs: readonly (readonly [string, string])[];
}

const markWords: Readonly<Record<string, Mark | "latent">> = {
  exposure: "exposure",
  e: "exposure",
  outcome: "outcome",
  o: "outcome",
  adjusted: "adjusted",
  adjustednode: "adjusted",
  a: "adjusted",
  selected: "selected",
  selectednode: "selected",
  s: "selected",
  latent: "latent",
  unobserved: "latent",
  l: "latent",
  u: "latent",
};
const markOrder: readonly Mark[] = ["exposure", "outcome", "adjusted", "selected"];
const deepest = 64;

const identifier = /[\p{L}\p{N}_.]+/uy;
const edgeSign = /<->|->|<-|--|@->|<-@|@-@|@--|--@/y;

function acceptName(cursor: Cursor): Named | null {
  const { at } = cursor;
  const name = acceptText(cursor) ?? accept(cursor, identifier);
  return name === null ? null : { name, at };
}

interface Building {
  readonly cursor: Cursor;
  readonly marks: Map<string, Set<Mark | "latent">>;
  readonly places: Map<string, number>;
  /** by their ends, so that an edge that is written twice counts once */
  readonly arrows: Map<string, readonly [string, string]>;
  readonly arcs: Map<string, readonly [string, string]>;
}

function declare(b: Building, node: Named): void {
  checkName(failing(b.cursor.source, format), node);
  if (b.marks.has(node.name)) return;
  b.marks.set(node.name, new Set());
  b.places.set(node.name, node.at);
}

/** `[exposure, pos="0,1"]`: the marks; what is not known is layout or a coefficient. */
function attributes(b: Building, marked: readonly Named[]): void {
  const { cursor } = b;
  while (acceptSign(cursor, "[")) {
    while (!acceptSign(cursor, "]")) {
      const key = accept(cursor, /[\w.-]+/y) ?? expected(cursor, "a property or `]`");
      const hasValue = acceptSign(cursor, "=");
      if (hasValue && acceptText(cursor) === null && accept(cursor, /[\w.+-]+/y) === null) expected(cursor, "a value");
      const mark = markWords[key.toLowerCase()];
      if (!hasValue && mark !== undefined) for (const { name } of marked) b.marks.get(name)?.add(mark);
      if (!acceptSign(cursor, ",")) acceptSign(cursor, ";");
    }
  }
}

/** One end of an edge: a name, or the names of everything between braces, whose statements count too. */
function group(b: Building, depth: number): readonly Named[] {
  const { cursor } = b;
  if (!acceptSign(cursor, "{")) {
    const node = acceptName(cursor) ?? expected(cursor, "the name of a node or `{`");
    declare(b, node);
    return [node];
  }
  if (depth > deepest) wrong(cursor, cursor.at, `more than ${deepest} groups inside each other`);
  const names: Named[] = [];
  while (!acceptSign(cursor, "}")) {
    if (atEnd(cursor)) expected(cursor, "`}`");
    names.push(...statement(b, depth + 1));
    acceptSign(cursor, ",");
  }
  return names;
}

function connect(b: Building, left: readonly Named[], sign: string, right: readonly Named[], at: number): void {
  const { cursor } = b;
  if (sign !== "->" && sign !== "<-" && sign !== "<->") {
    wrong(cursor, at, `\`${sign}\` stands for several graphs; only \`->\`, \`<-\` and \`<->\` can be imported`);
  }
  for (const a of left) {
    for (const c of right) {
      if (a.name === c.name) wrong(cursor, c.at, `\`${a.name}\` cannot be joined to itself`);
      const [from, to] = sign === "<-" ? [c.name, a.name] : [a.name, c.name];
      if (sign !== "<->") b.arrows.set(JSON.stringify([from, to]), [from, to]);
      else if (!b.arcs.has(JSON.stringify([to, from]))) b.arcs.set(JSON.stringify([from, to]), [from, to]);
    }
  }
}

/** A node with its properties, or a chain of edges; the nodes that it names. */
function statement(b: Building, depth: number): readonly Named[] {
  const { cursor } = b;
  let left = group(b, depth);
  const all = [...left];
  let joined = false;
  for (;;) {
    const { at } = cursor;
    const sign = accept(cursor, edgeSign);
    if (sign === null) break;
    const right = group(b, depth);
    connect(b, left, sign, right, at);
    joined = true;
    all.push(...right);
    left = right;
  }
  // `bb="0,0,1,1"` sets the layout of the whole graph
  if (!joined && all.length === 1 && acceptSign(cursor, "=")) {
    if (acceptText(cursor) === null && accept(cursor, /[\w.+-]+/y) === null) expected(cursor, "a value");
    const { name, at } = all[0]!;
    if (b.places.get(name) === at) {
      b.places.delete(name);
      b.marks.delete(name);
    }
    all.length = 0;
  }
  attributes(b, joined ? [] : all);
  while (acceptSign(cursor, ";"));
  return all;
}

/** Throws RuntimeFault("bad-file") naming the place where the text stops being dagitty's, or a cycle. */
export function readDagitty(source: Source): MixedGraph {
  const cursor = createCursor(source, format, [space, lineComment, blockComment]);
  const kindAt = cursor.at;
  const kind = accept(cursor, /[A-Za-z]+/y) ?? "dag";
  if (/^(?:pdag|mag|pag|graph)$/i.test(kind))
    wrong(cursor, kindAt, `a ${kind} stands for several DAGs; only \`dag\` can be imported`);
  if (!/^(?:dag|digraph)$/i.test(kind)) expected(cursor, "`dag {`", kindAt);
  const name = acceptName(cursor);
  if (name !== null) checkName(failing(source, format), name);
  const b: Building = { cursor, marks: new Map(), places: new Map(), arrows: new Map(), arcs: new Map() };
  expectSign(cursor, "{");
  while (!acceptSign(cursor, "}")) {
    if (atEnd(cursor)) expected(cursor, "`}`");
    if (!acceptSign(cursor, ";")) statement(b, 0);
  }
  if (!atEnd(cursor)) expected(cursor, "the end of the file");

  const arrows = [...b.arrows.values()];
  const parents = new Map<string, string[]>([...b.marks.keys()].map((node) => [node, []]));
  for (const [from, to] of arrows) parents.get(to)!.push(from);
  const [cycle] = orderNodes([...parents].map(([node, causes]) => ({ name: node, parents: causes }))).cycles;
  if (cycle !== undefined) wrong(cursor, b.places.get(cycle[0]!) ?? 0, `the graph has a cycle: ${cycle.join(" -> ")}`);
  const nodes = [...b.marks].map(([node, marks]) => ({
    name: node,
    latent: marks.has("latent"),
    marks: markOrder.filter((mark) => marks.has(mark)),
  }));
  return { name: name?.name ?? "", nodes, arrows, arcs: [...b.arcs.values()] };
}

/** The graph of a model. Exogenous noise of a single node is left out; what several nodes share is a hidden cause. */
export function graphOf({ name, nodes, drawn: graph }: CausalModel): MixedGraph {
  if (graph !== undefined) {
    return {
      name,
      nodes: graph.nodes.map((node) => ({ name: node.name, latent: node.latent, marks: [] })),
      arrows: graph.nodes.flatMap((node) => node.parents.map((parent) => [parent, node.name] as const)),
      arcs: graph.bidirected,
    };
  }
  const children = (cause: string) => nodes.filter((node) => node.parents.includes(cause)).length;
  const drawn = nodes.filter((node) => node.role !== "noise" || children(node.name) > 1);
  const names = new Set(drawn.map((node) => node.name));
  return {
    name,
    nodes: drawn.map((node) => ({
      name: node.name,
      latent: node.role === "latent" || node.role === "noise",
      marks: [],
    })),
    arrows: drawn.flatMap((node) =>
      node.parents.filter((parent) => names.has(parent)).map((parent) => [parent, node.name] as const),
    ),
    arcs: [],
  };
}

const writeName = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : writeText(name));

/** The name of the graph is left out, for not every reader takes one. */
export function writeDagitty({ nodes, arrows, arcs }: MixedGraph): string {
  const members = nodes.map((node) => {
    const marks = [...node.marks, ...(node.latent ? ["latent"] : [])];
    return `  ${writeName(node.name)}${marks.length > 0 ? ` [${marks.join(",")}]` : ""}`;
  });
  const edges = [
    ...arrows.map(([from, to]) => `  ${writeName(from)} -> ${writeName(to)}`),
    ...arcs.map(([a, b]) => `  ${writeName(a)} <-> ${writeName(b)}`),
  ];
  return `${["dag {", ...members, ...edges, "}"].join("\n")}\n`;
}
