/**
 * The TypeScript API: what the command line does, as functions.
 *
 * ```ts
 * const program = compile(text);
 * program.model("Stones").query("P(Recovered | do(Treatment = A))").value;
 * const run = await program.train({ out: "runs/faces" });
 * const grid = await run.model().do({ Mustache: true }).draw("16 Face");
 * await run.close();
 * ```
 *
 * @module
 */
import type { Answer } from "#compiler/inference/answer";
import type { Posteriors } from "#compiler/inference/posteriors";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { type DeviceName, lazyExecutor } from "../devices.ts";
import type { CheckpointChoice } from "./checkpoints.ts";
import { type PlainValue, plainConditions } from "./conditions.ts";
import { ProgramError } from "./errors.ts";
import { allDiagnostics } from "./lint.ts";
import { openProject, type Project, projectOf, requireSound } from "./project.ts";
import { defaultWorld, openRun, type Run as OpenedRun, runOfProject } from "./run.ts";
import { type TrainOptions, trainProject } from "./training.ts";
import { ask, type AskOptions, askPosteriors, draw, type Drawing, type World } from "./world.ts";

/** How the `train` statements of a program are run. */
export interface TrainSettings extends Omit<TrainOptions, "executor"> {
  /** `auto` by default */
  readonly device?: DeviceName;
}

/** A model under the interventions and observations made so far. Nothing changes it: `do` and `observe` give a new one. */
export interface Model {
  readonly name: string;
  /**
   * The mutilated model. States are given by name, bools also as true and false; stochastic interventions and policies are
   * written as in the language: `do("Dose := Dose / 2")`. Throws a ProgramError.
   */
  do(actions: Readonly<Record<string, PlainValue>> | string): Model;
  /** Conditions on what has been seen, by values or as in the language: `observe("Age > 30, Size ~ {small: 0.2, large: 0.8}")`. Throws a ProgramError. */
  observe(events: Readonly<Record<string, PlainValue>> | string): Model;
  /**
   * Answers a query of the language, e.g. `P(Y | do(X = 1))`. Throws a ProgramError; and RuntimeFault("not-ready") for
   * bounds of counterfactuals, unless `await prepareSolver()` came before.
   */
  query(text: string, options?: AskOptions): Answer;
  /**
   * The posterior of every discrete node: exactly, from one junction tree, where the model is finite. Much cheaper than
   * as many queries. Throws a ProgramError.
   */
  posteriors(options?: AskOptions): Posteriors;
  /** Draws, e.g. `16 Face` or `100 X, Y | Z = 1`. Rejects with a ProgramError or a RuntimeFault. */
  draw(text: string, options?: { readonly seed?: number }): Promise<Drawing>;
}

export interface Run {
  /** The model of that name, or the last one declared. */
  model(name?: string): Model;
  /** Frees the engine that draws pictures. */
  close(): Promise<void>;
}

export interface Program extends Run {
  /** errors and warnings; a program with errors has no models */
  readonly diagnostics: readonly Diagnostic[];
  /** Runs the `train` statements. Rejects with a ProgramError or a RuntimeFault; what was saved before stays. */
  train(settings: TrainSettings): Promise<Run & { readonly interrupted: boolean }>;
}

/** Compiles a text. `name` is what diagnostics call it and where its relative imports start. */
export function compile(text: string, options: { readonly name?: string } = {}): Program {
  return programOf(projectOf(text, options.name));
}

/** Compiles a file. Throws RuntimeFault("missing-file"). */
export function compileFile(path: string): Program {
  return programOf(openProject(path));
}

export interface LoadOptions {
  /** `auto` by default */
  readonly device?: DeviceName;
  /**
   * `last` by default. `best`: of labels the lowest total variation to held-out rows (to training rows where none are), of
   * CausalGAN the lowest loss of the labeler on drawn pictures, of CausalBEGAN the lowest convergence measure. A number: the
   * checkpoint of that step, of the stages that have one.
   */
  readonly checkpoint?: CheckpointChoice;
}

/**
 * What has been trained into a run directory. Throws RuntimeFault: missing-file (also for a step without a checkpoint),
 * corrupt-checkpoint.
 */
export function load(directory: string, { device = "auto", checkpoint = "last" }: LoadOptions = {}): Run {
  const executor = lazyExecutor(device);
  return { ...modelsOf(openRun(directory, executor.get, checkpoint)), close: executor.close };
}

function programOf(project: Project): Program {
  const executor = lazyExecutor("auto");
  return {
    diagnostics: allDiagnostics(project),
    model: (name) => modelsOf(runOfProject(project, executor.get)).model(name),
    close: executor.close,
    async train({ device = "auto", ...settings }) {
      const trainer = lazyExecutor(device);
      try {
        const { interrupted } = await trainProject(requireSound(project), {
          ...settings,
          executor: await trainer.get(),
        });
        return { ...load(settings.out, { device }), interrupted };
      } finally {
        await trainer.close();
      }
    },
  };
}

function modelsOf(run: OpenedRun): Pick<Run, "model"> {
  return {
    model(name) {
      const world = name === undefined ? defaultWorld(run) : run.worlds.get(name);
      if (world === undefined) {
        throw new RangeError(`the program has no model ${name}; it has ${[...run.worlds.keys()].join(", ")}`);
      }
      return modelOf(world);
    },
  };
}

function modelOf(world: World): Model {
  const under = (kind: "do" | "observe", values: Readonly<Record<string, PlainValue>> | string) =>
    modelOf({ ...world, given: [...world.given, ...plainConditions(world, kind, values)] });
  return {
    name: world.model.name,
    do: (actions) => under("do", actions),
    observe: (events) => under("observe", events),
    query: (text, options) => ask(world, text, options),
    posteriors: (options) => askPosteriors(world, options),
    draw: (text, options) => draw(world, text, options),
  };
}

export { prepareSolver } from "#compiler/counterfactual/linear-program";
export type { Answer, Interval } from "#compiler/inference/answer";
export type { NodePosterior, Posteriors } from "#compiler/inference/posteriors";
export type { Diagnostic, Fix, RelatedSpan, Severity } from "#lang/diagnostics/diagnostic";
export type { Source, Span } from "#lang/source";
export { type FaultCode, RuntimeFault } from "#runtime/fault";
export type { Origin } from "#runtime/program/program";
export type { CheckpointChoice } from "./checkpoints.ts";
export type { PlainValue } from "./conditions.ts";
export { ProgramError };
export type { Pictures } from "./images.ts";
export type { TrainObserver } from "./training.ts";
export type { AskOptions, Drawing };
/** The generated data set with its truth: the interventional and counterfactual image of every face. */
export { createFaces, type Faces, type FacesOptions } from "#stdlib/datasets/faces/faces";
export type { Attribute, FaceChanges, FaceLabels } from "#stdlib/datasets/faces/labels";
