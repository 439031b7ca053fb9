/** Families: the nodes or parameters that share a name, told apart by an index. `X[1]`, `X[2]` are elements of `X`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Identifier } from "../syntax/ast.ts";
import { elementName, elementParts } from "../syntax/elements.ts";
import type { CheckContext } from "../types/check-context.ts";

export interface Element {
  readonly index: readonly string[];
  readonly name: string;
}

export interface Family {
  readonly base: string;
  /** in the order of their declaration */
  readonly elements: readonly Element[];
  /** by the beginning of their index, joined by commas */
  readonly beginning: ReadonlyMap<string, readonly Element[]>;
}

export function makeFamily(base: string, elements: readonly Element[]): Family {
  const beginning = new Map<string, Element[]>();
  for (const element of elements) {
    for (let length = 0; length <= element.index.length; length++) {
      const key = element.index.slice(0, length).join(",");
      const known = beginning.get(key);
      if (known === undefined) beginning.set(key, [element]);
      else known.push(element);
    }
  }
  return { base, elements, beginning };
}

/** What a name stands for: one element, or several with the rest of their index. */
export type Selection =
  | { readonly kind: "one"; readonly name: string }
  | { readonly kind: "many"; readonly elements: readonly Element[] };

/** Families by the names of their elements; names without an index are left out. */
export function familiesOf(names: Iterable<string>): ReadonlyMap<string, Family> {
  const found = new Map<string, Element[]>();
  for (const name of names) {
    const parts = elementParts(name);
    if (parts === null) continue;
    const element = { index: parts.index, name };
    const known = found.get(parts.base);
    if (known === undefined) found.set(parts.base, [element]);
    else known.push(element);
  }
  return new Map([...found].map(([base, elements]) => [base, makeFamily(base, elements)]));
}

/** The elements whose index begins so; "none" where there are none, which is reported (C229). */
export function select(
  context: CheckContext,
  family: Family,
  begin: readonly string[],
  name: Identifier,
): Selection | "none" {
  const found = family.beginning.get(begin.join(",")) ?? [];
  const [first] = found;
  if (first === undefined) {
    const { base, elements } = family;
    const written = elementName(base, begin);
    context.report(
      diagnose("C229", name.span, { name: written, base, known: elements.map((element) => element.name) }),
    );
    return "none";
  }
  if (found.length === 1 && first.index.length === begin.length) return { kind: "one", name: first.name };
  return { kind: "many", elements: found.map((element) => ({ ...element, index: element.index.slice(begin.length) })) };
}
