/** The context of a session: `do(...)` and `observe(...)` alone on a line, which later queries and draws are under. */
import { applyConditions } from "#compiler/inference/conditions";
import { analyzeConditions } from "#lang/analyze";
import type { Source, Span } from "#lang/source";
import { printAction, printEvent, printName } from "#compiler/causal/print-expression";
import type { Condition, EventExpr, Identifier } from "#lang/syntax/ast";
import { hasErrors, ProgramError } from "../api/errors.ts";
import { contextText, currentWorld, type Given, type Output, type Session, sourcesOf } from "./session.ts";

type Context = Exclude<Condition, EventExpr>;

/**
 * Adds what was written; it replaces what the context said of the same nodes. Throws a ProgramError when it does not fit
 * the model.
 */
export function addContext(
  session: Session,
  context: Context,
  line: Source,
): { readonly session: Session; readonly outputs: readonly Output[] } {
  const { program, vocabulary } = session.run.project;
  const sources = sourcesOf(session, line);
  const { conditions, diagnostics } = analyzeConditions([context], line, program, session.model);
  if (hasErrors(diagnostics)) throw new ProgramError(diagnostics, sources);
  const added = conditions.flatMap((condition) =>
    condition.kind === "event" || condition.kind === "claim" ? [] : itemsOf(condition, line),
  );
  const replaced = (old: Given) => added.some(({ kind, node }) => old.kind === kind && old.node === node);
  const given = [...session.given.filter((old) => !replaced(old)), ...added];
  const world = currentWorld(session);
  if (world !== null) {
    const conditions = given.map(({ condition }) => condition);
    const applied = applyConditions(world.model, conditions, vocabulary);
    if ("diagnostics" in applied) throw new ProgramError(applied.diagnostics, sources);
  }
  return {
    session: { ...session, given },
    outputs: [
      ...(diagnostics.length > 0 ? [{ kind: "warnings", diagnostics, sources } as const] : []),
      { kind: "note", text: `context: ${contextText(given)}   (reset clears it)` },
    ],
  };
}

/** One item an action or event, so that each can be replaced alone. */
function itemsOf(context: Context, source: Source): readonly Given[] {
  // of a family each element is an item, which is not written so in the line
  const written = (name: Identifier, { start, end }: Span, print: () => string) => {
    const own = source.text.slice(name.span.start, name.span.end);
    return printName(name.text) === own ? source.text.slice(start, end).trim().replace(/\s+/g, " ") : print();
  };
  if (context.kind === "do") {
    return context.actions.map((action) => ({
      kind: "do",
      node: action.target.text,
      text: written(action.target, action.span, () => printAction(action)),
      condition: { kind: "do", actions: [action], span: action.span },
      source,
    }));
  }
  return context.events.map((event) => ({
    kind: "observe",
    // what is said of several nodes at once replaces only itself
    node: event.kind === "event" ? event.variable.name.text : printEvent(event),
    text:
      event.kind === "event" ? written(event.variable.name, event.span, () => printEvent(event)) : printEvent(event),
    condition: event,
    source,
  }));
}
