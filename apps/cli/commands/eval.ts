/** `causal eval`: how good a trained run is, in numbers, JSON and a report with figures. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeReport } from "../../eval/report.ts";
import { evaluate, type EvaluateObserver } from "../../eval/evaluate.ts";
import {
  type Command,
  exitCodes,
  type Io,
  integerFlag,
  listFlag,
  onePositional,
  stringFlag,
  UsageError,
} from "../command.ts";
import { evaluationText } from "../evaluation-text.ts";
import {
  checkpointChoice,
  checkpointOption,
  dataOption,
  dataPaths,
  deviceOption,
  executorOf,
  modelOption,
} from "../open.ts";
import { type ProgressLine, progressLine, readingLine } from "../progress.ts";
import { formatDuration } from "../text.ts";
import { readManifest } from "../../files/run-directory.ts";
import { projectOfFiles } from "../../api/project.ts";

/** Fewer pictures say nothing. */
const leastSamples = 20;
const mostSamples = 50_000;

export const evalCommand: Command = {
  name: "eval",
  usage: "RUN [--out DIR]",
  summary: "measure how good a trained run is, and report it with figures",
  details:
    "Label distances, what seeing and doing say, and for images: whether every do() shows and what it leaves alone (read by a classifier), FID and KID, diversity, rare combinations, copies. Without the data, what can be measured without them. A classifier that is trained for this is kept for all runs with the same data.",
  options: {
    out: {
      type: "string",
      short: "o",
      value: "DIR",
      help: "write a report there: index.html, evaluation.json and the figures as PNG",
    },
    samples: {
      type: "string",
      value: "N",
      help: "pictures drawn for each intervention and observation (default 1000)",
    },
    seed: { type: "string", value: "N", help: "of the draws and of the classifier (default 1)" },
    data: dataOption,
    model: modelOption,
    checkpoint: checkpointOption,
    json: { type: "boolean", help: "print everything as one JSON object on standard output" },
    device: deviceOption,
  },
  examples: [
    "causal eval runs/faces --out report",
    "causal eval runs/celeba --data celeba=list_attr_celeba.txt --json > evaluation.json",
  ],
  async run(invocation, io) {
    const directory = onePositional(invocation, "RUN");
    if (existsSync(directory) && statSync(directory).isFile()) {
      throw new UsageError(`${directory} is a file; train it and name the run directory`);
    }
    const project = projectOfFiles(readManifest(directory).program.files);
    const model = stringFlag(invocation, "model");
    if (model !== undefined && !project.models.has(model)) {
      throw new UsageError(`the program has no model "${model}"; it has ${[...project.models.keys()].join(", ")}`);
    }
    const out = stringFlag(invocation, "out");
    const executor = executorOf(invocation, io);
    const { observer, finish } = evaluationObserver(io);
    try {
      const evaluated = await evaluate({
        directory,
        ...(model === undefined ? {} : { model }),
        samples: integerFlag(invocation, "samples", leastSamples, mostSamples) ?? 1000,
        seed: integerFlag(invocation, "seed", 0, 2 ** 31 - 1) ?? 1,
        executor: executor.get,
        checkpoint: checkpointChoice(invocation),
        data: dataPaths(listFlag(invocation, "data"), [...project.program.data.keys()]),
        figures: out !== undefined,
        signal: io.signal,
        observer,
      });
      finish();
      const { evaluation } = evaluated;
      io.out(invocation.flags.json === true ? `${JSON.stringify(evaluation)}\n` : evaluationText(evaluation));
      if (out !== undefined) {
        const bytes = await writeReport(out, evaluated);
        io.err(
          `report: ${join(out, "index.html")} (${(bytes / 1e6).toFixed(1)} MB), ${evaluated.figures.length} figures beside it\n`,
        );
      }
      return exitCodes.well;
    } finally {
      await executor.close();
    }
  },
};

/** The cost before, and a line of progress for each phase. */
function evaluationObserver(io: Io): { readonly observer: EvaluateObserver; readonly finish: () => void } {
  let line: ProgressLine | null = null;
  const reading = readingLine(io);
  const finish = () => {
    reading.finish();
    line?.finish();
    line = null;
  };
  return {
    finish,
    observer: {
      cost(image, { seconds, memoryBytes, diskBytes }) {
        finish();
        const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
        const disk = diskBytes === 0 ? "" : `, ${mb(diskBytes)} on disk`;
        io.err(`${image}: about ${formatDuration(seconds)}, ${mb(memoryBytes)} of memory${disk}\n`);
      },
      phase(title) {
        finish();
        line = progressLine(io, title, 0);
      },
      progress: ({ step, steps }) => line?.update({ step, steps, metrics: {} }),
      readingPictures: reading.update,
      notice(text) {
        finish();
        io.err(`${text}\n`);
      },
    },
  };
}
