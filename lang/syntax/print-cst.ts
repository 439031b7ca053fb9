/** The concrete syntax tree as an indented tree, for `causal show cst`: rules by name, tokens by their text. */
import type { CstNode } from "chevrotain";
import { elements } from "./cst.ts";

/** Ends in a line break. Rules that only pass one other rule on stand on one line with it. */
export function printCst(cst: CstNode): string {
  return lines(cst, "").join("");
}

function lines(cst: CstNode, margin: string): readonly string[] {
  const names: string[] = [];
  let inner = cst;
  for (;;) {
    names.push(inner.recoveredNode === true ? `${inner.name} (recovered)` : inner.name);
    const [only, ...others] = elements(inner);
    if (only === undefined || others.length > 0 || !("children" in only)) break;
    inner = only;
  }
  const below = elements(inner).flatMap((element): readonly string[] => {
    if ("children" in element) return lines(element, `${margin}  `);
    const made = element.isInsertedInRecovery === true;
    return [`${margin}  ${made ? `<missing ${element.tokenType.name}>` : JSON.stringify(element.image)}\n`];
  });
  return [`${margin}${names.join(" > ")}\n`, ...below];
}
