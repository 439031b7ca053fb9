/** Conditions from text, or from plain objects of names and values, checked against a world's model. */
import { printName } from "#compiler/causal/print-expression";
import { analyzeConditions } from "#lang/analyze";
import type { Condition } from "#lang/syntax/ast";
import { parseInteraction } from "#lang/syntax/parse";
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

/** `{ Mustache: true }` as `do(Mustache = true)`. Throws a ProgramError. */
export function plainConditions(
  world: World,
  kind: "do" | "observe",
  values: Readonly<Record<string, PlainValue>>,
): readonly Condition[] {
  const items = Object.entries(values).map(([name, value]) => {
    return `${printName(name)} = ${typeof value === "string" ? printName(value) : value}`;
  });
  return items.length === 0 ? [] : parseConditions(world, `${kind}(${items.join(", ")})`);
}
