/**
 * Growing the program of a session by statements. A declaration that is made again replaces the earlier one; models
 * whose text stays the same keep what they have learned.
 */
import { printName } from "#compiler/causal/print-expression";
import type { CheckedProgram } from "#lang/checked";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source, Span } from "#lang/source";
import type { DrawStatement, IdentifyStatement, QueryStatement, Statement, TestStatement } from "#lang/syntax/ast";
import type { Executor } from "#runtime/executor";
import { hasErrors, ProgramError } from "../api/errors.ts";
import { type Project, projectOf } from "../api/project.ts";
import type { Run } from "../api/run.ts";
import type { World } from "../api/world.ts";
import { resolveAmong, resolveImport } from "../files/programs.ts";
import type { Session } from "./session.ts";

export interface Extension {
  readonly run: Run;
  readonly warnings: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, Source>;
}

/** Compiles the program with `line` behind it. Throws a ProgramError that points into the line. */
export function extend(session: Session, line: Source, statements: readonly Statement[]): Extension {
  const { project } = session.run;
  const [root, ...imports] = project.files as readonly [Source, ...Source[]];
  const replaced = new Set(statements.map(keyOf).filter((key) => key !== null));
  const addsModel = statements.some((statement) => statement.kind === "model");
  const kept = rewrite(root.text, project.program, replaced, addsModel);
  const text = kept === "" ? line.text : `${kept}\n${line.text}`;
  const among = resolveAmong(imports);
  const next = projectOf(text, root.name, (path, from) => among(path, from) ?? resolveImport(path, from));

  const place = { source: root.name, start: text.length - line.text.length };
  const diagnostics = next.diagnostics.map((diagnostic) => moved(diagnostic, place, line.name));
  const sources = new Map([...next.program.sources, [line.name, line]]);
  if (hasErrors(diagnostics)) throw new ProgramError(diagnostics, sources);
  const warnings = diagnostics.filter(({ span }) => span.source === line.name);
  return { run: carriedOver(session.run, next, session.executor), warnings, sources };
}

/** What a statement declares, e.g. "model Stones"; null where it declares nothing that could be replaced. */
function keyOf(statement: Statement): string | null {
  switch (statement.kind) {
    case "model":
    case "network":
    case "data":
      return `${statement.kind} ${statement.name.text}`;
    case "train":
      return `train ${statement.model.text}.${statement.part?.text ?? ""}`;
    default:
      return null;
  }
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** The text without what is replaced; where another model comes in, its questions say which model they are about. */
function rewrite(text: string, program: CheckedProgram, replaced: ReadonlySet<string>, addsModel: boolean): string {
  const edits = program.files.at(-1)!.statements.flatMap((statement): readonly Edit[] => {
    const key = keyOf(statement);
    if (key !== null && replaced.has(key)) return [{ ...statement.span, insert: "" }];
    return addsModel ? qualified(statement, text, program) : [];
  });
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, { start, end, insert }) => result.slice(0, start) + insert + result.slice(end), text);
}

function qualified(
  statement: Statement,
  text: string,
  { queries, draws, identifies, tests }: CheckedProgram,
): readonly Edit[] {
  // what is asked is about single nodes where the text names families: the place tells which statement it is
  const { source, start } = statement.span;
  const asked = [...queries, ...draws, ...identifies, ...tests].find(
    ({ statement: other }) => other.span.source === source && other.span.start === start,
  );
  if (asked === undefined || asked.statement.model !== null) return [];
  const at = endOfQuestion(asked.statement, text);
  return [{ start: at, end: at, insert: ` in ${printName(asked.model)}` }];
}

/** Where `in Model` goes: behind the name of a test, behind what is drawn, behind a query. */
function endOfQuestion(
  statement: QueryStatement | DrawStatement | IdentifyStatement | TestStatement,
  text: string,
): number {
  const { start, end } = statement.span;
  if (statement.kind === "draw") return statement.variables.at(-1)?.span.end ?? end;
  if (statement.kind === "query") return end;
  if (statement.kind === "identify") return statement.query.span.end;
  return start + (/^test\s*"(?:[^"\\]|\\.)*"/.exec(text.slice(start))?.[0].length ?? 0);
}

/** A diagnostic with the spans behind `place.start` as spans of the line. */
function moved(diagnostic: Diagnostic, place: { source: string; start: number }, line: string): Diagnostic {
  const move = (span: Span): Span =>
    span.source === place.source && span.start >= place.start
      ? { source: line, start: span.start - place.start, end: span.end - place.start }
      : span;
  return {
    ...diagnostic,
    span: move(diagnostic.span),
    related: diagnostic.related.map((other) => ({ ...other, span: move(other.span) })),
    fix: diagnostic.fix === null ? null : { ...diagnostic.fix, span: move(diagnostic.fix.span) },
  };
}

/** The worlds of the grown program; a model whose text is the same is the one that was there. */
function carriedOver(
  { worlds, classifiers, checkpoints, project: before }: Run,
  project: Project,
  executor: () => Promise<Executor>,
): Run {
  const next = [...project.models].map(([name, model]): [string, World] => {
    const old = worlds.get(name);
    const same =
      old !== undefined && declaration(before.program, "models", name) === declaration(project.program, "models", name);
    return [name, same ? { ...old, project } : { project, model, generators: new Map(), given: [], executor }];
  });
  const kept = [...classifiers].filter(([target]) =>
    next.some(([name, { generators }]) => target.startsWith(`${name}.`) && generators === worlds.get(name)?.generators),
  );
  return { project, worlds: new Map(next), classifiers: new Map(kept), checkpoints };
}

/** The text that declares a model, a data set or a training; null where there is none. */
export function declaration(program: CheckedProgram, kind: "models" | "data", name: string): string | null {
  const own = textAt(program, program[kind].get(name)?.span);
  const bases = kind === "models" ? (program.models.get(name)?.bases ?? []) : [];
  return own === null ? null : [own, ...bases.map((span) => textAt(program, span))].join("\n");
}

export function textAt(program: CheckedProgram, span: Span | undefined): string | null {
  return span === undefined ? null : (program.sources.get(span.source)?.text.slice(span.start, span.end) ?? null);
}
