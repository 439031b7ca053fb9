/**
 * How good a state of a stage is while it is trained: distances of the labels, or a grid of pictures, of fixed labels and
 * noise, so that steps can be compared. When that is looked at is up to `stage.ts`.
 */
import { fitModel } from "#compiler/causal/fit";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { Executor } from "#runtime/executor";
import { forward } from "#runtime/forward";
import { inputsOf } from "#runtime/program/program";
import { createStream } from "#runtime/random";
import type { ReadState } from "#runtime/train";
import { labelsOf, type OpenData } from "../api/data.ts";
import { generate, type TrainedStage } from "../api/images.ts";
import { labelReport } from "../eval/label-report.ts";
import { imageGrid } from "../files/grid.ts";
import type { Picture } from "../files/images.ts";
import type { Selection } from "../files/run-directory.ts";

export interface Assessment {
  /** by name; empty where nothing can be measured */
  readonly scores: Readonly<Record<string, number>>;
  readonly grid: Picture | null;
}

export interface Assessor {
  /** which of the scores, or of the plan's metrics, the best checkpoint is chosen by */
  readonly selection: Selection | null;
  assess(step: number, readState: ReadState): Promise<Assessment>;
}

/** What is assessed; `model` is the causal model with the stages before fitted into it. */
export interface Subject {
  readonly plan: TrainedStage["plan"];
  readonly data: OpenData;
  readonly model: CausalModel;
  /** "labels", or the image node */
  readonly part: string;
  /** the nodes that the stage reads from the data */
  readonly nodes: readonly CausalNode[];
  readonly seed: number;
  readonly executor: Executor;
}

export const scoreNames = {
  heldOut: "total variation to held-out rows",
  training: "total variation to training rows",
} as const;

const gridPictures = 32;
const gridColumns = 8;

export function createAssessor(subject: Subject): Assessor {
  const { plan, part } = subject;
  const chosen = plan.metrics.find((metric) => metric.selects !== undefined);
  const named: Selection | null = chosen === undefined ? null : { metric: chosen.label, best: chosen.selects! };
  if (part === "labels" && plan.tables !== null) return labelAssessor(subject, named);
  if (part !== "labels" && plan.draw !== null) return pictureAssessor(subject, named);
  return { selection: named, assess: async () => ({ scores: {}, grid: null }) };
}

/** Entries of the state that a program of the plan reads. */
function entriesOf({ state, programs }: Subject["plan"], keys: readonly string[]): readonly string[] {
  const read = new Set(keys.flatMap((key) => inputsOf(programs[key]!).map(({ name }) => name)));
  return state.map(({ name }) => name).filter((name) => read.has(name));
}

function labelAssessor({ plan, data, model, nodes, seed, executor }: Subject, named: Selection | null): Assessor {
  const tables = plan.tables!;
  const names = entriesOf(plan, [tables.program]);
  const labels = labelsOf(data, nodes);
  const metric = data.heldOut.length > 0 ? scoreNames.heldOut : scoreNames.training;
  return {
    selection: named ?? { metric, best: "lowest" },
    async assess(_step, readState) {
      const results = await forward(plan, tables, await readState(names), { executor, seed, inputs: {} });
      const fit = Object.entries(results).map(([node, { data: table }]) => [node, Float64Array.from(table)] as const);
      const report = labelReport(fitModel(model, new Map(fit)), data, labels);
      if (report === null) return { scores: {}, grid: null };
      const scores = {
        [scoreNames.training]: report.training.tvd,
        ...(report.heldOut === null ? {} : { [scoreNames.heldOut]: report.heldOut.tvd }),
      };
      return { scores, grid: null };
    },
  };
}

function pictureAssessor({ plan, data, part, nodes, seed, executor }: Subject, named: Selection | null): Assessor {
  const { columns: all } = labelsOf(data, nodes);
  const names = entriesOf(plan, [plan.draw!.program]);
  const order = createStream(seed, "samples", data.training.length).permutation(data.training.length);
  const rows = Array.from(order.subarray(0, gridPictures), (i) => data.training[i]!);
  const columns = Object.fromEntries(
    Object.entries(all).map(([name, column]) => [name, rows.map((row) => column[row]!)]),
  );
  return {
    selection: named,
    async assess(step, readState) {
      const stage = { plan, state: await readState(names) };
      const { images, height, channels } = await generate(stage, nodes, columns, rows.length, { executor, seed });
      const grid = imageGrid({
        rows: [{ caption: "", images }],
        size: height,
        channels,
        columns: gridColumns,
        title: `${part} after step ${step}`,
      });
      return { scores: {}, grid };
    },
  };
}
