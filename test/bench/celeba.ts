/**
 * Trains the programs of `examples/celeba` on real rows and prints `docs/results/labels.md`'s tables as Markdown: distances
 * to the rows, and answers beside counted and published ones. What is trained already under RUNS is used. Not a test.
 *
 * `node -C source --import tsx test/bench/celeba.ts list_attr_celeba.txt[.gz] [RUNS]`
 */
import { join, resolve } from "node:path";
import { cpus } from "node:os";
import { statesOf } from "#lang/types/type";
import { openData, labelsOf } from "../../apps/api/data.ts";
import { labelReport } from "../../apps/eval/label-report.ts";
import { ProgramError } from "../../apps/api/errors.ts";
import { openProject, requireSound } from "../../apps/api/project.ts";
import { defaultWorld, openRun } from "../../apps/api/run.ts";
import { trainProject } from "../../apps/api/training.ts";
import { ask, type World } from "../../apps/api/world.ts";
import { lazyExecutor } from "../../apps/devices.ts";
import { createReader } from "../../apps/files/reader.ts";
import { isRunDirectory, readManifest } from "../../apps/files/run-directory.ts";

const examples = resolve(import.meta.dirname, "../../examples/celeba");
const graphs = ["g1", "cg1"] as const;
const regimes = ["cpt", "mle", "wgan"] as const;

/**
 * Query, and its answer by exact tables counted on the first 20,000 rows: under G1, and for what is only seen in the data
 * themselves, which is what cG1 should say.
 */
const questions: readonly (readonly [string, number, number | null])[] = [
  ["P(Male | Mustache = 1)", 1, 1],
  ["P(Male | do(Mustache = 1))", 0.422, null],
  ["P(Male | Bald = 1)", 0.997, 0.998],
  ["P(Male | do(Bald = 1))", 0.422, null],
  ["P(Male | Wearing_Lipstick = 1)", 0.006, 0.005],
  ["P(Male | Wearing_Lipstick = 0)", 0.785, 0.792],
  ["P(Male | do(Wearing_Lipstick = 1))", 0.422, null],
  ["P(Young | Bald = 1)", 0.392, 0.246],
  ["P(Young | do(Bald = 1))", 0.78, null],
  ["P(Young | Eyeglasses = 1)", 0.44, 0.44],
  ["P(Young | do(Eyeglasses = 1))", 0.78, null],
  ["P(Young | Mustache = 1)", 0.653, 0.487],
  ["P(Young | do(Mustache = 1))", 0.78, null],
  ["P(Smiling | Mouth_Slightly_Open = 1)", 0.761, 0.757],
  ["P(Smiling | Mouth_Slightly_Open = 0)", 0.227, 0.224],
  ["P(Smiling | do(Mouth_Slightly_Open = 1))", 0.484, null],
  ["P(Smiling | Narrow_Eyes = 1)", 0.598, 0.587],
  ["P(Smiling | do(Narrow_Eyes = 1))", 0.484, null],
  ["P(Mustache | do(Male = 1))", 0.085, null],
  ["P(Bald | do(Male = 1))", 0.042, null],
  ["P(Wearing_Lipstick | do(Male = 1))", 0.007, null],
  ["P(Wearing_Lipstick | do(Male = 0))", 0.801, null],
  ["P(Mouth_Slightly_Open | do(Smiling = 1))", 0.757, null],
  ["P(Mouth_Slightly_Open | do(Smiling = 0))", 0.223, null],
  ["P(Eyeglasses | do(Young = 1))", 0.036, null],
  ["P(Eyeglasses | do(Young = 0))", 0.164, null],
];

interface Trained {
  readonly name: string;
  readonly world: World;
  readonly distances: readonly string[];
}

async function trained(graph: string, regime: string, labels: string, runs: string): Promise<Trained> {
  const name = `${graph}-${regime}`;
  const project = requireSound(openProject(join(examples, `${name}.causal`)));
  const out = join(runs, name);
  const executor = lazyExecutor("auto");
  try {
    await trainProject(project, {
      out,
      executor: await executor.get(),
      resume: isRunDirectory(out),
      data: { celeba: labels },
    });
  } finally {
    await executor.close();
  }
  const world = defaultWorld(openRun(out, executor.get));
  const statement = project.program.data.get("celeba")!;
  const data = await openData({ ...statement, args: { ...statement.args, path: labels } }, createReader(runs));
  const discrete = world.model.nodes.filter((node) => statesOf(node.type) !== null);
  const report = labelReport(world.model, data, labelsOf(data, discrete))!;
  const [stage] = readManifest(out).stages;
  const { training, heldOut } = report;
  return {
    name,
    world,
    distances: [
      name,
      training.tvd.toFixed(4),
      heldOut!.tvd.toFixed(4),
      heldOut!.floor.toFixed(4),
      stage!.seconds.toFixed(1),
    ],
  };
}

function answers(all: readonly Trained[], reference: (question: (typeof questions)[number]) => number | null): void {
  const counted = all[0]!;
  const value = ({ world }: Trained, text: string): number => {
    try {
      return ask(world, text).value as number;
    } catch (error) {
      // a condition that a model gives the probability zero: no answer, shown as NaN
      if (error instanceof ProgramError) return Number.NaN;
      throw error;
    }
  };
  const worst = all.map(() => ({ reference: 0, counted: 0 }));
  row(["query", "20,000 rows", ...all.map(({ name }) => name)]);
  row(["---", ...Array(all.length + 1).fill("---:")]);
  for (const question of questions) {
    const known = reference(question);
    const found = all.map((run) => value(run, question[0]));
    found.forEach((answer, i) => {
      if (known !== null) worst[i]!.reference = Math.max(worst[i]!.reference, Math.abs(answer - known));
      worst[i]!.counted = Math.max(worst[i]!.counted, Math.abs(answer - found[0]!));
    });
    row([`\`${question[0].replace("|", "\\|")}\``, known?.toFixed(3) ?? "", ...found.map((x) => x.toFixed(3))]);
  }
  row(["largest difference to the 20,000 rows", "", ...worst.map(({ reference: x }) => x.toFixed(3))]);
  row([`largest difference to ${counted.name}`, "", ...worst.map(({ counted: x }) => x.toFixed(3))]);
}

function row(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

const [labels, runs = "runs/celeba"] = process.argv.slice(2);
if (labels === undefined) throw new Error("usage: celeba.ts list_attr_celeba.txt[.gz] [RUNS]");
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}\n`);
const byGraph = new Map<string, readonly Trained[]>();
for (const graph of graphs) {
  const all: Trained[] = [];
  for (const regime of regimes) all.push(await trained(graph, regime, resolve(labels), resolve(runs)));
  byGraph.set(graph, all);
}
row(["program", "to the training rows", "to the rows held out", "sampling floor of these", "seconds"]);
row(["---", "---:", "---:", "---:", "---:"]);
for (const all of byGraph.values()) for (const { distances } of all) row(distances);
console.log("\nG1\n");
answers(byGraph.get("g1")!, ([, g1]) => g1);
console.log("\ncG1\n");
answers(byGraph.get("cg1")!, ([, , seen]) => seen);
