/**
 * Elaboration: a model with `extends`, plates and vectors becomes a list of members of single nodes, before any of them
 * is checked. `X` in a plate over i becomes `X[1]`, `X[2]`, ...; a vector V becomes `V[1]`, ... Spans stay as they are.
 */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { Identifier, ModelDecl, ParamMember, TypeExpr } from "../syntax/ast.ts";
import { elementParts } from "../syntax/elements.ts";
import { type ConstantScope, evaluateNumber } from "../types/check-constant.ts";
import type { CheckContext } from "../types/check-context.ts";
import { createParams, type Params } from "../types/check-params.ts";
import { resolveType } from "../types/check-type.ts";
import { statesOf } from "../types/type.ts";
import { chainOf, nameOf, typedLike, typeOf } from "./inherit.ts";
import { type PlainMember, plainMembers } from "./members.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { single } from "./spread.ts";
import { type Place, type Placed, type Ranges, unfold } from "./unfold.ts";

export interface Elaborated {
  readonly members: readonly PlainMember[];
  /** the members that replace one of a base */
  readonly overrides: readonly Identifier[];
  /** where the models that it extends stand, the nearest first */
  readonly bases: readonly Span[];
  /** false where members are missing, because a base or the copies of a plate are not known (reported) */
  readonly whole: boolean;
}

export function elaborate(context: CheckContext, decl: ModelDecl): Elaborated {
  const chain = chainOf(context, decl);
  const silent: CheckContext = { ...context, report: () => {} };
  const declared = new Set(chain.members.flatMap(({ member }) => nameOf(member)?.text ?? []));

  // parameters outside of plates come first: how many copies there are may depend on them
  const constants = chain.members.flatMap(({ member, level }): readonly Placed[] =>
    member.kind === "param" ? [{ member, level, places: [] }] : [],
  );
  const early = createRegistry(silent, constants, null);
  const paramMembers = constants.flatMap((item) => plainMembers(silent, early, item)) as readonly ParamMember[];
  const params: Params = createParams(silent, paramMembers, (name) => declared.has(name));

  const types = new Map(
    chain.members.map(({ member }) => [nameOf(member)?.text, member.kind === "param" ? null : typeOf(member)]),
  );
  const registry = createRegistry(context, constants, params);
  const constantsAt = (places: readonly Place[]): ConstantScope => {
    const known = registry.constantsAt(places);
    const lookup: ConstantScope["lookup"] = (name, span) =>
      known.lookup(name, span) ?? (declared.has(name) ? { kind: "other", what: "a node" } : null);
    return { ...known, lookup };
  };
  const ranges: Ranges = {
    number: (expr, places) =>
      evaluateNumber(context, single(expr, registry.scopeAt(context, places)), constantsAt(places)),
    states: (name) => statesIn(silent, types.get(name) ?? null, registry),
    isNumber: (name, places) => params.names().includes(name) || places.some(({ plate }) => plate.index.text === name),
  };
  const { placed, whole } = unfold(context, chain.members, ranges);
  reportShadows(context, placed, declared);

  const all = createRegistry(context, placed, params);
  const made = placed.flatMap((item) =>
    plainMembers(context, all, item).map((member) => ({ member, level: item.level })),
  );
  const { members, overrides } = overridden(made);
  reportMixed(context, members);
  const replaced = chain.members.flatMap(({ member, level }) => {
    const name = nameOf(member);
    return level > 0 && name !== null ? [name] : [];
  });
  const bases = chain.bases.map(({ span }) => span);
  return { members, overrides: [...replaced, ...overrides], bases, whole: whole && chain.whole };
}

/** The states of a type as it is written, for plates over a node. */
function statesIn(context: CheckContext, type: TypeExpr | null, registry: Registry): readonly string[] | null {
  const resolved = type === null ? null : resolveType(context, type, registry.constantsAt([]));
  return resolved === null ? null : statesOf(resolved);
}

interface Leveled {
  readonly member: PlainMember;
  readonly level: number;
}

/** Of members with one name those of the outermost model stay, in the place of the first; a graph is never replaced. */
function overridden(made: readonly Leveled[]): Pick<Elaborated, "members" | "overrides"> {
  const result: Leveled[] = [];
  const places = new Map<string, number>();
  const overrides: Identifier[] = [];
  for (const { member, level } of made) {
    const name = nameOf(member);
    const at = name === null || name.text === "" ? undefined : places.get(name.text);
    const before = at === undefined ? undefined : result[at]!;
    if (at === undefined || before === undefined || before.level === level) {
      if (name !== null && at === undefined) places.set(name.text, result.length);
      result.push({ member, level });
    } else if (level > before.level) {
      result[at] = { member: typedLike(member, before.member), level };
      overrides.push(name!);
    }
  }
  return { members: result.map(({ member }) => member), overrides };
}

/** Reports an index that has the name of a member or of a plate around it (C202). */
function reportShadows(context: CheckContext, placed: readonly Placed[], declared: ReadonlySet<string>): void {
  for (const { places } of placed) {
    for (const [i, { plate }] of places.entries()) {
      const { text, span } = plate.index;
      const twice = places.slice(0, i).some((other) => other.plate.index.text === text);
      if (declared.has(text) || twice) context.report(diagnose("C202", span, { what: "the name", name: text }));
    }
  }
}

/** Reports `X` beside `X[1]`: the name would stand for the node and for the family (C202). */
function reportMixed(context: CheckContext, members: readonly PlainMember[]): void {
  const names = members.flatMap((member) => nameOf(member) ?? []);
  const bases = new Map(
    names.flatMap((name) => {
      const parts = elementParts(name.text);
      return parts === null ? [] : [[parts.base, name] as const];
    }),
  );
  for (const name of names) {
    const element = bases.get(name.text);
    if (element === undefined) continue;
    const related = [{ span: element.span, label: `\`${element.text}\` is declared here` }];
    context.report(diagnose("C202", name.span, { what: "the name", name: name.text }, { related }));
  }
}
