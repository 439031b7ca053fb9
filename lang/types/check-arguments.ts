/** Checks the arguments and settings of a call whose parameters are constants, and completes the defaults. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Argument, Expr, Settings } from "../syntax/ast.ts";
import type { ConstantScope } from "./check-constant.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import { type Callee, matchArguments } from "./check-match.ts";
import { checkNetworkReference } from "./check-reference.ts";
import { checkValue } from "./check-value.ts";
import type { Constant, Constants, Parameter } from "./signature.ts";

export interface CheckedArguments {
  /** completed with defaults; values that are not known are missing */
  readonly values: Constants;
  /** false where an argument is wrong (reported) or not known yet */
  readonly complete: boolean;
}

/** Checks and evaluates the arguments of a call whose parameters are constants. */
export function checkArguments(
  context: CheckContext,
  callee: Callee,
  parameters: readonly Parameter[],
  args: readonly Argument[],
  scope: ConstantScope,
): CheckedArguments {
  const matched = matchArguments(context, callee, parameters, args);
  const values: Record<string, Constant | null> = {};
  let complete = matched !== null;
  for (const parameter of parameters) {
    const given = matched?.find((argument) => argument.parameter === parameter);
    const value =
      given === undefined ? parameter.default : checkArgument(context, callee, parameter, given.value, scope);
    if (value !== undefined) values[parameter.name] = value;
    else if (given !== undefined) complete = false;
  }
  return { values, complete };
}

/**
 * Settings in braces as named arguments. A group, `labeler { rate = 1e-4 }`, gives the parameters whose names begin with
 * it, here `labeler.rate`; what is not among them is reported.
 */
export function settingsAsArguments(
  context: CheckContext,
  callee: Callee,
  parameters: readonly Parameter[],
  settings: Settings | null,
): readonly Argument[] {
  const flat = (entries: Settings["entries"], group: string): readonly Argument[] =>
    entries.flatMap(({ name, value, span }): readonly Argument[] => {
      const known = parameters.flatMap((parameter) =>
        parameter.name.startsWith(group) ? [parameter.name.slice(group.length).split(".")] : [],
      );
      const groups = new Set(known.flatMap(([first, ...rest]) => (rest.length > 0 ? [first!] : [])));
      const words = known.flatMap(([first, ...rest]) => (rest.length === 0 ? [first!] : []));
      const owner = group === "" ? `\`${callee.name}\`` : `\`${group.slice(0, -1)}\` of \`${callee.name}\``;
      if (value.kind === "settings") {
        if (groups.has(name.text)) return flat(value.entries, `${group}${name.text}.`);
        reportUnknown(context, `group of settings of ${owner}`, name, groups);
        return [];
      }
      if (group !== "" && !words.includes(name.text)) {
        reportUnknown(context, `setting of ${owner}`, name, words);
        return [];
      }
      return [{ name: { ...name, text: `${group}${name.text}` }, value, span }];
    });
  return flat(settings?.entries ?? [], "");
}

function checkArgument(
  context: CheckContext,
  callee: Callee,
  parameter: Parameter,
  expr: Expr,
  scope: ConstantScope,
): Constant | undefined {
  const what = `\`${parameter.name}\` of \`${callee.name}\``;
  if (parameter.kind === "network") return checkNetworkReference(context, what, expr, scope);
  if (parameter.kind === "data") return checkDataReference(context, what, expr);
  return checkValue(context, what, parameter, expr, scope);
}

function checkDataReference(context: CheckContext, what: string, expr: Expr): string | undefined {
  if (expr.kind === "missing") return undefined;
  if (expr.kind !== "name") {
    context.report(
      diagnose("C214", expr.span, { what, expected: "the name of a `data` statement", found: "an expression" }),
    );
    return undefined;
  }
  const { data } = context.declarations;
  if (data.has(expr.name.text)) return expr.name.text;
  reportUnknown(context, "data", expr.name, data.keys());
  return undefined;
}
