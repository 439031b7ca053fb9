/** `causal train`: fits everything the program's `train` statements name, into a run directory. */
import { basename, join } from "node:path";
import { type CausalModel, nodeOf } from "#compiler/causal/model";
import { RuntimeFault } from "#runtime/fault";
import type { StageRecord } from "../../files/run-directory.ts";
import { labelReport } from "../../eval/label-report.ts";
import { labelsOf } from "../../api/data.ts";
import { openProject, requireSound } from "../../api/project.ts";
import { type Stage, trainProject, type TrainObserver } from "../../api/training.ts";
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
import { dataOption, dataPaths, deviceOption, executorOf } from "../open.ts";
import { type ProgressLine, progressLine } from "../progress.ts";
import { formatDuration } from "../text.ts";

/** Steps between checkpoints, so that a kill loses minutes at most. */
const checkpointEvery = 500;

export const train: Command = {
  name: "train",
  usage: "FILE [--out RUN]",
  summary: "run the train statements of a program",
  details:
    "Weights, optimizer state and the program go into the run directory RUN (default runs/NAME). Ctrl-C saves a checkpoint and stops; --resume continues to the same bytes as a run that was never stopped.",
  options: {
    out: { type: "string", value: "RUN", help: "the run directory (default runs/NAME-OF-THE-FILE)" },
    data: dataOption,
    steps: { type: "string", value: "N", help: "steps of every stage that counts steps, instead of the program's" },
    seed: { type: "string", value: "N", help: "seed of every stage, instead of the program's" },
    resume: { type: "boolean", help: "continue the run in RUN" },
    overwrite: { type: "boolean", help: "replace the run in RUN" },
    device: deviceOption,
  },
  examples: [
    "causal train faces.causal",
    "causal train celeba.causal --data celeba=list_attr_celeba.txt --out runs/g1",
  ],
  async run(invocation, io) {
    const file = onePositional(invocation, "FILE");
    const project = requireSound(openProject(file));
    if (project.program.trains.length === 0) throw new UsageError(`${file} has no train statement`);
    const out = stringFlag(invocation, "out") ?? join("runs", basename(file).replace(/\.causal$/, ""));
    const steps = integerFlag(invocation, "steps", 1, 1e9);
    const seed = integerFlag(invocation, "seed", 0, Number.MAX_SAFE_INTEGER);
    const lazy = executorOf(invocation, io);
    const observer = trainObserver(io);
    let started = 0;
    let saved: StageRecord | null = null;
    try {
      const { interrupted } = await trainProject(project, {
        out,
        executor: await lazy.get(),
        resume: invocation.flags.resume === true,
        overwrite: invocation.flags.overwrite === true,
        data: dataPaths(listFlag(invocation, "data"), [...project.program.data.keys()]),
        ...(steps === undefined ? {} : { steps }),
        ...(seed === undefined ? {} : { seed }),
        checkpointEvery,
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
        return exitCodes.fault;
      }
      io.out(`run: ${out}\n`);
      return exitCodes.well;
    } catch (error) {
      throw error instanceof RuntimeFault && error.code === "device"
        ? lost(error, saved, `${file} --out ${out}`)
        : error;
    } finally {
      await lazy.close();
    }
  },
};

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
export function trainObserver(io: Io): TrainObserver {
  let line: ProgressLine | null = null;
  return {
    stageStarted({ plan, data, startStep }) {
      const parameters = plan.state.filter((entry) => entry.role === "parameter");
      const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
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
