/** One member at one place as members of single nodes: an element each where it holds a vector. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type {
  Argument,
  CallMechanism,
  CptMechanism,
  Expr,
  GraphMember,
  Identifier,
  MechanismExpr,
  Member,
  PlateMember,
  Settings,
  TypeExpr,
} from "../syntax/ast.ts";
import { elementName } from "../syntax/elements.ts";
import type { CheckContext } from "../types/check-context.ts";
import type { Dimensions, Registry } from "./registry.ts";
import { nameOf } from "./inherit.ts";
import { single, spread, type SpreadScope } from "./spread.ts";
import type { Placed } from "./unfold.ts";

/** A member that declares one node, one parameter or arrows between nodes. */
export type PlainMember = Exclude<Member, PlateMember>;

interface Making {
  readonly context: CheckContext;
  readonly scope: SpreadScope;
  readonly dimensions: Dimensions;
}

/** The members that this one stands for; none where its index is wrong (reported). */
export function plainMembers(context: CheckContext, registry: Registry, placed: Placed): readonly PlainMember[] {
  const { member, places } = placed;
  const scope = registry.scopeAt(context, places);
  if (member.kind === "graph") return [graph(member, scope)];
  const index = registry.indexOf(placed);
  if (index === null) return [];
  const making: Making = { context, scope, dimensions: registry.dimensionsOf(placed) };
  const written = nameOf(member)!;
  const base = written.element?.base ?? written.text;
  const names = (making.dimensions ?? [[]]).map((more): Identifier => {
    return { kind: "identifier", text: elementName(base, [...index, ...more]), span: written.span };
  });
  switch (member.kind) {
    case "param":
    case "let": {
      const values = elementwise(making, member.value);
      const type = typeAt(making, member.type);
      return names.map((name, i) => ({ ...member, name, type, value: values[i]! }));
    }
    case "noise": {
      const calls = callAt(making, member.distribution);
      const type = typeAt(making, member.type);
      return names.map((name, i) => ({ ...member, names: [name], type, distribution: calls[i]! }));
    }
    case "sample":
    case "latent": {
      const mechanisms = mechanismAt(making, member.mechanism);
      const type = typeAt(making, member.type);
      return names.map((name, i) => ({ ...member, name, type, mechanism: mechanisms[i]! }));
    }
    case "image": {
      const [name] = names as [Identifier];
      const value = member.value === null ? null : single(member.value, scope);
      const [mechanism] = mechanismAt(making, member.mechanism);
      return [{ ...member, name, type: typeAt(making, member.type)!, value, mechanism: mechanism ?? null }];
    }
  }
}

const repeat = <T>({ dimensions }: Making, value: T): readonly T[] =>
  Array.from({ length: dimensions?.length ?? 1 }, () => value);

/** The expression for each element; one expression is the same for all. */
function elementwise(making: Making, expr: Expr): readonly Expr[] {
  const { dimensions, scope, context } = making;
  if (dimensions === null) return [single(expr, scope)];
  const found = spread(expr, scope);
  if (found.kind === "one") return repeat(making, found.value);
  if (found.values.length === dimensions.length) return found.values;
  context.report(diagnose("C228", expr.span, { left: dimensions.length, right: found.values.length }));
  return repeat(making, { kind: "missing", span: expr.span });
}

/** A call of a distribution: its arguments element by element. */
function callAt(making: Making, expr: Expr): readonly Expr[] {
  if (expr.kind !== "call") return elementwise(making, expr);
  const args = expr.args.map((arg) => elementwise(making, arg.value));
  return repeat(making, expr).map((call, i) => {
    return { ...call, args: expr.args.map((arg, k) => ({ ...arg, value: args[k]![i]! })) };
  });
}

function typeAt({ scope }: Making, type: TypeExpr): TypeExpr;
function typeAt({ scope }: Making, type: TypeExpr | null): TypeExpr | null;
function typeAt({ scope, dimensions }: Making, type: TypeExpr | null): TypeExpr | null {
  switch (type?.kind) {
    case "real-type":
      // a size that is wrong stays, to be reported with the types
      return dimensions === null ? type : { ...type, size: null };
    case "int-type": {
      const [low, high] = [type.low, type.high].map((end) => (end === null ? null : single(end, scope)));
      return { ...type, low: low!, high: high! };
    }
    case "image-type":
      return { ...type, height: single(type.height, scope), width: single(type.width, scope) };
    default:
      return type;
  }
}

function mechanismAt(making: Making, mechanism: MechanismExpr | null): readonly (MechanismExpr | null)[] {
  if (mechanism === null) return repeat(making, null);
  const settings = settingsAt(making, mechanism.settings);
  if (mechanism.kind === "cpt") return repeat(making, tableAt(making, { ...mechanism, settings }));
  const { call } = mechanism;
  if (making.context.signatures.mechanisms.has(call.callee.text)) {
    const args = call.args.flatMap((arg) => parentsIn(making, arg));
    return repeat<CallMechanism>(making, { ...mechanism, call: { ...call, args }, settings });
  }
  return callAt(making, call).map((made) => ({ ...mechanism, call: made as CallMechanism["call"], settings }));
}

function tableAt({ scope }: Making, table: CptMechanism): CptMechanism {
  const parents = table.parents.flatMap((parent) => identifiersFor(parent, scope));
  return { ...table, parents, rows: table.rows.map((row) => ({ ...row, value: single(row.value, scope) })) };
}

/** An argument that names a family is one argument for each of its elements. */
function parentsIn({ scope }: Making, arg: Argument): readonly Argument[] {
  const { value } = arg;
  if (arg.name !== null || value.kind !== "name") return [arg];
  return identifiersFor(value.name, scope).map((name) => ({ ...arg, value: { ...value, name } }));
}

function settingsAt(making: Making, settings: Settings | null): Settings | null {
  if (settings === null) return null;
  const entries = settings.entries.map((entry) => {
    const { value } = entry;
    return { ...entry, value: value.kind === "settings" ? settingsAt(making, value)! : single(value, making.scope) };
  });
  return { ...settings, entries };
}

/** The nodes that a name in a list of nodes stands for: all elements of a family. */
export function identifiersFor(name: Identifier, scope: SpreadScope): readonly Identifier[] {
  const found = scope.elements(name);
  if (found === null) return [name];
  if (found === "none") return [];
  if (found.kind === "identifier") return [found];
  const texts = found.kind === "one" ? [found.name] : found.elements.map((element) => element.name);
  return texts.map((text) => ({ kind: "identifier", text, span: name.span }));
}

function graph(member: GraphMember, scope: SpreadScope): GraphMember {
  const chains = member.chains.map((chain) => ({
    ...chain,
    sets: chain.sets.map((set) => set.flatMap((name) => identifiersFor(name, scope))),
  }));
  return { ...member, chains };
}
