/** `causal train`: fits everything the program's `train` statements name, into a run directory. */
import { basename, join } from "node:path";
import { type CausalModel, nodeOf } from "#compiler/causal/model";
import type { CheckedTrain } from "#lang/checked";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { sizeOf } from "#runtime/tensor";
import { labelsOf } from "../../api/data.ts";
import { openProject, requireSound } from "../../api/project.ts";
import {
  defaults,
  type PlannedStage,
  trainProject,
  type TrainObserver,
  type TrainOptions,
} from "../../api/training.ts";
import { labelReport } from "../../eval/label-report.ts";
import type { StageRecord } from "../../files/run-directory.ts";
import { chooseTrains } from "../../training/choose.ts";
import { parametersOf, type Stage } from "../../training/stage.ts";
import {
  type Command,
  exitCodes,
  type Invocation,
  type Io,
  integerFlag,
  listFlag,
  onePositional,
  stringFlag,
  UsageError,
} from "../command.ts";
import { dataOption, dataPaths, deviceOption, executorOf } from "../open.ts";
import { type ProgressLine, progressLine, readingLine } from "../progress.ts";
import { reportFault } from "../report.ts";
import { formatBytes, formatDuration } from "../text.ts";

export const train: Command = {
  name: "train",
  usage: "FILE [--out RUN]",
  summary: "run the train statements of a program",
  details: `Weights, optimizer state and the program go into the run directory RUN (default runs/NAME). Ctrl-C saves a checkpoint and stops; --resume continues to the same bytes as a run that was never stopped. While it trains, RUN/report.html shows how it goes, RUN/metrics.jsonl has the numbers, RUN/samples the pictures, and \`tensorboard --logdir RUN/tensorboard\` both. Checkpoints are made every ${defaults.checkpointSeconds / 60} minutes and at the end of each stage.`,
  options: {
    out: { type: "string", value: "RUN", help: "the run directory (default runs/NAME-OF-THE-FILE)" },
    data: dataOption,
    only: {
      type: "string",
      multiple: true,
      value: "PART",
      help: "train this part alone: labels, an image, or PART.REGIME; other parts of RUN are kept and used",
    },
    from: { type: "string", value: "RUN", help: "take the finished stages of another run where they fit" },
    steps: { type: "string", value: "N", help: "steps of every stage that counts steps, instead of the program's" },
    seed: { type: "string", value: "N", help: "seed of every stage, instead of the program's" },
    resume: { type: "boolean", help: "continue the run in RUN" },
    overwrite: { type: "boolean", help: "replace the run in RUN; with --only, that part of it" },
    "checkpoint-every": {
      type: "string",
      value: "N|TIME",
      help: "a checkpoint every N steps, or every 90s, 5m, 1h (default 3m)",
    },
    keep: {
      type: "string",
      value: "N",
      help: `how many of the last checkpoints are kept, besides the best (default ${defaults.keep})`,
    },
    "sample-every": {
      type: "string",
      value: "N",
      help: "measure, and draw a grid of pictures, every N steps (default: a twentieth of a stage)",
    },
    "no-report": { type: "boolean", help: "write no report.html" },
    "no-tensorboard": { type: "boolean", help: "write no event files" },
    device: deviceOption,
  },
  examples: [
    "causal train faces.causal",
    "causal train celeba.causal --data celeba=list_attr_celeba.txt --out runs/g1",
    "causal train faces.causal --only labels --out runs/labels",
    "causal train faces.causal --from runs/labels --out runs/g2",
  ],
  async run(invocation, io) {
    const file = onePositional(invocation, "FILE");
    const project = requireSound(openProject(file));
    if (project.program.trains.length === 0) throw new UsageError(`${file} has no train statement`);
    const out = stringFlag(invocation, "out") ?? join("runs", basename(file).replace(/\.causal$/, ""));
    const options = trainFlags(invocation, project.program.trains);
    const data = dataPaths(listFlag(invocation, "data"), [...project.program.data.keys()]);
    const lazy = executorOf(invocation);
    let started = 0;
    let saved: StageRecord | null = null;
    try {
      const executor = await lazy.get();
      const observer = trainObserver(io, executor);
      const { interrupted } = await trainProject(project, {
        out,
        executor,
        data,
        ...options,
        signal: io.signal,
        observer: {
          ...observer,
          stageStarted(stage) {
            started++;
            observer.stageStarted?.(stage);
          },
          checkpointed(record) {
            saved = record;
          },
        },
      });
      if (started === 0) io.err("nothing is left to train: all stages of this run are done\n");
      if (interrupted) {
        io.err(`stopped; continue with: causal train ${file} --out ${out} --resume\n`);
        return exitCodes.interrupted;
      }
      io.out(`run: ${out}\n`);
      return exitCodes.well;
    } catch (error) {
      if (!(error instanceof RuntimeFault)) throw error;
      if (error.code === "device") throw lost(error, saved, `${file} --out ${out}`);
      if (error.origin === null && error.code !== "not-a-number") throw error;
      const code = reportFault(error, project.program.sources, io);
      return io.signal.aborted ? exitCodes.interrupted : code;
    } finally {
      await lazy.close();
    }
  },
};

/** Everything that the flags say of a training; throws a UsageError. */
function trainFlags(invocation: Invocation, trains: readonly CheckedTrain[]): Omit<TrainOptions, "out" | "executor"> {
  const { flags } = invocation;
  const only = listFlag(invocation, "only");
  try {
    chooseTrains(trains, only);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`--only: ${error.message}`);
  }
  const given = {
    from: stringFlag(invocation, "from"),
    steps: integerFlag(invocation, "steps", 1, 1e9),
    seed: integerFlag(invocation, "seed", 0, Number.MAX_SAFE_INTEGER),
    keep: integerFlag(invocation, "keep", 1, 1000),
    sampleEvery: integerFlag(invocation, "sample-every", 1, 1e9),
    ...(only.length > 0 ? { only } : {}),
    ...checkpointFlag(stringFlag(invocation, "checkpoint-every")),
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    resume: flags.resume === true,
    overwrite: flags.overwrite === true,
    report: flags["no-report"] !== true,
    tensorboard: flags["no-tensorboard"] !== true,
  };
}

const unitSeconds = { s: 1, m: 60, h: 3600 } as const;

/** Steps, which leave the checkpoints by time as they are, or a time. */
function checkpointFlag(text: string | undefined): Pick<TrainOptions, "checkpointEvery" | "checkpointSeconds"> {
  if (text === undefined) return {};
  const [, digits, unit] = /^([1-9]\d{0,8})([smh]?)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new UsageError(`--checkpoint-every takes a number of steps or a time like 90s, 5m or 1h, not "${text}"`);
  }
  const number = Number(digits);
  return unit === ""
    ? { checkpointEvery: number }
    : { checkpointSeconds: number * unitSeconds[unit as keyof typeof unitSeconds] };
}

/** What the checkpoints of the stages to come need on the disk. */
function diskText(stages: readonly PlannedStage[], checkpoints: number): string {
  const sizes = stages.map(({ plan }) => plan.state.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0));
  const most = sizes.reduce((sum, size) => sum + size, 0) * checkpoints;
  const each = stages.map(({ plan }, i) => `${formatBytes(sizes[i]!)} ${plan.target}`).join(", ");
  return `disk: a checkpoint is ${each}; at most ${formatBytes(most)} in all`;
}

/** An engine that failed in training: what was saved goes on with another one. */
function lost(fault: RuntimeFault, saved: StageRecord | null, what: string): RuntimeFault {
  if (saved === null) return fault;
  const kept = `step ${saved.step} of ${saved.target} is saved`;
  const other = "DEVICE (causal doctor lists them)";
  return new RuntimeFault(
    "device",
    fault.message,
    `${kept}; go on with: causal train ${what} --resume --device ${other}`,
  );
}

/** Shows the stages on standard error, and what a label stage came to. */
export function trainObserver(io: Io, { name, description = name }: Executor): TrainObserver {
  let line: ProgressLine | null = null;
  let announced = false;
  const reading = readingLine(io);
  return {
    notice: (text) => io.err(`${text}\n`),
    readingPictures: reading.update,
    planned: (stages, checkpoints) => io.err(`${diskText(stages, checkpoints)}\n`),
    reused(stages) {
      for (const { target, regime, refusal } of stages) {
        const what = refusal === null ? "taken from the other run" : `not taken: ${refusal}`;
        io.err(`${target} with ${regime}: ${what}\n`);
      }
    },
    fellBack(target, step, lost) {
      for (const message of lost) io.err(`warning: ${message}\n`);
      io.err(`${target}: the checkpoint of step ${step} is whole, and the training goes on from there\n`);
    },
    diverged({ step, from, what }) {
      line?.finish();
      io.err(`${what}\n`);
      const steps = step === from + 1 ? `step ${step}` : `steps ${from + 1} to ${step}`;
      io.err(`running ${steps} again to find where it began (Ctrl-C stops the search)\n`);
    },
    stageStarted({ plan, data, startStep }) {
      reading.finish();
      if (!announced) io.err(`computing on ${description}\n`);
      announced = true;
      const count = parametersOf(plan);
      const size = count === 0 ? "" : `, ${count.toLocaleString("en")} parameters`;
      const from = startStep > 0 ? `, from step ${startStep}` : "";
      io.err(
        `${plan.target} with ${plan.regime}: ${data.training.length.toLocaleString("en")} rows of ${data.name}${size}${from}\n`,
      );
      line = progressLine(io, plan.target, startStep);
    },
    progress: (event) => line?.update(event),
    stageFinished(stage, record, model) {
      line?.finish();
      for (const text of stageSummary(stage, record, model)) io.err(`  ${text}\n`);
    },
  };
}

function stageSummary(stage: Stage, record: StageRecord, model: CausalModel): readonly string[] {
  const took = `done in ${formatDuration(record.seconds)}`;
  if (stage.train.part !== "labels") return [took];
  const labels = labelsOf(
    stage.data,
    stage.labels.map((name) => nodeOf(model, name)),
  );
  const report = labelReport(model, stage.data, labels);
  if (report === null) return [took];
  const { training, heldOut, combinations } = report;
  const distance = `total variation over ${combinations} combinations: ${training.tvd.toFixed(4)} to the training rows`;
  if (heldOut === null) return [took, distance];
  return [
    took,
    `${distance}, ${heldOut.tvd.toFixed(4)} to ${heldOut.rows} rows held out (sampling floor ${heldOut.floor.toFixed(4)})`,
  ];
}
