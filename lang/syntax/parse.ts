/** From text to AST: scan, parse, abstract. Total: any text gives a tree and its diagnostics, sorted by place. */
import type { CstNode } from "chevrotain";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../source.ts";
import type { Condition, DrawStatement, EventExpr, File, Identifier, QueryExpr, Statement } from "./ast.ts";
import { drawing, file } from "./ast-from-cst.ts";
import { type Building, node, nodeSpan } from "./cst.ts";
import { CausalParser } from "./grammar.ts";
import { modelName } from "./names-from-cst.ts";
import { conditions, context, query } from "./queries-from-cst.ts";
import { type Scan, scan } from "./scan.ts";
import { syntaxErrors, withoutConsequences } from "./syntax-errors.ts";
import * as t from "./tokens.ts";

type Entry = "file" | "queryText" | "drawText" | "contextText" | "givenText";

interface Parsed<Tree> {
  readonly tree: Tree;
  readonly cst: CstNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a line of the REPL may be. */
export type Interaction =
  | { readonly kind: "statements"; readonly statements: readonly Statement[] }
  | { readonly kind: "query"; readonly query: QueryExpr; readonly model: Identifier | null }
  | { readonly kind: "context"; readonly context: Exclude<Condition, EventExpr> };

/** The parser keeps only its tables between two parses; building them takes some 15 ms, once. */
let shared: CausalParser | null = null;

function parseTokens(source: Source, scanned: Scan, entry: Entry): Omit<Parsed<never>, "tree"> {
  shared ??= new CausalParser();
  shared.input = [...scanned.tokens];
  const cst = shared[entry]();
  return { cst, diagnostics: syntaxErrors(source, scanned, shared.errors) };
}

function parse<Tree>(
  source: Source,
  entry: Entry,
  build: (b: Building, cst: CstNode, span: Span) => Tree,
  scanned: Scan = scan(source),
): Parsed<Tree> {
  const parsed = parseTokens(source, scanned, entry);
  const found: Diagnostic[] = [];
  const b: Building = { source, report: (diagnostic) => found.push(diagnostic), depth: { value: 0 } };
  const whole = { source: source.name, start: 0, end: source.text.length };
  const tree = build(b, parsed.cst, whole);
  const slips = withoutConsequences(found, parsed.diagnostics, scanned);
  return { tree, cst: parsed.cst, diagnostics: inOrder([...scanned.diagnostics, ...parsed.diagnostics, ...slips]) };
}

/** Sorted by place; of several findings at one place the first one stays. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const places = new Set<number>();
  return diagnostics
    .filter(({ span }) => !places.has(span.start) && places.add(span.start))
    .toSorted((a, b) => a.span.start - b.span.start);
}

/** A whole program. Never throws; what could not be read is missing from the file or stands as a `missing` node. */
export function parseFile(source: Source): {
  readonly file: File;
  /** the concrete tree, with every word of the text */
  readonly cst: CstNode;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, cst, diagnostics } = parse(source, "file", (b, given) => file(b, given));
  return { file: tree, cst, diagnostics };
}

/** One query, as on the command line: `P(Y | do(X = 1))`, perhaps followed by `in Model`. */
export function parseQuery(source: Source): {
  readonly query: QueryExpr;
  readonly model: Identifier | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, diagnostics } = parse(source, "queryText", queryText);
  return { ...tree, diagnostics };
}

const queryText = (b: Building, cst: CstNode, span: Span) => ({
  query: query(b, node(cst, "query"), span),
  model: modelName(b, cst),
});

/** One drawing: `16 Face | do(Mustache = true)`, with or without `draw` before it. */
export function parseDraw(source: Source): {
  readonly draw: DrawStatement;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, diagnostics } = parse(source, "drawText", (b, cst, span) => drawing(b, node(cst, "drawing"), span));
  return { draw: tree, diagnostics };
}

/** What may stand behind the bar of a query: `X = a, do(Y = b)`. */
export function parseConditions(source: Source): {
  readonly conditions: readonly Condition[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, diagnostics } = parse(source, "givenText", conditions);
  return { conditions: tree, diagnostics };
}

/**
 * A line of the REPL: statements, a bare query, `do(...)` or `observe(...)`. `incomplete` says that the text ends inside
 * brackets, so that more lines may follow.
 */
export function parseInteraction(source: Source): {
  readonly interaction: Interaction;
  readonly incomplete: boolean;
  readonly diagnostics: readonly Diagnostic[];
} {
  const scanned = scan(source);
  const first = scanned.tokens[0];
  const { tree, diagnostics } = t.isA(first, t.Do, t.Observe)
    ? parse(source, "contextText", contextText, scanned)
    : t.isA(first, ...t.statementWords)
      ? parse(source, "file", statementsText, scanned)
      : parse(source, "queryText", bareQuery, scanned);
  return { interaction: tree, incomplete: scanned.incomplete, diagnostics };
}

const statementsText = (b: Building, cst: CstNode): Interaction => ({
  kind: "statements",
  statements: file(b, cst).statements,
});

const bareQuery = (b: Building, cst: CstNode, span: Span): Interaction => ({
  kind: "query",
  ...queryText(b, cst, span),
});

const contextText = (b: Building, cst: CstNode): Interaction => ({
  kind: "context",
  context: context(b, cst) ?? { kind: "do", actions: [], span: nodeSpan(b, cst) },
});

/** The concrete tree of a program, for `causal show cst`. */
export function parseCst(source: Source): { readonly cst: CstNode; readonly diagnostics: readonly Diagnostic[] } {
  const scanned = scan(source);
  const { cst, diagnostics } = parseTokens(source, scanned, "file");
  return { cst, diagnostics: inOrder([...scanned.diagnostics, ...diagnostics]) };
}
