/** What every check is handed: the vocabulary, the declarations of the program, and where to report. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic, RelatedSpan } from "../diagnostics/diagnostic.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Declarations } from "../names/declarations.ts";
import type { Span } from "../source.ts";
import type { Identifier, Member } from "../syntax/ast.ts";
import type { Signatures } from "./signature.ts";

export interface CheckContext {
  readonly signatures: Signatures;
  readonly declarations: Declarations;
  report(diagnostic: Diagnostic): void;
}

/** A context that knows whether anything has been reported through it. */
export interface WatchedContext extends CheckContext {
  readonly sound: () => boolean;
}

export function watch(context: CheckContext): WatchedContext {
  let sound = true;
  const report = (diagnostic: Diagnostic) => {
    sound = false;
    context.report(diagnostic);
  };
  return { ...context, report, sound: () => sound };
}

/** What an import can bring. */
const importable = new Set(["model", "network", "layer or network", "data"]);

/** Reports C201 with the nearest candidate. A name lost to a syntax error is empty and was reported by the parser. */
export function reportUnknown(
  context: CheckContext,
  what: string,
  name: Identifier,
  candidates: Iterable<string>,
): void {
  if (name.text === "" || (context.declarations.incomplete && importable.has(what))) return;
  const known = [...candidates];
  const suggestion = closest(name.text, known);
  const fix =
    suggestion === null ? null : { title: `change to \`${suggestion}\``, span: name.span, replacement: suggestion };
  context.report(diagnose("C201", name.span, { what, name: name.text, suggestion, known }, { fix }));
}

/**
 * Where a node is declared, as a related place: in the model around `place`, or in the only one that has such a node.
 * Nothing where that is not clear, as in a query from outside of the program.
 */
export function declaredHere(
  { declarations }: Pick<CheckContext, "declarations">,
  node: string,
  place: Span,
): readonly RelatedSpan[] {
  const found = [...declarations.models.values()].flatMap((model) =>
    namesIn(model.members)
      .filter(({ text }) => text === node)
      .map(({ span }) => ({ span, around: covers(model.span, place) })),
  );
  const [one, another] = found.some(({ around }) => around) ? found.filter(({ around }) => around) : found;
  if (one === undefined || another !== undefined) return [];
  return covers(one.span, place) ? [] : [{ span: one.span, label: `\`${node}\` is declared here` }];
}

const covers = (a: Span, b: Span): boolean => a.source === b.source && a.start <= b.start && b.end <= a.end;

function namesIn(members: readonly Member[]): readonly Identifier[] {
  return members.flatMap((member) => {
    switch (member.kind) {
      case "noise":
        return member.names;
      case "plate":
        return namesIn(member.members);
      case "graph":
        return [];
      default:
        return [member.name];
    }
  });
}

export function reportUnsupported(context: CheckContext, span: Span, what: string): void {
  context.report(diagnose("C190", span, { what }));
}
