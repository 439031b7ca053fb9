/** Worlds from a program or from a run directory. */
import type { CausalModel } from "#compiler/causal/model";
import { parseDraw, parseQuery } from "#lang/syntax/parse";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { readManifest, readPlan, readWeights } from "../files/run-directory.ts";
import type { TrainedStage } from "./images.ts";
import { type Project, projectOfFiles, requireSound } from "./project.ts";
import { fitted } from "../training/stage.ts";
import type { World } from "./world.ts";

export interface Run {
  readonly project: Project;
  readonly worlds: ReadonlyMap<string, World>;
  /** trained classifiers, by "Model.Image" */
  readonly classifiers: ReadonlyMap<string, TrainedStage>;
}

/** The models of a program as they stand in its text: nothing is learned yet. */
export function runOfProject(project: Project, executor: () => Promise<Executor>): Run {
  requireSound(project);
  const worlds = new Map(
    [...project.models].map(([name, model]) => [name, { project, model, generators: new Map(), given: [], executor }]),
  );
  return { project, worlds, classifiers: new Map() };
}

/** What has been trained so far into a run directory. Throws RuntimeFault: missing-file, corrupt-checkpoint. */
export function openRun(directory: string, executor: () => Promise<Executor>): Run {
  const manifest = readManifest(directory);
  const project = requireSound(projectOfFiles(manifest.program.files));
  const models = new Map<string, CausalModel>(project.models);
  const generators = new Map<string, Map<string, TrainedStage>>();
  const classifiers = new Map<string, TrainedStage>();
  const trained = new Map<string, World["trained"]>();
  for (const record of manifest.stages) {
    const dot = record.target.indexOf(".");
    const [modelName, part] = [record.target.slice(0, dot), record.target.slice(dot + 1)];
    const state = readWeights(directory, record);
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
  return { project, worlds, classifiers };
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
