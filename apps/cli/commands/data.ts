/** `causal data`: what the data of a program is: rows, columns, pictures and what is wrong with them, and how fast they come. */
import { dirname } from "node:path";
import type { CheckedData } from "#lang/checked";
import { printType } from "#lang/types/type";
import { problemCounts, problemLines } from "#stdlib/datasets/picture-problems";
import type { Column, DataSource } from "#stdlib/datasets/dataset";
import { createStream } from "#runtime/random";
import { type OpenData, openData, withPath } from "../../api/data.ts";
import { openProject, requireSound } from "../../api/project.ts";
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
    'Opens each data statement, or the one named: rows and how they are split, columns with their states, and for pictures every problem, where they are kept and images a second, cold (decoded from their files) and warm (as training gets them). Exit code 3 where pictures are bad and the program does not say bad = "skip".',
  options: {
    data: dataOption,
    out: { type: "string", value: "FILE.png", help: "draw a sheet of 64 training pictures" },
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
    let worst: number = exitCodes.well;
    for (const each of chosen) {
      const code = await showData(withPath(program.data.get(each)!, paths[each]), dirname(file), out, io);
      worst = Math.max(worst, code);
    }
    return worst;
  },
};

async function showData(checked: CheckedData, base: string, out: string | undefined, io: Io): Promise<number> {
  const refuses = checked.args.bad === "refuse";
  const line = readingLine(io);
  const reader = createReader(base, { progress: line.update, signal: io.signal });
  // bad pictures are shown beside everything else, whatever training does with them
  const args = "bad" in checked.args ? { ...checked.args, bad: "skip" } : checked.args;
  const opened = await openData({ ...checked, args }, reader).finally(line.finish);
  const { source } = opened;
  io.out(`data ${opened.name}: ${opened.dataset}\n`);
  io.out(`  rows      ${count(source.rows)}: ${splitText(opened)}\n`);
  for (const [i, text] of columnLines(source).entries()) {
    io.out(`  ${(i === 0 ? "columns" : "").padEnd(10)}${text}\n`);
  }
  const { image } = source;
  if (image === null) {
    io.out("  pictures  none\n");
    return exitCodes.well;
  }
  io.out(
    `  pictures  ${printType({ kind: "image", channels: image.channels, height: image.height, width: image.width })}${opened.flip ? ", mirrored at random in training" : ""}\n`,
  );
  if (image.files !== undefined) io.out(`  kept      ${image.files.kept}\n`);
  io.out(`  speed     ${await speed(opened)}\n`);
  if (out !== undefined) await drawSheet(opened, out, io);
  const problems = image.files?.problems ?? [];
  if (problems.length === 0) return exitCodes.well;
  io.out(`  problems  ${problemCounts(problems, image.files!.count)}\n`);
  for (const text of problemLines(problems)) io.out(`            ${text}\n`);
  io.out(
    refuses
      ? '  training refuses them: repair the files, or leave their rows out with bad = "skip"\n'
      : "  training leaves their rows out\n",
  );
  return refuses ? exitCodes.fault : exitCodes.well;
}

const count = (value: number) => value.toLocaleString("en");

function splitText({ training, validation, heldOut }: OpenData): string {
  const parts = [`${count(training.length)} for training`];
  if (validation.length > 0) parts.push(`${count(validation.length)} for validation`);
  if (heldOut.length > 0) parts.push(`${count(heldOut.length)} held out`);
  return parts.join(", ");
}

const shownStates = 6;

/** One line a column: its commonest states with their counts. */
function columnLines({ columns }: DataSource): readonly string[] {
  const width = Math.min(24, Math.max(...[...columns.keys()].map((name) => name.length)));
  return [...columns].map(([name, column]) => `${name.padEnd(width)}  ${columnText(column)}`);
}

function columnText(column: Column): string {
  if (column.kind === "real") {
    const { values } = column;
    const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    return `numbers from ${low} to ${high}`;
  }
  const texts = column.kind === "states" ? column.states : column.texts;
  const counts = new Array<number>(texts.length).fill(0);
  for (const value of column.values) counts[value]! += 1;
  const sorted = texts.map((text, i) => [text, counts[i]!] as const).sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, shownStates).map(([text, n]) => `${text === "" ? "(empty)" : text} ${count(n)}`);
  const more = sorted.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${count(more)} other values` : "");
}

const probed = 512;
const batch = 64;

/** Images a second from files and as a training gets them. The rows are the same for both. */
async function speed({ source, training }: OpenData): Promise<string> {
  const image = source.image!;
  const order = createStream(0, "speed").permutation(training.length).subarray(0, probed);
  const rows = order.map((i) => training[i]!);
  const out = new Float32Array(batch * image.channels * image.height * image.width);
  const rate = async (pass: () => Promise<void>) => {
    const began = performance.now();
    await pass();
    return count(Math.round((1000 * rows.length) / Math.max(performance.now() - began, 1e-3)));
  };
  const read = async () => {
    for (let at = 0; at < rows.length; at += batch) await image.read(rows.subarray(at, at + batch), out);
  };
  const { files } = image;
  const cold = files === undefined ? await rate(read) : await rate(() => files.decode(rows));
  const warm = await rate(read);
  return `${cold} images a second cold, ${warm} warm (${count(rows.length)} pictures)`;
}

async function drawSheet({ name, source, training }: OpenData, out: string, io: Io): Promise<void> {
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
  io.out(`  sheet     ${out}\n`);
}
