/** Checks the arguments and settings of a call whose parameters are constants, and completes the defaults. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Argument, Expr, Settings } from "../syntax/ast.ts";
import type { ConstantScope } from "./check-constant.ts";
import { type CheckContext, reportUnknown, reportUnsupported } from "./check-context.ts";
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

/** Settings in braces as named arguments; groups of settings are not supported and reported. */
export function settingsAsArguments(context: CheckContext, settings: Settings | null): readonly Argument[] {
  return (settings?.entries ?? []).flatMap(({ name, value, span }) => {
    if (value.kind !== "settings") return [{ name, value, span }];
    reportUnsupported(context, span, `a group of settings (\`${name.text} {...}\`)`);
    return [];
  });
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
