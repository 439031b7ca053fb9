/** Lines of a source with marks under them. */
import { positionAt, type Source, type Span } from "../source.ts";
import { type Hue, paint } from "./paint.ts";

export interface Mark {
  readonly span: Span;
  readonly label: string;
  /** drawn under the marked text: `^` for the culprit, `-` for what it has to do with */
  readonly sign: "^" | "-";
  readonly hue: Hue;
}

interface PlacedMark extends Mark {
  readonly line: number;
  /** 0-based columns of the printed line */
  readonly from: number;
  readonly to: number;
}

const tab = "  ";
/** Control characters would upset the terminal and the columns. */
const printable = (text: string): string => text.replaceAll("\t", tab).replace(/\p{Cc}/gu, "\ufffd");

/**
 * The lines of all marks, each with its marks below it, `...` where lines are left out. `first` says whether the frame
 * opens with `-->` (the place of the diagnostic) or `:::` (another file).
 */
export function frame(
  source: Source,
  marks: readonly Mark[],
  options: { readonly colour: boolean; readonly first: boolean },
): string {
  const blue = (text: string) => paint(options.colour, ["blue"], text);
  const lines = source.text.split(/\r\n|\n|\r(?!\n)/);
  const placed = marks.map((mark) => place(source, lines, mark));
  const shown = [...new Set(placed.map((mark) => mark.line))].sort((a, b) => a - b);
  const gutter = String(shown.at(-1)).length;
  const blank = " ".repeat(gutter);
  const { line, column } = positionAt(source.text, marks[0]!.span.start);
  const body = shown.flatMap((number, i) => {
    const previous = shown[i - 1];
    const gap = previous !== undefined && number > previous + 1 ? [blue(`${blank}...`)] : [];
    const text = `${blue(`${String(number).padStart(gutter)} |`)} ${printable(lines[number - 1] ?? "")}`;
    const own = placed.filter((mark) => mark.line === number).sort((a, b) => a.from - b.from);
    const under = own.map((mark) => {
      const drawn = `${mark.sign.repeat(Math.max(1, mark.to - mark.from))} ${mark.label}`.trimEnd();
      return `${blue(`${blank} |`)} ${" ".repeat(mark.from)}${paint(options.colour, ["bold", mark.hue], drawn)}`;
    });
    return [...gap, text.trimEnd(), ...under];
  });
  const arrow = blue(options.first ? "-->" : ":::");
  return [`${blank}${arrow} ${source.name}:${line}:${column}`, blue(`${blank} |`), ...body].join("\n");
}

/** Where a mark stands on its first line; a mark over several lines goes to the end of that line. */
function place(source: Source, lines: readonly string[], mark: Mark): PlacedMark {
  const at = positionAt(source.text, Math.min(mark.span.start, source.text.length));
  const text = lines[at.line - 1] ?? "";
  const from = Math.min(at.column - 1, text.length);
  const to = Math.min(from + Math.max(0, mark.span.end - mark.span.start), text.length);
  const width = (part: string) => printable(part).length;
  return { ...mark, line: at.line, from: width(text.slice(0, from)), to: width(text.slice(0, to)) };
}
