/** References to networks with their constants: `dcgan`, `dcgan(width = 32)`. What the network computes is elsewhere. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Argument, Expr, Identifier, NetworkDecl, NetworkParameter } from "../syntax/ast.ts";
import { type ConstantScope, describeConstant, evaluateConstant } from "./check-constant.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import { type Callee, matchArguments } from "./check-match.ts";
import { checkValue } from "./check-value.ts";
import type { Constant, NetworkReference, Parameter, ParameterKind } from "./signature.ts";

/** Values of the constants of a network by name; undefined where a value is not known. */
export type NetworkConstants = ReadonlyMap<string, Constant | undefined>;

const kinds: ReadonlyMap<string, ParameterKind> = new Map<string, ParameterKind>([
  ["int", "int"],
  ["real", "number"],
  ["bool", "boolean"],
  ["string", "string"],
  ["ints", "ints"],
]);

/** The constants of a network as parameters; wrong types are reported by `checkParameterTypes`. */
function parametersOf(decl: NetworkDecl): readonly (Parameter & { readonly declared: NetworkParameter })[] {
  return decl.parameters.map((declared) => ({
    name: declared.name.text,
    kind: kinds.get(declared.type?.text ?? "") ?? kindOfLiteral(declared.value),
    // a default may depend on other constants, so it is evaluated call by call
    ...(declared.value === null ? {} : { default: null }),
    doc: "",
    declared,
  }));
}

function kindOfLiteral(value: Expr | null): ParameterKind {
  if (value?.kind === "boolean") return "boolean";
  if (value?.kind === "string") return "string";
  return value?.kind === "list" ? "ints" : "number";
}

/** Reports parameter types that do not exist. */
export function checkParameterTypes(context: CheckContext, decl: NetworkDecl): void {
  for (const { type } of decl.parameters) {
    if (type !== null && !kinds.has(type.text)) reportUnknown(context, "type of constants", type, kinds.keys());
  }
}

/** The scope in which the body of a network evaluates its constants. */
export function constantsScope(decl: NetworkDecl, constants: NetworkConstants): ConstantScope {
  const tensors = new Set([...decl.inputs, ...decl.bindings.map((binding) => binding.name)].map((name) => name.text));
  return {
    what: "constant",
    names: () => constants.keys(),
    lookup: (name) =>
      constants.has(name)
        ? { kind: "constant", value: constants.get(name) }
        : tensors.has(name)
          ? { kind: "other", what: "a tensor" }
          : null,
  };
}

/**
 * The constants of a network for a call: given arguments, then defaults in the order of declaration, which may use the
 * constants before them. `args` null: the declaration itself is checked, and constants without a default are unknown.
 */
export function completeConstants(
  context: CheckContext,
  decl: NetworkDecl,
  callee: Callee,
  args: readonly Argument[] | null,
  scope: ConstantScope,
): { readonly constants: NetworkConstants; readonly ok: boolean } {
  const parameters = parametersOf(decl);
  const matched = args === null ? [] : matchArguments(context, callee, parameters, args);
  const constants = new Map<string, Constant | undefined>();
  let ok = matched !== null;
  for (const parameter of parameters) {
    const given = matched?.find((argument) => argument.parameter.name === parameter.name);
    const { value: fallback } = parameter.declared;
    const what = `\`${parameter.name}\` of \`${decl.name.text}\``;
    let value: Constant | undefined;
    if (given !== undefined) {
      value = checkValue(context, what, parameter, given.value, scope);
      ok &&= value !== undefined;
    } else if (fallback !== null) {
      // a wrong default is reported where the network is declared, not at each call
      const quiet = args === null ? context : { ...context, report: () => {} };
      value = checkValue(quiet, what, parameter, fallback, constantsScope(decl, constants));
    }
    constants.set(parameter.name, value);
  }
  return { constants, ok };
}

/** `dcgan` or `dcgan(width = 32)` as a value; undefined where it is wrong (reported). */
export function checkNetworkReference(
  context: CheckContext,
  what: string,
  expr: Expr,
  scope: ConstantScope,
): NetworkReference | undefined {
  let name: Identifier;
  let args: readonly Argument[] = [];
  if (expr.kind === "name") name = expr.name;
  else if (expr.kind === "call") ({ callee: name, args } = expr);
  else {
    const value = evaluateConstant(context, expr, scope);
    if (value === undefined) return undefined;
    context.report(diagnose("C214", expr.span, { what, expected: "a network", found: describeConstant(value) }));
    return undefined;
  }
  const { networks } = context.declarations;
  const decl = networks.get(name.text);
  if (decl === undefined) {
    reportUnknown(context, "network", name, networks.keys());
    return undefined;
  }
  const callee: Callee = { name: name.text, span: expr.span, word: "argument" };
  const { constants, ok } = completeConstants(context, decl, callee, args, scope);
  if (!ok) return undefined;
  const known = [...constants].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return { kind: "network-reference", name: name.text, args: Object.fromEntries(known) };
}
