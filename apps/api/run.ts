/** Worlds from a program or from a run directory. */
import type { CausalModel } from "#compiler/causal/model";
import { parseDraw, parseQuery } from "#lang/syntax/parse";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import {
  type CheckpointRecord,
  readCheckpoint,
  readManifest,
  readPlan,
  type StageRecord,
} from "../files/run-directory.ts";
import { type CheckpointChoice, checkpointOf, requireCheckpoint } from "./checkpoints.ts";
import type { TrainedStage } from "./images.ts";
import { type Project, projectOfFiles, requireSound } from "./project.ts";
import { fitted } from "../training/stage.ts";
import type { World } from "./world.ts";

export interface Run {
  readonly project: Project;
  readonly worlds: ReadonlyMap<string, World>;
  /** trained classifiers, by "Model.Image" */
  readonly classifiers: ReadonlyMap<string, TrainedStage>;
  /** what was read of each stage */
  readonly checkpoints: readonly { readonly stage: StageRecord; readonly checkpoint: CheckpointRecord }[];
}

/** The models of a program as they stand in its text: nothing is learned yet. */
export function runOfProject(project: Project, executor: () => Promise<Executor>): Run {
  requireSound(project);
  const worlds = new Map(
    [...project.models].map(([name, model]) => [name, { project, model, generators: new Map(), given: [], executor }]),
  );
  return { project, worlds, classifiers: new Map(), checkpoints: [] };
}

/** What has been trained so far into a run directory. Throws RuntimeFault: missing-file, corrupt-checkpoint. */
export function openRun(directory: string, executor: () => Promise<Executor>, choice: CheckpointChoice = "last"): Run {
  const manifest = readManifest(directory);
  requireCheckpoint(directory, manifest.stages, choice);
  const project = requireSound(projectOfFiles(manifest.program.files));
  const { regimes } = project.program.signatures;
  const checkpoints: Run["checkpoints"][number][] = [];
  const models = new Map<string, CausalModel>(project.models);
  const generators = new Map<string, Map<string, TrainedStage>>();
  const classifiers = new Map<string, TrainedStage>();
  const trained = new Map<string, World["trained"]>();
  for (const record of manifest.stages) {
    const dot = record.target.indexOf(".");
    const [modelName, part] = [record.target.slice(0, dot), record.target.slice(dot + 1)];
    const checkpoint = checkpointOf(record, choice, regimes.get(record.regime)?.reads === true);
    checkpoints.push({ stage: record, checkpoint });
    const state = readCheckpoint(directory, checkpoint);
    const model = models.get(modelName);
    if (model === undefined) {
      throw new RuntimeFault(
        "corrupt-checkpoint",
        `${directory} has weights of ${record.target}, which its program does not declare`,
        "the manifest was edited; restore it from a copy, or train again",
      );
    }
    models.set(modelName, fitted(model, state));
    if (record.data.states !== undefined) trained.set(modelName, record.data.states);
    if (part === "labels") continue;
    const stage = { plan: readPlan(directory, record), state };
    if (stage.plan.draw !== null) {
      const known = generators.get(modelName) ?? new Map<string, TrainedStage>();
      generators.set(modelName, known.set(part, stage));
    }
    if (stage.plan.predict !== null) classifiers.set(record.target, stage);
  }
  const worlds = new Map(
    [...models].map(([name, model]) => [
      name,
      {
        project,
        model,
        generators: generators.get(name) ?? new Map(),
        given: [],
        ...(trained.has(name) ? { trained: trained.get(name)! } : {}),
        executor,
      },
    ]),
  );
  return { project, worlds, classifiers, checkpoints };
}

/** The world that the text of a query is about: the one that it names (`... in Model`), else `fallback`. */
export function worldOfQuery(run: Run, text: string, fallback: World): World {
  return run.worlds.get(parseQuery({ name: "query", text }).model?.text ?? "") ?? fallback;
}

/** As `worldOfQuery`, for a drawing. */
export function worldOfDraw(run: Run, text: string, fallback: World): World {
  return run.worlds.get(parseDraw({ name: "draw", text }).draw.model?.text ?? "") ?? fallback;
}

/** The world that is meant when no model is named: the only one, or else the last one declared. */
export function defaultWorld(run: Run): World {
  const world = [...run.worlds.values()].at(-1);
  if (world === undefined) {
    throw new RuntimeFault(
      "bad-file",
      "the program declares no model",
      "write one, e.g. model M { sample X : bool ~ Bernoulli(0.5) }",
    );
  }
  return world;
}
