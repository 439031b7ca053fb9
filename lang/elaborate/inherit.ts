/** Models that extend others: the members of the whole chain, base first, where a member of one name replaces the other. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Identifier, Member, ModelDecl, TypeExpr } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "../types/check-context.ts";

/** A member with the place of its model in the chain: 0 is the model that extends nothing. */
export interface Inherited {
  readonly member: Member;
  readonly level: number;
}

export interface Chain {
  readonly members: readonly Inherited[];
  /** the models that are extended, the nearest first */
  readonly bases: readonly ModelDecl[];
  /** false where a base is not known, so that members are missing (reported) */
  readonly whole: boolean;
}

/** Follows `extends`. A base that is unknown (C201) or a circle (C237) is reported. */
export function chainOf(context: CheckContext, decl: ModelDecl): Chain {
  const { models } = context.declarations;
  const bases: ModelDecl[] = [];
  let at = decl;
  let whole = true;
  while (at.base !== null) {
    const base = models.get(at.base.text);
    if (base === undefined) {
      if (at === decl) reportUnknown(context, "model", at.base, models.keys());
      whole = false;
      break;
    }
    const circle = [decl, ...bases].map(({ name }) => name.text);
    if (circle.includes(base.name.text)) {
      const cycle = [...circle.slice(circle.indexOf(base.name.text)), base.name.text];
      // every model of the circle comes here; one of them reports it
      if (base === decl && cycle.every((name) => decl.name.text <= name)) {
        context.report(diagnose("C237", decl.base!.span, { cycle }));
      }
      whole = false;
      break;
    }
    bases.push(base);
    at = base;
  }
  const levels = [...bases.toReversed(), decl];
  const members = levels.reduce<readonly Inherited[]>(
    (before, { members: own }, level) => replace(before, own.flatMap(apart), level),
    [],
  );
  return { members, bases, whole };
}

/** `noise A, B ~ D` as two members. */
function apart(member: Member): readonly Member[] {
  return member.kind === "noise" ? member.names.map((name) => ({ ...member, names: [name] })) : [member];
}

/** The name that a member declares, as written; null for plates and graphs. */
export function nameOf(member: Member): Identifier | null {
  if (member.kind === "plate" || member.kind === "graph") return null;
  return member.kind === "noise" ? member.names[0]! : member.name;
}

/** A member replaces the one of its name in its place, wherever the name has no index; the rest is added at the end. */
function replace(before: readonly Inherited[], own: readonly Member[], level: number): readonly Inherited[] {
  const result = [...before];
  for (const member of own) {
    const name = nameOf(member);
    const at =
      name === null || name.text === ""
        ? -1
        : result.findIndex((other) => other.level < level && nameOf(other.member)?.text === name.text);
    const item = { member: at === -1 ? member : typedLike(member, result[at]!.member), level };
    if (at === -1) result.push(item);
    else result[at] = item;
  }
  return result;
}

export function typeOf(member: Member): TypeExpr | null {
  return member.kind === "plate" || member.kind === "graph" ? null : member.type;
}

/** A member without a type of its own keeps the type of the one that it replaces. */
export function typedLike<M extends Member>(member: M, replaced: Member): M {
  const type = typeOf(replaced);
  const fits = (member.kind === "param") === (replaced.kind === "param");
  if (!fits || type === null || !("type" in member) || member.type !== null) return member;
  return { ...member, type };
}
