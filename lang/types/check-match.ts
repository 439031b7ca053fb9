/** Gives each argument of a call its parameter, by place and by name. Values are checked elsewhere. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { Argument, Expr, Identifier } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import type { Parameter } from "./signature.ts";

/** What is called: its name and place, and how its parameters are called ("argument", "setting"). */
export interface Callee {
  readonly name: string;
  readonly span: Span;
  readonly word: "argument" | "setting";
}

/** An argument that has found its parameter. */
export interface MatchedArgument {
  readonly parameter: Parameter;
  readonly value: Expr;
  readonly span: Span;
}

/**
 * Gives each argument its parameter: by place, then by name. Null when something is wrong, which is reported; parameters
 * without an argument and without a default are among it.
 */
export function matchArguments(
  context: CheckContext,
  callee: Callee,
  parameters: readonly Parameter[],
  args: readonly Argument[],
): readonly MatchedArgument[] | null {
  const matched = new Map<string, MatchedArgument>();
  let wrong = false;
  let named = false;
  const byPlace = args.filter((arg) => arg.name === null).length;
  if (byPlace > parameters.length) {
    const span = args.filter((arg) => arg.name === null)[parameters.length]?.span ?? callee.span;
    context.report(diagnose("C218", span, { callee: callee.name, expected: parameters.length, found: byPlace }));
    wrong = true;
  }
  let place = 0;
  for (const arg of args) {
    let parameter: Parameter | undefined;
    if (arg.name === null) {
      if (named) {
        context.report(diagnose("C220", arg.span, { callee: callee.name, name: null }));
        wrong = true;
      }
      parameter = parameters[place++];
      if (parameter === undefined) continue;
    } else {
      const { text } = arg.name;
      named = true;
      parameter = parameters.find((candidate) => candidate.name === text);
      if (parameter === undefined) {
        reportUnknownParameter(context, callee, parameters, arg.name);
        wrong = true;
        continue;
      }
    }
    if (matched.has(parameter.name)) {
      const related = [{ span: matched.get(parameter.name)!.span, label: "given first here" }];
      context.report(diagnose("C219", arg.span, { callee: callee.name, name: parameter.name }, { related }));
      wrong = true;
    } else {
      matched.set(parameter.name, { parameter, value: arg.value, span: arg.span });
    }
  }
  for (const { name, default: fallback, doc } of parameters) {
    if (fallback !== undefined || matched.has(name) || wrong) continue;
    context.report(diagnose("C217", callee.span, { callee: callee.name, name, doc }));
    wrong = true;
  }
  return wrong ? null : [...matched.values()];
}

function reportUnknownParameter(
  context: CheckContext,
  callee: Callee,
  parameters: readonly Parameter[],
  name: Identifier,
): void {
  // those of groups are written inside of them
  const names = parameters.map((parameter) => parameter.name).filter((known) => !known.includes("."));
  reportUnknown(context, `${callee.word} of \`${callee.name}\``, name, names);
}
