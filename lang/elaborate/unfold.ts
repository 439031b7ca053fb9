/** Plates unfolded: every member of a plate once for each value of its index. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Expr, Member, PlateMember } from "../syntax/ast.ts";
import type { CheckContext } from "../types/check-context.ts";
import type { Inherited } from "./inherit.ts";

/** One value of the index of a plate. */
export interface Place {
  readonly plate: PlateMember;
  readonly value: string;
}

/** A member with the plates around it, outermost first. */
export interface Placed {
  readonly member: Exclude<Member, PlateMember>;
  readonly places: readonly Place[];
  readonly level: number;
}

/** More copies than this are taken for a mistake. */
const mostCopies = 10_000;

/** What the range of a plate needs to be known. */
export interface Ranges {
  /** a whole number, or undefined where it is wrong (reported) */
  number(expr: Expr, places: readonly Place[]): number | undefined;
  /** the states of the node of that name, if its type says them */
  states(name: string): readonly string[] | null;
  /** whether the name is a parameter or the index of a plate around */
  isNumber(name: string, places: readonly Place[]): boolean;
}

/** The members of all plates; `whole` is false where the copies of a plate are not known, which is reported. */
export function unfold(
  context: CheckContext,
  members: readonly Inherited[],
  ranges: Ranges,
): { readonly placed: readonly Placed[]; readonly whole: boolean } {
  const placed: Placed[] = [];
  let whole = true;

  const walk = (member: Member, level: number, places: readonly Place[]): void => {
    if (!whole) return;
    if (member.kind !== "plate") {
      placed.push({ member, places, level });
      return;
    }
    const inside = member.members.flatMap((inner): readonly Member[] =>
      inner.kind === "noise" ? inner.names.map((name) => ({ ...inner, names: [name] })) : [inner],
    );
    const values = valuesOf(context, member, ranges, places);
    const copies = placed.length + (values?.length ?? 0) * Math.max(1, inside.length);
    if (copies > mostCopies) {
      context.report(diagnose("C702", member.range.span, { copies, limit: mostCopies }));
    }
    if (values === null || copies > mostCopies) {
      whole = false;
      return;
    }
    for (const value of values) {
      for (const inner of inside) walk(inner, level, [...places, { plate: member, value }]);
    }
  };
  for (const { member, level } of members) walk(member, level, []);
  return { placed, whole };
}

/** The values of the index, or null where they are wrong (C227, reported). */
function valuesOf(
  context: CheckContext,
  { range }: PlateMember,
  ranges: Ranges,
  places: readonly Place[],
): readonly string[] | null {
  const wrong = (problem: string): null => {
    context.report(diagnose("C227", range.span, { problem }));
    return null;
  };
  const between = (low: number | undefined, high: number | undefined): readonly string[] | null => {
    if (low === undefined || high === undefined) return null;
    if (!Number.isInteger(low) || !Number.isInteger(high)) return wrong("its ends must be whole numbers");
    if (high < low - 1) return wrong(`no number is between ${low} and ${high}`);
    if (high - low >= mostCopies) {
      context.report(diagnose("C702", range.span, { copies: high - low + 1, limit: mostCopies }));
      return null;
    }
    return Array.from({ length: high - low + 1 }, (_, i) => String(low + i));
  };
  const distinct = (labels: readonly string[]): readonly string[] | null => {
    const twice = labels.find((label, i) => labels.indexOf(label) !== i);
    return twice === undefined ? labels : wrong(`\`${twice}\` is in it twice`);
  };
  switch (range.kind) {
    case "between":
      return between(ranges.number(range.low, places), ranges.number(range.high, places));
    case "labels":
      return range.labels.some(({ text }) => text === "") ? null : distinct(range.labels.map(({ text }) => text));
    case "value":
      return valuesIn(range.value);
  }

  function valuesIn(value: Expr): readonly string[] | null {
    if (value.kind === "missing") return null;
    if (value.kind === "list") {
      const found = value.items.map((item) => {
        if (item.kind === "name" && !ranges.isNumber(item.name.text, places)) return item.name.text;
        const number = ranges.number(item, places);
        return number === undefined ? null : String(number);
      });
      return found.includes(null) ? null : distinct(found as readonly string[]);
    }
    const states = value.kind === "name" ? ranges.states(value.name.text) : null;
    if (states !== null) return states;
    const count = ranges.number(value, places);
    if (count === undefined) return null;
    return count >= 1 ? between(1, count) : wrong(`a number of copies must be at least 1, not ${count}`);
  }
}
