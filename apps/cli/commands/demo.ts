/** `causal demo`: the main job from end to end: trains the faces example, asks it, draws the paper's figure, reads it back. */
import { join, relative } from "node:path";
import { nodeOf } from "#compiler/causal/model";
import { parentsOf, type TrainedStage } from "../../api/images.ts";
import { openProject, requireSound } from "../../api/project.ts";
import { openRun } from "../../api/run.ts";
import { trainProject } from "../../api/training.ts";
import { ask, draw, type World } from "../../api/world.ts";
import { drawRegime } from "../../eval/drawn.ts";
import { judgeOf } from "../../eval/judge.ts";
import { shareOf } from "../../eval/readings.ts";
import { stoppable } from "../../devices/stoppable.ts";
import { isRunDirectory } from "../../files/run-directory.ts";
import { packageRoot } from "../../files/package-root.ts";
import { type Command, exitCodes, type Io, integerFlag, stringFlag } from "../command.ts";
import { gridRows, saveGrid } from "../drawing.ts";
import { deviceOption, executorOf } from "../open.ts";
import { formatDuration, table } from "../text.ts";
import { trainObserver } from "./train.ts";

const program = join(packageRoot, "examples/faces/faces.causal");
const image = "Face";
/** those whose effect on the picture is shown below */
const shown = ["Male", "Mustache", "Bald", "Eyeglasses", "Smiling"] as const;
const picturesRead = 1000;

export const demo: Command = {
  name: "demo",
  usage: "[--out RUN]",
  summary: "train faces, ask do-queries and draw the paper's figure (some minutes)",
  details:
    "Trains examples/faces/faces.causal: the labels by maximum likelihood, CausalGAN for the image, and a classifier that judges it. A run that is there already is continued or used as it is.",
  options: {
    out: { type: "string", value: "RUN", help: "the run directory (default runs/demo)" },
    steps: { type: "string", value: "N", help: "steps of every stage, for a quick look at a poor result" },
    device: deviceOption,
  },
  examples: ["npm run demo", "causal repl runs/demo"],
  async run(invocation, io) {
    const out = stringFlag(invocation, "out") ?? join("runs", "demo");
    const steps = integerFlag(invocation, "steps", 1, 1e9);
    const lazy = executorOf(invocation);
    const began = performance.now();
    try {
      const executor = await lazy.get();
      io.out(`program: ${relative(process.cwd(), program)}\n`);
      const { interrupted } = await trainProject(requireSound(openProject(program)), {
        out,
        executor,
        resume: isRunDirectory(out),
        ...(steps === undefined ? {} : { steps }),
        signal: io.signal,
        observer: trainObserver(io, executor),
      });
      if (interrupted) {
        io.err("stopped; run the demo again to continue\n");
        return exitCodes.interrupted;
      }
      const run = openRun(out, async () => stoppable(await lazy.get(), io.signal));
      const world = run.worlds.get("Faces")!;
      const classifier = run.classifiers.get(`Faces.${image}`)!;
      askTable(world, io);
      await readTable(world, classifier, io);
      await figure(world, join(out, "mustache.png"), io);
      io.out(`\ntook ${formatDuration((performance.now() - began) / 1000)}\n`);
      io.out(`next: causal repl ${out}        (from a clone: npm run causal -- repl ${out})\n`);
      return exitCodes.well;
    } finally {
      await lazy.close();
    }
  },
};

/** Seeing against doing, exactly, from the learned labels. */
function askTable(world: World, io: Io): void {
  const rows = [
    ["Male", "Mustache"],
    ["Male", "Bald"],
    ["Male", "Wearing_Lipstick"],
    ["Young", "Eyeglasses"],
    ["Smiling", "Mouth_Slightly_Open"],
    ["Smiling", "Narrow_Eyes"],
  ].map(([target, cause]) => {
    const value = (given: string) => (ask(world, `P(${target} | ${given})`).value as number).toFixed(3);
    return [`P(${target} | ${cause})`, value(`${cause} = true`), value(`do(${cause} = true)`)];
  });
  io.out(`\nlabels, exactly: seeing and doing\n${table(["", "observe", "do"], rows)}\n`);
}

/** What a classifier that was trained on other faces reads off the drawn ones. */
async function readTable(world: World, classifier: TrainedStage, io: Io): Promise<void> {
  const node = nodeOf(world.model, image);
  const judge = judgeOf(classifier, parentsOf(world.model, image), { origin: "program", trainedOn: "", seed: 1 });
  const options = { count: picturesRead, seed: 1, kept: 0 };
  /** shares of pictures on which labels are read as true */
  const read = async (kind: "do" | "observe", name: string, value: 0 | 1) => {
    const drawn = await drawRegime(world, node, judge, { kind, node: nodeOf(world.model, name), value }, options);
    return (label: string, state = 1) =>
      drawn === null ? "-" : shareOf(drawn.columns[label]!, state, drawn.count).value.toFixed(3);
  };
  const rows: string[][] = [];
  for (const name of shown) {
    const [on, off, seen] = [await read("do", name, 1), await read("do", name, 0), await read("observe", name, 1)];
    rows.push([name, on(name), off(name, 0), on("Male"), seen("Male")]);
  }
  io.out(`\nfaces, as a classifier reads them off ${picturesRead} pictures a row\n`);
  io.out(`${table(["X", "X read after do(X)", "not X after do(not X)", "Male after do(X)", "Male given X"], rows)}\n`);
}

/** The figure of the paper: interventions above, observations below. */
async function figure(world: World, path: string, io: Io): Promise<void> {
  const drawn = [];
  for (const text of [`20 ${image} | do(Mustache = true)`, `20 ${image} | Mustache = true`]) {
    drawn.push({ world, caption: text.slice(3), drawing: await draw(world, text) });
  }
  io.out(`\n${await saveGrid(gridRows(drawn), path, "do(Mustache = true) above, Mustache = true below", io, 10)}\n`);
}
