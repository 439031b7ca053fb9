/** `causal data`: what the data of a program is: rows, columns, pictures and what is wrong with them, and how fast they come. */
import { dirname } from "node:path";
import type { CheckedData } from "#lang/checked";
import { printType } from "#lang/types/type";
import { problemCounts, problemLines, unlabelledText } from "#stdlib/datasets/picture-problems";
import type { Column, PictureProblem } from "#stdlib/datasets/dataset";
import { createStream } from "#runtime/random";
import { type OpenData, openData, withPath } from "../../api/data.ts";
import { openProject, requireSound } from "../../api/project.ts";
import { requireGoOn } from "../../devices/stoppable.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { imageGrid } from "../../files/grid.ts";
import { encodePng } from "../../files/images.ts";
import { createReader } from "../../files/reader.ts";
import { type Command, exitCodes, type Io, listFlag, stringFlag, UsageError } from "../command.ts";
import { dataOption, dataPaths } from "../open.ts";
import { readingLine } from "../progress.ts";

export const data: Command = {
  name: "data",
  usage: "FILE [NAME]",
  summary: "show the data of a program, and what is wrong with it",
  details:
    'Opens each data statement, or the one named: rows and how they are split, columns with their states, and for pictures every problem, those without a row, where they are kept and images a second, cold (decoded from their files) and warm (as training gets them). Exit code 3 where pictures are bad and the program does not say bad = "skip".',
  options: {
    data: dataOption,
    out: { type: "string", value: "FILE.png", help: "draw a sheet of 64 training pictures" },
    json: { type: "boolean", help: "print one JSON object a data set, with all problems" },
  },
  examples: ["causal data faces.causal", "causal data celeba.causal celeba --data celeba=CelebA --out sheet.png"],
  async run(invocation, io) {
    const [file, name, ...rest] = invocation.positionals;
    if (file === undefined || rest.length > 0) throw new UsageError("expected FILE and at most one NAME");
    const { program } = requireSound(openProject(file));
    const names = [...program.data.keys()];
    if (names.length === 0) throw new UsageError(`${file} has no data statement`);
    if (name !== undefined && !names.includes(name)) {
      throw new UsageError(`${file} has no data ${name}; it has ${names.join(", ")}`);
    }
    const chosen = name === undefined ? names : [name];
    const out = stringFlag(invocation, "out");
    if (out !== undefined && chosen.length > 1)
      throw new UsageError(`--out draws one data set: name it, ${names.join(" or ")}`);
    const paths = dataPaths(listFlag(invocation, "data"), names);
    let refused = false;
    for (const each of chosen) {
      const summary = await summaryOf(withPath(program.data.get(each)!, paths[each]), dirname(file), out, io);
      io.out(invocation.flags.json === true ? `${JSON.stringify(summary)}\n` : summaryText(summary));
      refused ||= summary.pictures?.refused === true;
    }
    return refused ? exitCodes.fault : exitCodes.well;
  },
};

/** What is known of a data set; `--json` prints it as it is. */
interface DataSummary {
  readonly data: string;
  readonly dataset: string;
  readonly rows: number;
  readonly training: number;
  readonly validation: number;
  readonly heldOut: number;
  readonly columns: readonly ColumnSummary[];
  readonly pictures: PictureSummary | null;
}

type ColumnSummary =
  | { readonly name: string; readonly low: number; readonly high: number }
  /** how many rows have each state, or cell as it is written, the commonest first */
  | { readonly name: string; readonly states: readonly { readonly state: string; readonly rows: number }[] };

interface PictureSummary {
  readonly type: string;
  readonly flip: boolean;
  /** null where they are not in files */
  readonly kept: string | null;
  /** images a second, of so many */
  readonly speed: { readonly cold: number; readonly warm: number; readonly pictures: number };
  readonly sheet: string | null;
  readonly files: number;
  readonly unlabelled: readonly string[];
  readonly problems: readonly PictureProblem[];
  /** whether training refuses the data for them */
  readonly refused: boolean;
}

async function summaryOf(checked: CheckedData, base: string, out: string | undefined, io: Io): Promise<DataSummary> {
  const line = readingLine(io);
  const reader = createReader(base, { progress: line.update, signal: io.signal });
  // bad pictures are shown beside everything else, whatever training does with them
  const args = "bad" in checked.args ? { ...checked.args, bad: "skip" } : checked.args;
  const opened = await openData({ ...checked, args }, reader).finally(line.finish);
  const { source, training, validation, heldOut } = opened;
  const { image, columns } = source;
  const problems = image?.files?.problems ?? [];
  return {
    data: opened.name,
    dataset: opened.dataset,
    rows: source.rows,
    training: training.length,
    validation: validation.length,
    heldOut: heldOut.length,
    columns: [...columns].map(([name, column]) => ({ name, ...columnSummary(column) })),
    pictures:
      image === null
        ? null
        : {
            type: printType({ kind: "image", channels: image.channels, height: image.height, width: image.width }),
            flip: opened.flip,
            kept: image.files?.kept ?? null,
            speed: await speed(opened, io.signal),
            sheet: out === undefined ? null : await drawSheet(opened, out),
            files: image.files?.count ?? 0,
            unlabelled: image.files?.unlabelled ?? [],
            problems,
            refused: checked.args.bad === "refuse" && problems.length > 0,
          },
  };
}

function columnSummary(column: Column) {
  if (column.kind === "real") {
    const { values } = column;
    const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    return { low, high };
  }
  const texts = column.kind === "states" ? column.states : column.texts;
  const counts = new Array<number>(texts.length).fill(0);
  for (const value of column.values) counts[value]! += 1;
  return { states: texts.map((state, i) => ({ state, rows: counts[i]! })).sort((a, b) => b.rows - a.rows) };
}

const count = (value: number) => value.toLocaleString("en");

function summaryText(summary: DataSummary): string {
  const { data: name, dataset, rows, columns, pictures } = summary;
  const width = Math.min(24, Math.max(...columns.map((column) => column.name.length)));
  const lines = [`data ${name}: ${dataset}`, `  rows      ${count(rows)}: ${splitText(summary)}`];
  for (const [i, column] of columns.entries()) {
    lines.push(`  ${(i === 0 ? "columns" : "").padEnd(10)}${column.name.padEnd(width)}  ${columnText(column)}`);
  }
  if (pictures === null) return [...lines, "  pictures  none", ""].join("\n");
  const { speed: pace, problems } = pictures;
  lines.push(`  pictures  ${pictures.type}${pictures.flip ? ", mirrored at random in training" : ""}`);
  if (pictures.kept !== null) lines.push(`  kept      ${pictures.kept}`);
  lines.push(
    `  speed     ${count(pace.cold)} images a second cold, ${count(pace.warm)} warm (${count(pace.pictures)} pictures)`,
  );
  if (pictures.sheet !== null) lines.push(`  sheet     ${pictures.sheet}`);
  if (pictures.unlabelled.length > 0) lines.push(`  no row    ${unlabelledText(pictures.unlabelled)}`);
  if (problems.length === 0) return [...lines, ""].join("\n");
  return [
    ...lines,
    `  problems  ${problemCounts(problems, pictures.files)}`,
    ...problemLines(problems).map((text) => `            ${text}`),
    pictures.refused
      ? '  training refuses them: repair the files, or leave their rows out with bad = "skip"'
      : "  training leaves their rows out",
    "",
  ].join("\n");
}

function splitText({ training, validation, heldOut }: DataSummary): string {
  const parts = [`${count(training)} for training`];
  if (validation > 0) parts.push(`${count(validation)} for validation`);
  if (heldOut > 0) parts.push(`${count(heldOut)} held out`);
  return parts.join(", ");
}

const shownStates = 6;

/** The commonest states with their counts. */
function columnText(column: ColumnSummary): string {
  if (!("states" in column)) return `numbers from ${column.low} to ${column.high}`;
  const { states } = column;
  const shown = states
    .slice(0, shownStates)
    .map(({ state, rows }) => `${state === "" ? "(empty)" : state} ${count(rows)}`);
  const more = states.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${count(more)} other values` : "");
}

const probed = 512;
const batch = 64;

/** Images a second from files and as a training gets them. The rows are the same for both. */
async function speed({ source, training }: OpenData, signal: AbortSignal): Promise<PictureSummary["speed"]> {
  const image = source.image!;
  const order = createStream(0, "speed").permutation(training.length).subarray(0, probed);
  const rows = order.map((i) => training[i]!);
  const out = new Float32Array(batch * image.channels * image.height * image.width);
  const rate = async (pass: () => Promise<void>) => {
    const began = performance.now();
    await pass();
    return Math.round((1000 * rows.length) / Math.max(performance.now() - began, 1e-3));
  };
  const read = async () => {
    for (let at = 0; at < rows.length; at += batch) {
      requireGoOn(signal);
      await image.read(rows.subarray(at, at + batch), out);
    }
  };
  const { files } = image;
  const cold = files === undefined ? await rate(read) : await rate(() => files.decode(rows));
  return { cold, warm: await rate(read), pictures: rows.length };
}

async function drawSheet({ name, source, training }: OpenData, out: string): Promise<string> {
  const { channels, height, width, read } = source.image!;
  const rows = createStream(0, "sheet")
    .permutation(training.length)
    .subarray(0, 64)
    .map((i) => training[i]!);
  const each = channels * height * width;
  const values = new Float32Array(rows.length * each);
  await read(rows, values);
  const images = Array.from(rows, (_, i) => values.subarray(i * each, (i + 1) * each));
  const sheet = imageGrid({
    rows: [{ caption: `${rows.length} training pictures of ${name}`, images }],
    size: height,
    channels,
    columns: 8,
  });
  await writeFileAtomic(out, await encodePng(sheet));
  return out;
}
