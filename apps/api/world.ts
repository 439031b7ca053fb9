/**
 * A model that can be asked and drawn from, under the interventions and observations made so far. `intervene` and
 * `observe` give a new world and leave this one as it is; trained generators are shared.
 */
import type { CausalModel } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { posteriors, type Posteriors } from "#compiler/inference/posteriors";
import { answer } from "#compiler/inference/query";
import { type SharedMarginals, shareMarginals } from "#compiler/inference/shared";
import { printVariable } from "#compiler/causal/print-expression";
import { drawWorlds, isImaginedDraw, type WorldSamples } from "#compiler/counterfactual/draw";
import { drawSamples } from "#compiler/inference/draw";
import { defaultLimit } from "#compiler/plan/query-plan";
import { analyzeDraw, analyzeQuery } from "#lang/analyze";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { Condition, CounterfactualVariable, DrawStatement, QueryExpr } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
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
  /** the images that were asked for, by name: `Face`, or `Face[Mustache = true]` */
  readonly pictures: Readonly<Record<string, Pictures>>;
  /**
   * all other nodes: indices of states, or numbers; one entry a draw. With counterfactual variables: these by what was
   * written, `Y[X = 1]`, and the nodes of the factual world that they and the conditions have to do with
   */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** what the values of each column are */
  readonly types: Readonly<Record<string, NodeType>>;
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
  const { variables } = statement;
  const given = [...world.given, ...statement.given];
  const isImage = ({ name }: CounterfactualVariable) => typeIn(world.model, name.text)?.kind === "image";
  requirePictures(
    world,
    variables.filter(isImage).map(({ name }) => name.text),
  );
  const drawn = sample(world, variables, given, count, seed);
  if ("diagnostics" in drawn) throw new ProgramError(drawn.diagnostics, sources);
  const { model } = drawn;
  const images = new Map(
    variables.flatMap((variable, i) => (isImage(variable) ? [[labelOf(variable), drawn.names[i]!]] : [])),
  );
  const columns = Object.fromEntries(
    world.model.nodes.flatMap(({ name }) => (Object.hasOwn(drawn.columns, name) ? [[name, drawn.columns[name]!]] : [])),
  );
  const types = Object.fromEntries(Object.keys(columns).map((name) => [name, typeIn(world.model, name)!]));
  for (const [i, variable] of variables.entries()) {
    if (isImage(variable)) continue;
    columns[labelOf(variable)] = drawn.columns[drawn.names[i]!]!;
    types[labelOf(variable)] = typeIn(model, drawn.names[i]!)!;
  }
  if (images.size === 0) return { pictures: {}, columns, types, count, seed };
  const executor = await world.executor();
  const made = await picturesOf({ ...world, model }, [...images.values()], drawn.columns, count, {
    executor,
    seed,
    origins: drawn.origins,
  });
  const pictures = Object.fromEntries([...images].map(([label, name]) => [label, made[name]!]));
  return { pictures, columns, types, count, seed };
}

/** How a variable is called among what was drawn: as it was written. */
const labelOf = (variable: CounterfactualVariable): string =>
  variable.actions.length === 0 ? variable.name.text : printVariable(variable);

/** Joint samples of the world under its conditions, or of several worlds side by side. */
function sample(
  { model, project: { vocabulary } }: World,
  variables: readonly CounterfactualVariable[],
  given: readonly Condition[],
  count: number,
  seed: number,
): WorldSamples | { readonly diagnostics: readonly Diagnostic[] } {
  const options = { vocabulary, seed };
  if (isImaginedDraw(variables, given)) return drawWorlds(model, variables, given, count, options);
  const drawn = drawSamples(model, given, count, options);
  return "diagnostics" in drawn
    ? drawn
    : { ...drawn, model, names: variables.map(({ name }) => name.text), origins: new Map() };
}

const typeIn = (model: CausalModel, name: string): NodeType | undefined =>
  model.nodes.find((node) => node.name === name)?.type;

/** The spelling of the value at a draw: the name of a state, or a number. */
export function spell({ types }: Drawing, name: string, value: number): string {
  return statesOf(types[name]!)?.[value] ?? String(value);
}

function withSource(world: World, source: Source): ReadonlyMap<string, Source> {
  return new Map([...world.project.program.sources, [source.name, source]]);
}

/** The warnings and errors of a text against a world's program, without asking it. */
export function diagnoseQuery(world: World, text: string): readonly Diagnostic[] {
  return analyzeQuery(text, world.project.program, world.model.name).diagnostics;
}
