/**
 * All diagnostics by code. The wording of a family lives in one file: C1xx syntax, C2xx names and types, C3xx graph,
 * C4xx probability, C5xx causal semantics, C6xx data and training, C7xx cost, C8xx interchange.
 */
import type { Span } from "../source.ts";
import { causal } from "./catalogue/causal.ts";
import { cost } from "./catalogue/cost.ts";
import { graph } from "./catalogue/graph.ts";
import { interchange } from "./catalogue/interchange.ts";
import { lints } from "./catalogue/lints.ts";
import { names } from "./catalogue/names.ts";
import { probability } from "./catalogue/probability.ts";
import { syntax } from "./catalogue/syntax.ts";
import { training } from "./catalogue/training.ts";
import type { Diagnostic, Fix, RelatedSpan } from "./diagnostic.ts";
import type { Entry } from "./entry.ts";

export const catalogue = {
  ...syntax,
  ...names,
  ...graph,
  ...probability,
  ...causal,
  ...training,
  ...cost,
  ...interchange,
  ...lints,
};

export type DiagnosticCode = keyof typeof catalogue;

type ArgsOf<C extends DiagnosticCode> = (typeof catalogue)[C] extends Entry<infer Args> ? Args : never;

export function diagnose<C extends DiagnosticCode>(
  code: C,
  span: Span,
  args: ArgsOf<C>,
  more: { readonly related?: readonly RelatedSpan[]; readonly fix?: Fix | null } = {},
): Diagnostic {
  const row = catalogue[code] as unknown as Entry<ArgsOf<C>>;
  return {
    code,
    severity: row.severity,
    message: row.message(args),
    span,
    label: row.label(args),
    related: more.related ?? [],
    help: row.help(args),
    fix: more.fix ?? null,
  };
}
