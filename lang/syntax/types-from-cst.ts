/** Types of the AST from the concrete tree. The grammar takes any name with arguments; which are types is decided here. */
import type { CstNode } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { TypeExpr } from "./ast.ts";
import { after, type Building, node, nodes, nodeSpan, token, tokenSpan } from "./cst.ts";
import { callArguments, expression } from "./expressions-from-cst.ts";
import { identifier, labels } from "./names-from-cst.ts";

const usages: Readonly<Record<string, string>> = {
  bool: "bool",
  int: "int[0..9]",
  real: "real",
  rgb: "rgb(32, 32)",
  gray: "gray(28, 28)",
};
/** names that other languages use */
const synonyms: Readonly<Record<string, string>> = {
  boolean: "bool",
  binary: "bool",
  integer: "int",
  float: "real",
  double: "real",
  number: "real",
  string: "{a, b}",
  grey: "gray",
};

export function typeExpr(b: Building, given: CstNode): TypeExpr {
  const span = nodeSpan(b, given);
  const states = node(given, "labels");
  if (states !== null) {
    // where the list broke off, what was read of it says nothing about the type
    const isWhole = nodes(states, "label").length > 0 && token(given, "RightBrace") !== null;
    const read = labels(b, states);
    return isWhole ? { kind: "labels-type", labels: read, span } : { kind: "missing-type", span };
  }
  const word = token(given, "Name");
  if (word === null) return { kind: "missing-type", span };
  const name = identifier(b, word).text;
  const args = node(given, "callArguments");
  const sizes = args === null ? null : callArguments(b, args);
  const [lowNode, highNode] = [node(given, "low"), node(given, "high")];
  const low = lowNode === null ? null : expression(b, lowNode, after(span));
  const high = highNode === null ? null : expression(b, highNode, after(span));
  switch (name) {
    case "bool":
      if (sizes === null && low === null) return { kind: "bool-type", span };
      break;
    case "int":
      if (sizes === null && (low === null) === (high === null)) return { kind: "int-type", low, high, span };
      break;
    case "real":
      if (sizes === null && high === null) return { kind: "real-type", size: low, span };
      break;
    case "rgb":
    case "gray":
      if (sizes?.length === 2 && low === null && sizes.every((size) => size.name === null)) {
        const [height, width] = [sizes[0]!.value, sizes[1]!.value];
        return { kind: "image-type", channels: name, height, width, span };
      }
      break;
    default: {
      const suggestion = synonyms[name.toLowerCase()] ?? closest(name, Object.keys(usages));
      const at = tokenSpan(b, word);
      const fix = suggestion === null ? null : { title: `write \`${suggestion}\``, span: at, replacement: suggestion };
      b.report(diagnose("C112", at, { name, suggestion }, { fix }));
      return { kind: "missing-type", span };
    }
  }
  b.report(diagnose("C113", span, { name, usage: usages[name]! }));
  return { kind: "missing-type", span };
}
