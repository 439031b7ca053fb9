/** Keeps one syntax error from becoming many: names whose declaration was lost to it are not reported as unknown. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source.ts";
import type { File } from "../syntax/ast.ts";

const declarer = "(?:sample|latent|noise|let|param|image|model|network|data|query)";

/**
 * Drops from `found` the unknown names (C201) that the text does declare, in a file that could not be read in full:
 * the declaration is there, but not in the tree. `syntax` are the diagnostics of the parser.
 */
export function withoutLostNames(
  found: readonly Diagnostic[],
  syntax: readonly Diagnostic[],
  files: readonly File[],
  sources: ReadonlyMap<string, Source>,
): readonly Diagnostic[] {
  const damaged = files.filter((file) => syntax.some(({ span }) => span.source === file.source));
  if (damaged.length === 0) return found;
  const text = damaged.map((file) => sources.get(file.source)?.text ?? "").join("\n");
  return found.filter((diagnostic) => {
    if (diagnostic.code !== "C201") return true;
    const { start, end, source } = diagnostic.span;
    const name = (sources.get(source)?.text ?? "").slice(start, end).replaceAll(/[^\p{L}\p{N}_]/gu, "");
    // declared alone, or in a list of noises
    return (
      name === "" ||
      !new RegExp(`\\b${declarer}\\s+(?:[^\\s~:=,]+\\s*,\\s*)*\`?${name}(?![\\p{L}\\p{N}_])`, "u").test(text)
    );
  });
}
