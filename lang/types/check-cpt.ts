/** Conditional probability tables: rows by name become a complete table of numbers in a fixed order. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { CptMechanism, CptRow } from "../syntax/ast.ts";
import type { ConstantScope } from "./check-constant.ts";
import type { CheckContext } from "./check-context.ts";
import {
  checkDistribution,
  countStates,
  type DiscreteType,
  evaluateProbabilities,
  matchStates,
  resolveState,
} from "./check-states.ts";
import { statesOf } from "./type.ts";

/** A table that is written out needs no more than this many numbers; `else` could ask for any number of them. */
const mostEntries = 2 ** 22;

export interface CptParent {
  readonly name: string;
  readonly type: DiscreteType;
}

/**
 * probabilities[row * states + state] with the last parent fastest, or null where something is wrong, which is reported.
 * Every row must be given once, or be covered by `else`.
 */
export function checkCpt(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  parents: readonly CptParent[],
  cpt: CptMechanism,
  scope: ConstantScope,
): readonly number[] | null {
  if (parents.length === 0) return checkRoot(context, node, type, cpt, scope);
  const states = countStates(type);
  const sizes = parents.map((parent) => countStates(parent.type));
  const rowCount = sizes.reduce((product, size) => product * size, 1);
  if (rowCount * states > mostEntries) {
    context.report(diagnose("C416", cpt.span, { node, entries: rowCount * states, limit: mostEntries }));
    return null;
  }

  const rows = new Map<number, { readonly row: CptRow; readonly values: readonly number[] | null }>();
  let otherwise: { readonly row: CptRow; readonly values: readonly number[] | null } | null = null;
  let wrong = false;
  let lost = false;
  for (const row of cpt.rows) {
    const at = row.labels === "else" ? "else" : locateRow(context, parents, row);
    const title = `the row \`${printLabels(row)}\``;
    const values = checkDistribution(context, node, type, row.value, scope, title);
    wrong ||= values === null;
    lost ||= at === null;
    if (at === null) continue;
    const earlier = at === "else" ? otherwise : rows.get(at);
    if (earlier) {
      const related = [{ span: earlier.row.span, label: "first given here" }];
      context.report(diagnose("C412", row.span, { row: title }, { related }));
      wrong = true;
    } else if (at === "else") otherwise = { row, values };
    else rows.set(at, { row, values });
  }

  // a row with a wrong label is likely one of those that would be missing
  if (lost) return null;
  if (otherwise === null && rows.size < rowCount) {
    const missing = Array.from({ length: rowCount }, (_, i) => i).filter((i) => !rows.has(i));
    const named = missing.map((i) => printRow(parents, sizes, i));
    context.report(diagnose("C411", cpt.span, { node, rows: named }));
    return null;
  }
  if (wrong) return null;
  return Array.from({ length: rowCount }, (_, i) => (rows.get(i) ?? otherwise!).values!).flat();
}

/** Without parents the rows are the states themselves; a lone `else` holds the whole distribution. */
function checkRoot(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  cpt: CptMechanism,
  scope: ConstantScope,
): readonly number[] | null {
  if (cpt.rows.some(isDamaged)) return null;
  const [first, second] = cpt.rows;
  const title = `the table of \`${node}\``;
  if (first?.labels === "else" && second === undefined) {
    return checkDistribution(context, node, type, first.value, scope, title);
  }
  const entries = [];
  let wrong = false;
  for (const row of cpt.rows) {
    if (row.labels !== "else" && row.labels.length === 1) entries.push({ key: row.labels[0]!, value: row.value });
    else {
      const found = row.labels === "else" ? 0 : row.labels.length;
      context.report(diagnose("C413", row.span, { expected: [], found }));
      wrong = true;
    }
  }
  if (wrong) return null;
  const values = matchStates(context, node, type, entries, cpt.span);
  return values === null ? null : evaluateProbabilities(context, values, scope, title, cpt.span);
}

/** A row that was lost in part to a syntax error, which the parser reported. */
function isDamaged({ labels, value }: CptRow): boolean {
  return value.kind === "missing" || (labels !== "else" && labels.some((label) => label.text === ""));
}

/** The number of the row that the labels name, or null where they name none (reported). */
function locateRow(context: CheckContext, parents: readonly CptParent[], row: CptRow): number | null {
  if (isDamaged(row)) return null;
  const labels = row.labels === "else" ? [] : row.labels;
  if (labels.length !== parents.length) {
    const expected = parents.map((parent) => parent.name);
    context.report(diagnose("C413", row.span, { expected, found: labels.length }));
    return null;
  }
  let index: number | null = 0;
  for (const [i, { name, type }] of parents.entries()) {
    const state = resolveState(context, name, type, labels[i]!);
    index = index === null || state === null ? null : index * countStates(type) + state;
  }
  return index;
}

function printLabels(row: CptRow): string {
  if (row.labels === "else") return "else";
  const texts = row.labels.map((label) => label.text);
  return texts.length === 1 ? texts[0]! : `(${texts.join(", ")})`;
}

function printRow(parents: readonly CptParent[], sizes: readonly number[], index: number): string {
  const labels: string[] = [];
  let rest = index;
  for (let i = parents.length - 1; i >= 0; i--) {
    labels.unshift(statesOf(parents[i]!.type)![rest % sizes[i]!]!);
    rest = Math.floor(rest / sizes[i]!);
  }
  return labels.length === 1 ? labels[0]! : `(${labels.join(", ")})`;
}
