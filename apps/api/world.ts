/**
 * A model that can be asked and drawn from, under the interventions and observations made so far. `intervene` and
 * `observe` give a new world and leave this one as it is; trained generators are shared.
 */
import type { CausalModel } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { posteriors, type Posteriors } from "#compiler/inference/posteriors";
import { answer } from "#compiler/inference/query";
import { type SharedMarginals, shareMarginals } from "#compiler/inference/shared";
import { drawSamples } from "#compiler/inference/draw";
import { defaultLimit } from "#compiler/plan/query-plan";
import { analyzeDraw, analyzeQuery } from "#lang/analyze";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { Condition, DrawStatement, QueryExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { hasErrors, ProgramError } from "./errors.ts";
import type { Pictures, TrainedStage } from "./images.ts";
import { picturesOf, requirePictures } from "./pictures.ts";
import type { Project } from "./project.ts";

export interface AskOptions {
  /** for what cannot be answered exactly; 100,000 by default */
  readonly samples?: number;
  readonly seed?: number;
}

export interface Drawing {
  /** the image nodes that were asked for, by name */
  readonly pictures: Readonly<Record<string, Pictures>>;
  /** all other nodes: indices of states, or numbers; one entry a draw */
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly count: number;
  readonly seed: number;
}

/** Every node of every draw is kept, and printed as text. */
const mostDraws = 1_000_000;

/** What a world is made of; plain data but for the executor, which is opened when the first picture is drawn. */
export interface World {
  readonly project: Project;
  readonly model: CausalModel;
  /** trained generators by image node */
  readonly generators: ReadonlyMap<string, TrainedStage>;
  readonly given: readonly Condition[];
  /** by learned node, how many rows of the training data had each of its states; absent where nothing is trained */
  readonly trained?: Readonly<Record<string, readonly number[]>>;
  readonly executor: () => Promise<Executor>;
}

/** Answers a query written in the language, e.g. `P(Y | do(X = 1))`. Throws a ProgramError. */
export function ask(world: World, text: string, options: AskOptions = {}): Answer {
  const analyzed = analyzeQuery(text, world.project.program, world.model.name);
  const sources = withSource(world, analyzed.source);
  if (hasErrors(analyzed.diagnostics)) throw new ProgramError(analyzed.diagnostics, sources);
  return askQuery(world, analyzed.query, options, sources);
}

export function askQuery(
  world: World,
  query: QueryExpr,
  { samples = 100_000, seed = 1 }: AskOptions,
  sources: ReadonlyMap<string, Source>,
  previous: ReadonlyMap<string, Answer> = new Map(),
  shared: SharedMarginals = new Map(),
): Answer {
  const result = answer(world.model, query, {
    vocabulary: world.project.vocabulary,
    samples,
    seed,
    previous,
    shared,
    extraGiven: world.given,
    sources,
  });
  if ("diagnostics" in result) throw new ProgramError(result.diagnostics, sources);
  return result.answer;
}

/** What one calibration can tell of several queries about a world, for `askQuery`. */
export function sharedAnswers(world: World, queries: readonly QueryExpr[]): SharedMarginals {
  const { vocabulary } = world.project;
  return shareMarginals(world.model, queries, { vocabulary, limit: defaultLimit, extraGiven: world.given });
}

/** The posterior of every discrete node under the conditions of the world, from one calibration where that is possible. */
export function askPosteriors(
  world: World,
  { samples = 100_000, seed = 1 }: AskOptions = {},
  sources: ReadonlyMap<string, Source> = world.project.program.sources,
): Posteriors {
  const { vocabulary } = world.project;
  const result = posteriors(world.model, world.given, { vocabulary, samples, seed, limit: defaultLimit });
  if ("diagnostics" in result) throw new ProgramError(result.diagnostics, sources);
  return result;
}

/** Draws as `16 Face | do(Mustache = true)` says. Throws a ProgramError or a RuntimeFault. */
export async function draw(world: World, text: string, options: { readonly seed?: number } = {}): Promise<Drawing> {
  const analyzed = analyzeDraw(text, world.project.program, world.model.name);
  const sources = withSource(world, analyzed.source);
  if (hasErrors(analyzed.diagnostics)) throw new ProgramError(analyzed.diagnostics, sources);
  return drawStatement(world, analyzed.draw, options, sources);
}

export async function drawStatement(
  world: World,
  statement: DrawStatement,
  options: { readonly seed?: number },
  sources: ReadonlyMap<string, Source>,
): Promise<Drawing> {
  const seed = options.seed ?? statement.seed?.value ?? 1;
  const count = statement.count.value;
  if (count > mostDraws) {
    throw new RuntimeFault(
      "memory",
      `${count} draws are more than fit into memory at once (${mostDraws})`,
      "draw fewer, or in several parts with other seeds",
    );
  }
  const { vocabulary } = world.project;
  const images = statement.variables
    .map((variable) => variable.name.text)
    .filter((name) => world.model.nodes.some((node) => node.name === name && node.type.kind === "image"));
  requirePictures(world, images);
  const drawn = drawSamples(world.model, [...world.given, ...statement.given], count, { vocabulary, seed });
  if ("diagnostics" in drawn) throw new ProgramError(drawn.diagnostics, sources);
  const pictures =
    images.length === 0
      ? {}
      : await picturesOf(world, images, drawn.columns, count, { executor: await world.executor(), seed });
  return { pictures, columns: drawn.columns, count, seed };
}

/** The spelling of the value at a draw: the name of a state, or a number. */
export function spell(model: CausalModel, name: string, value: number): string {
  const node = model.nodes.find((other) => other.name === name)!;
  return statesOf(node.type)?.[value] ?? String(value);
}

function withSource(world: World, source: Source): ReadonlyMap<string, Source> {
  return new Map([...world.project.program.sources, [source.name, source]]);
}

/** The warnings and errors of a text against a world's program, without asking it. */
export function diagnoseQuery(world: World, text: string): readonly Diagnostic[] {
  return analyzeQuery(text, world.project.program, world.model.name).diagnostics;
}
