/** Laying a document out on lines. What a program looks like as a document is not decided here. */
import type { CommentText, Doc } from "./document.ts";

type Mode = "flat" | "broken";

interface Command {
  readonly doc: Doc;
  readonly mode: Mode;
  readonly indent: number;
  /** of a fill: the part at which to go on */
  readonly from?: number;
}

interface Line {
  text: string;
  /** what the line ends with, to be aligned with its neighbours */
  comment: string | null;
}

interface Writing {
  readonly width: number;
  readonly lines: Line[];
  /** line breaks before the next text, and the spaces after them */
  due: number;
  indent: number;
}

const indentation = 2;

/** The lines of the document, each but those with longer words or comments at most `width` long; ends in a line break. */
export function layout(doc: Doc, width: number): string {
  const writing: Writing = { width, lines: [], due: 1, indent: 0 };
  const commands: Command[] = [{ doc, mode: "broken", indent: 0 }];
  for (let command = commands.pop(); command !== undefined; command = commands.pop()) {
    perform(command, commands, writing);
  }
  return alignComments(writing.lines)
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function perform(command: Command, commands: Command[], writing: Writing): void {
  const { doc, mode, indent } = command;
  switch (doc.kind) {
    case "text":
      write(writing, doc.text);
      return;
    case "line":
      if (doc.hard || mode === "broken") endLine(writing, doc.blank ? 2 : 1, indent);
      else if (writing.due === 0) write(writing, doc.flat);
      return;
    case "pad":
      if (mode === "broken") write(writing, " ".repeat(doc.width));
      return;
    case "comment":
      writeComment(writing, doc.comment, indent);
      return;
    case "concat":
      for (let i = doc.parts.length - 1; i >= 0; i--) commands.push({ doc: doc.parts[i]!, mode, indent });
      return;
    case "nest":
      commands.push({ doc: doc.body, mode, indent: indent + indentation });
      return;
    case "group": {
      const flat = !doc.forced.within && (mode === "flat" || fits([flatly(doc.body, indent)], commands, writing));
      commands.push({ doc: doc.body, mode: flat ? "flat" : "broken", indent });
      return;
    }
    case "fill": {
      const from = command.from ?? 0;
      const part = doc.parts[from];
      if (part === undefined) return;
      commands.push({ ...command, from: from + 1 });
      if (mode === "flat" || from % 2 === 0) commands.push({ doc: part, mode, indent });
      else {
        const next = doc.parts[from + 1]!;
        const flat = fits([flatly(next, indent), flatly(part, indent)], [], writing);
        commands.push({ doc: part, mode: flat ? "flat" : "broken", indent });
      }
    }
  }
}

const flatly = (doc: Doc, indent: number): Command => ({ doc, mode: "flat", indent });

/** Whether the `given` commands (the last one first), and what follows them up to the next possible break, fit the line. */
function fits(given: readonly Command[], following: readonly Command[], writing: Writing): boolean {
  const stack = [...given];
  let rest = following.length;
  let left = writing.width - columnOf(writing);
  let begun = false;
  while (left >= 0) {
    const command = stack.pop() ?? following[--rest];
    if (command === undefined) return true;
    const { doc, mode } = command;
    switch (doc.kind) {
      case "text":
        left -= doc.text.length;
        begun ||= doc.text !== "";
        break;
      case "line":
        if (doc.hard || mode === "broken") return true;
        left -= doc.flat.length;
        break;
      case "pad":
        if (mode === "broken") left -= doc.width;
        break;
      case "comment":
        if (doc.comment.place === "own" && !begun) {
          left = writing.width - (writing.due > 0 ? writing.indent : command.indent);
          break;
        }
        if (doc.comment.place !== "inline" || doc.comment.text.includes("\n")) return true;
        left -= doc.comment.text.length + 1;
        break;
      case "concat":
        for (let i = doc.parts.length - 1; i >= 0; i--) stack.push({ ...command, doc: doc.parts[i]! });
        break;
      case "nest":
        stack.push({ ...command, doc: doc.body });
        break;
      case "group":
        stack.push({ ...command, doc: doc.body, mode: doc.forced.within ? "broken" : mode });
        break;
      case "fill":
        for (let i = doc.parts.length - 1; i >= (command.from ?? 0); i--)
          stack.push({ doc: doc.parts[i]!, mode, indent: command.indent });
    }
  }
  return false;
}

function columnOf({ due, indent, lines }: Writing): number {
  return due > 0 ? indent : lines.at(-1)!.text.length;
}

/** Successive breaks make one, with the indentation of the last. */
function endLine(writing: Writing, breaks: number, indent: number): void {
  writing.due = Math.max(writing.due, breaks);
  writing.indent = indent;
}

function write(writing: Writing, text: string): void {
  if (text === "") return;
  if (writing.due > 0) {
    if (writing.due > 1 && writing.lines.length > 0) writing.lines.push({ text: "", comment: null });
    writing.lines.push({ text: " ".repeat(writing.indent), comment: null });
  }
  writing.lines.at(-1)!.text += text;
  writing.due = 0;
}

/** A line ends after a comment that is not `inline`, whatever the document says. */
function writeComment(writing: Writing, { text, place, blank }: CommentText, indent: number): void {
  if (place === "own") endLine(writing, blank ? 2 : 1, writing.due > 0 ? writing.indent : indent);
  const last = writing.lines.at(-1);
  if (place === "trailing" && writing.due === 0 && last !== undefined && text.startsWith("//")) {
    last.text = last.text.trimEnd();
    last.comment = text;
  } else {
    const gap = writing.due === 0 && !/[\s([{]$/.test(last?.text ?? " ") ? " " : "";
    write(writing, gap + text);
  }
  if (place !== "inline") endLine(writing, 1, place === "own" ? writing.indent : indent);
}

/** Comments at the ends of successive lines begin in one column. */
function alignComments(lines: readonly Line[]): readonly string[] {
  const columns = lines.map(({ text, comment }) => (comment === null ? null : text.length));
  for (let i = 1; i < columns.length; i++) {
    if (columns[i] !== null && columns[i - 1] !== null) columns[i] = Math.max(columns[i]!, columns[i - 1]!);
  }
  for (let i = columns.length - 2; i >= 0; i--) {
    if (columns[i] !== null && columns[i + 1] !== null) columns[i] = columns[i + 1]!;
  }
  return lines.map(({ text, comment }, i) => (comment === null ? text : `${text.padEnd(columns[i]!)} ${comment}`));
}
