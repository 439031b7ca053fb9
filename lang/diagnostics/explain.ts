/** `causal explain CODE`: what a diagnostic means. */
import { catalogue } from "./catalogue.ts";
import type { Entry } from "./entry.ts";

/** The explanation of a code (in any case), headed by the code; null where there is no such code. */
export function explain(code: string): string | null {
  const key = code.trim().toUpperCase();
  if (!Object.hasOwn(catalogue, key)) return null;
  const row = catalogue[key as keyof typeof catalogue] as Entry<never>;
  return `${key} (${row.severity})\n\n${row.explanation}\n`;
}
