/** What names mean while a model is elaborated: indices of plates, parameters, and the families that members declare. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Expr, Identifier } from "../syntax/ast.ts";
import { elementName } from "../syntax/elements.ts";
import { type ConstantScope, evaluateConstant, evaluateNumber } from "../types/check-constant.ts";
import type { CheckContext } from "../types/check-context.ts";
import { namesIn } from "../types/check-expression.ts";
import type { Params } from "../types/check-params.ts";
import { type Element, type Family, makeFamily, select } from "./families.ts";
import { nameOf, typeOf } from "./inherit.ts";
import { named, spread, type SpreadScope } from "./spread.ts";
import type { Place, Placed } from "./unfold.ts";

/** The index of each element that one member declares by its type or value; null: one value, without an index. */
export type Dimensions = readonly (readonly string[])[] | null;

export interface Registry {
  /** the index that a member has by its place or by what is written behind its name; null where it is wrong (reported) */
  indexOf(placed: Placed): readonly string[] | null;
  dimensionsOf(placed: Placed): Dimensions;
  scopeAt(context: CheckContext, places: readonly Place[]): SpreadScope;
  constantsAt(places: readonly Place[]): ConstantScope;
}

/** Equations without a type are looked at inside each other to find their size; deeper they count as one value. */
const deepest = 100;

/** `params` are those outside of plates, which sizes and indices may use. */
export function createRegistry(context: CheckContext, placed: readonly Placed[], params: Params | null): Registry {
  const byBase = new Map<string, Placed[]>();
  for (const item of placed) {
    const name = nameOf(item.member);
    if (name === null) continue;
    const base = name.element?.base ?? name.text;
    const known = byBase.get(base);
    if (known === undefined) byBase.set(base, [item]);
    else known.push(item);
  }
  const silent: CheckContext = { ...context, report: () => {} };
  const families = new Map<string, Family | null>();
  const sizes = new Map<Placed["member"], Dimensions>();
  const open = new Set<Placed["member"]>();

  const constantsAt = (places: readonly Place[]): ConstantScope => ({
    what: "parameter",
    names: () => [...places.map(({ plate }) => plate.index.text), ...(params?.names() ?? [])],
    lookup: (name, span) => {
      const place = places.find(({ plate }) => plate.index.text === name);
      if (place !== undefined) return { kind: "constant", value: constantOf(place.value) };
      const param = params?.lookup(name, span) ?? null;
      if (param !== null) return { kind: "constant", value: param.value };
      return byBase.has(name) ? { kind: "other", what: "a node" } : null;
    },
  });

  const isKnown = (name: string, places: readonly Place[]) =>
    places.some(({ plate }) => plate.index.text === name) || params?.names().includes(name) === true;

  /** The text of one place of an index: a whole number, or a label. */
  const placeOf = (within: CheckContext, expr: Expr, places: readonly Place[]): string | null => {
    if (expr.kind === "missing") return null;
    if (expr.kind === "boolean") return String(expr.value);
    if (expr.kind === "name" && expr.name.element === undefined && !isKnown(expr.name.text, places)) {
      return expr.name.text;
    }
    const found = spread(expr, scopeAt(within, places));
    const value = found.kind === "one" ? evaluateConstant(within, found.value, constantsAt(places)) : undefined;
    if (value === undefined) return null;
    if (typeof value === "string" || Number.isInteger(value)) return String(value);
    within.report(diagnose("C211", expr.span, { expected: "a whole number or a label", found: String(value) }));
    return null;
  };

  const evaluated = (within: CheckContext, name: Identifier, places: readonly Place[]): readonly string[] | null => {
    const index = (name.element?.index ?? []).map((expr) => placeOf(within, expr, places));
    return index.includes(null) ? null : (index as readonly string[]);
  };

  const indexIn = (within: CheckContext, { member, places }: Placed): readonly string[] | null => {
    const name = nameOf(member);
    const own = places.map(({ value }) => value);
    if (name?.element === undefined) return own;
    const written = evaluated(within, name, places);
    if (written === null || places.length === 0 || written.join() === own.join()) return written;
    const where = "a plate, which gives its members the index";
    within.report(diagnose("C226", name.span, { what: `\`${name.text}\``, where }));
    return null;
  };

  const dimensionsOf = (item: Placed): Dimensions => {
    const { member, places } = item;
    if (member.kind === "graph") return null;
    const known = sizes.get(member);
    if (known !== undefined) return known;
    if (open.has(member) || open.size > deepest) return null;
    open.add(member);
    const result = measure(item, places);
    open.delete(member);
    sizes.set(member, result);
    return result;
  };

  const measure = ({ member }: Placed, places: readonly Place[]): Dimensions => {
    const type = typeOf(member);
    if (type?.kind === "real-type" && type.size !== null) {
      const size = evaluateNumber(silent, type.size, constantsAt(places));
      const usable = size !== undefined && Number.isInteger(size) && size > 0 && size <= longest;
      return usable ? Array.from({ length: size }, (_, i) => [String(i + 1)]) : null;
    }
    if (type !== null || (member.kind !== "let" && member.kind !== "param")) return null;
    const found = spread(member.value, scopeAt(silent, places));
    return found.kind === "many" ? found.index : null;
  };

  const familyOf = (base: string): Family | null => {
    const known = families.get(base);
    if (known !== undefined) return known;
    const elements = (byBase.get(base) ?? []).flatMap((item): readonly Element[] => {
      const index = indexIn(silent, item);
      if (index === null) return [];
      const inner = dimensionsOf(item) ?? [[]];
      return inner.map((more) => {
        const whole = [...index, ...more];
        return { index: whole, name: elementName(base, whole) };
      });
    });
    const distinct = [...new Map(elements.map((element) => [element.name, element])).values()];
    const indexed = distinct.filter(({ index }) => index.length > 0);
    const family = indexed.length === 0 ? null : makeFamily(base, indexed);
    // while sizes are found out, a family may look smaller than it is
    if (open.size === 0) families.set(base, family);
    return family;
  };

  /** How much of the index is told by the plates that the name and its user share. */
  const shared = (base: string, places: readonly Place[]): readonly string[] => {
    const paths = (byBase.get(base) ?? []).map((item) => item.places);
    const path = paths.reduce<readonly Place[]>((longer, other) => (other.length > longer.length ? other : longer), []);
    const apart = places.findIndex((place, i) => path[i]?.plate !== place.plate);
    return places.slice(0, apart === -1 ? places.length : apart).map(({ value }) => value);
  };

  function scopeAt(within: CheckContext, places: readonly Place[]): SpreadScope {
    return {
      context: within,
      place: (name) => {
        const place = places.findLast(({ plate }) => plate.index.text === name);
        return place === undefined ? null : literal(place);
      },
      elements: (name) => {
        const base = name.element?.base ?? name.text;
        const family = familyOf(base);
        if (name.element === undefined) return family && select(within, family, shared(base, places), name);
        const index = evaluated(within, name, places);
        if (index === null) return "none";
        if (family !== null) return select(within, family, index, name);
        return { kind: "identifier", text: elementName(base, index), span: name.span };
      },
      decided: (test) => {
        const names = namesIn(test);
        const isPlace = (name: string) => places.some(({ plate }) => plate.index.text === name);
        if (!names.some(isPlace) || !names.every((name) => isKnown(name, places) || !byBase.has(name))) return null;
        const constants = constantsAt(places);
        const value = evaluateConstant(silent, test, {
          ...constants,
          // what is nothing else is a label
          lookup: (name, span) => constants.lookup(name, span) ?? { kind: "constant", value: name },
        });
        return typeof value === "boolean" ? value : null;
      },
    };
  }

  return {
    indexOf: (item) => indexIn(context, item),
    dimensionsOf,
    scopeAt,
    constantsAt,
  };
}

/** elements of a vector */
const longest = 10_000;

const isWhole = (text: string) => /^-?\d+$/.test(text);
const constantOf = (value: string): number | string => (isWhole(value) ? Number(value) : value);

/** The value of an index as an expression: a number, or a label. */
function literal({ plate, value }: Place): Expr {
  const { span } = plate.index;
  return isWhole(value) ? { kind: "number", value: Number(value), span } : named(value, { span });
}
