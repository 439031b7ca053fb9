/** How the bad pictures of a data set are told: counted by flaw, the first ten by name. Finding them is `picture-files.ts`. */
import { RuntimeFault } from "#runtime/fault";
import type { PictureProblem } from "./dataset.ts";

const named = 10;

/** "3 of 2,000 pictures are bad: 2 missing, 1 truncated". */
export function problemCounts(problems: readonly PictureProblem[], total: number): string {
  const counts = new Map<string, number>();
  for (const { flaw } of problems) counts.set(flaw, (counts.get(flaw) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([flaw, count]) => `${count.toLocaleString("en")} ${flaw}`);
  const are = problems.length === 1 ? "is" : "are";
  return `${problems.length.toLocaleString("en")} of ${total.toLocaleString("en")} pictures ${are} bad: ${parts.join(", ")}`;
}

/** A line for each of the first ten, and one for how many more there are. */
export function problemLines(problems: readonly PictureProblem[]): readonly string[] {
  const lines = problems.slice(0, named).map(({ place, path, flaw, detail }) => {
    const name = path === "" ? "" : `${path}: `;
    return `${place}: ${name}${flaw}${detail === "" ? "" : ` (${detail})`}`;
  });
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `... and ${more.toLocaleString("en")} more`] : lines;
}

/** "3 pictures have no row and are not used: a.png, b.png and 1 more". */
export function unlabelledText(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(", ");
  const more = paths.length > 3 ? ` and ${(paths.length - 3).toLocaleString("en")} more` : "";
  const have = paths.length === 1 ? "picture has no row and is" : "pictures have no row and are";
  return `${paths.length.toLocaleString("en")} ${have} not used: ${shown}${more}`;
}

export function problemsFault(problems: readonly PictureProblem[], total: number): RuntimeFault {
  return new RuntimeFault(
    "bad-data",
    [problemCounts(problems, total), ...problemLines(problems).map((line) => `  ${line}`)].join("\n"),
    'copy or download them again, or leave their rows out with bad = "skip"',
  );
}
