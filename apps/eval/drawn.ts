/** Pictures drawn from a trained image node under an intervention or an observation, with what the judge reads off them. */
import type { CausalNode } from "#compiler/causal/model";
import { drawSamples } from "#compiler/inference/draw";
import { statesOf } from "#lang/types/type";
import { plainConditions, type PlainValue } from "../api/conditions.ts";
import { hasErrors, ProgramError } from "../api/errors.ts";
import { generate } from "../api/images.ts";
import type { World } from "../api/world.ts";
import { type Judge, type ReadPictures, readPictures } from "./judge.ts";

/** `all`: as the model has them; the others fix one label. */
export type Regime =
  | { readonly kind: "all" }
  | { readonly kind: "do" | "observe"; readonly node: CausalNode; readonly value: number };

export interface Drawn extends ReadPictures {
  readonly regime: Regime;
  readonly count: number;
  /** the labels that the pictures were drawn with, by node */
  readonly labels: Readonly<Record<string, ArrayLike<number>>>;
  /** the first of the pictures */
  readonly images: readonly Float32Array[];
}

/** "all", "do(X = x)" or "X = x". */
export function regimeName(regime: Regime): string {
  if (regime.kind === "all") return "all";
  const text = `${regime.node.name} = ${statesOf(regime.node.type)![regime.value]}`;
  return regime.kind === "do" ? `do(${text})` : text;
}

/** All pictures, do() of each state of each label, and each state of each label given. */
export function regimesOf(labels: readonly CausalNode[]): readonly Regime[] {
  const each = (kind: "do" | "observe") =>
    labels.flatMap((node) => statesOf(node.type)!.map((_, value): Regime => ({ kind, node, value })));
  return [{ kind: "all" }, ...each("do"), ...each("observe")];
}

/** A state as `plainConditions` takes it. */
export function plainState({ type }: CausalNode, value: number): PlainValue {
  const state = statesOf(type)![value]!;
  return type.kind === "bool" ? value === 1 : type.kind === "int" ? Number(state) : state;
}

export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  /** pictures that are kept; the judge sees all */
  readonly kept: number;
}

/** Null where the observation is impossible or too rare to be drawn. Every regime has the same noise, so that they compare. */
export async function drawRegime(
  world: World,
  image: CausalNode,
  judge: Judge,
  regime: Regime,
  { count, seed, kept }: DrawOptions,
): Promise<Drawn | null> {
  const labels = labelsUnder(world, regime, count, seed);
  if (labels === null) return null;
  const executor = await world.executor();
  const stage = world.generators.get(image.name)!;
  const pictures = await generate(stage, judge.parents, labels, count, { executor, seed });
  const read = await readPictures(judge, pictures.images, executor);
  // copies, so that the others can go
  const images = pictures.images.slice(0, kept).map((picture) => picture.slice());
  return { ...read, regime, count, labels, images };
}

function labelsUnder(world: World, regime: Regime, count: number, seed: number): Drawn["labels"] | null {
  const { vocabulary, program } = world.project;
  const given =
    regime.kind === "all"
      ? []
      : plainConditions(world, regime.kind, { [regime.node.name]: plainState(regime.node, regime.value) });
  const drawn = drawSamples(world.model, [...world.given, ...given], count, { vocabulary, seed });
  if (!("diagnostics" in drawn)) return drawn.columns;
  // an unfitted label is a mistake of the caller, an observation that does not happen is a fact about the model
  if (regime.kind !== "observe" && hasErrors(drawn.diagnostics)) {
    throw new ProgramError(drawn.diagnostics, program.sources);
  }
  return null;
}
