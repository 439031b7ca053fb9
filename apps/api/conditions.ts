/** Conditions from text, or from plain objects of names and values, checked against a world's model. */
import { nodesByName } from "#compiler/causal/graph";
import { printName } from "#compiler/causal/print-expression";
import { analyzeConditions } from "#lang/analyze";
import type { Condition, Event } from "#lang/syntax/ast";
import { parseConditions as parseText, parseInteraction } from "#lang/syntax/parse";
import { statesOf } from "#lang/types/type";
import { hasErrors, ProgramError } from "./errors.ts";
import type { World } from "./world.ts";

/** A state by name, a truth value, or a number. */
export type PlainValue = string | number | boolean;

/** Parses `do(X = 1)` or `observe(X = 1)`. Throws a ProgramError. */
export function parseConditions(world: Pick<World, "project" | "model">, text: string): readonly Condition[] {
  const source = { name: "condition", text };
  const { interaction, diagnostics } = parseInteraction(source);
  const given = interaction.kind === "context" ? [interaction.context] : [];
  const checked = analyzeConditions(given, source, world.project.program, world.model.name);
  const all = [...diagnostics, ...checked.diagnostics];
  if (hasErrors(all)) throw new ProgramError(all, new Map([[source.name, source]]));
  return checked.conditions;
}

/**
 * Parses what may stand behind the bar of a query: `X = a, do(Y = b), observe(Z != c)`. Throws a ProgramError that points
 * into the text.
 */
export function parseGiven(world: Pick<World, "project" | "model">, text: string): readonly Condition[] {
  const source = { name: "given", text };
  const { conditions, diagnostics } = parseText(source);
  const checked = analyzeConditions(conditions, source, world.project.program, world.model.name);
  const all = [...diagnostics, ...checked.diagnostics];
  if (hasErrors(all)) throw new ProgramError(all, new Map([[source.name, source]]));
  return conditions;
}

/** Observations of states by their names need no parser, which counts where there are many of them; null for others. */
function plainEvents({ model }: Pick<World, "model">, values: Readonly<Record<string, PlainValue>>): Condition | null {
  const span = { source: "condition", start: 0, end: 0 };
  const nodes = nodesByName(model);
  const events: Event[] = [];
  for (const [name, value] of Object.entries(values)) {
    const node = nodes.get(name);
    const text = String(value);
    if (node === undefined || statesOf(node.type)?.includes(text) !== true) return null;
    const variable = { name: { kind: "identifier", text: name, span }, actions: [], span } as const;
    events.push({ kind: "event", variable, test: { kind: "in", labels: [{ kind: "label", text, span }] }, span });
  }
  return { kind: "observe", events, span };
}

/**
 * `{ Mustache: true }` as `do(Mustache = true)`; what cannot be said by values is written in the language, as
 * "Dose := Dose / 2". Throws a ProgramError.
 */
export function plainConditions(
  world: World,
  kind: "do" | "observe",
  values: Readonly<Record<string, PlainValue>> | string,
): readonly Condition[] {
  if (typeof values === "string") return parseConditions(world, `${kind}(${values})`);
  const plain = kind === "observe" ? plainEvents(world, values) : null;
  if (plain !== null) return [plain];
  const items = Object.entries(values).map(([name, value]) => {
    return `${printName(name)} = ${typeof value === "string" ? printName(value) : value}`;
  });
  return items.length === 0 ? [] : parseConditions(world, `${kind}(${items.join(", ")})`);
}
