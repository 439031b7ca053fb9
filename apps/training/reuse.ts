/**
 * Reuse of what another run has trained. A controller is taken where its learned nodes are the same as here by name, states
 * and parents, and its tables have the shapes that they need; an image only where all of its training is the same.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CausalModel, nodeOf } from "#compiler/causal/model";
import { printType, statesOf } from "#lang/types/type";
import type { Tensors } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { decodePlan, encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { sizeOf } from "#runtime/tensor";
import { projectOfFiles } from "../api/project.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import {
  type Manifest,
  planNameOf,
  readManifest,
  readWeights,
  type StageRecord,
  stageKey,
  withStage,
  writeManifest,
} from "../files/run-directory.ts";
import { fitted } from "./stage.ts";

/** A stage that was taken, or why it was not. */
export interface Reused {
  readonly target: string;
  readonly regime: string;
  readonly refusal: string | null;
}

export interface Reuse {
  /** the run that is taken from */
  readonly from: string;
  readonly out: string;
  readonly models: ReadonlyMap<string, CausalModel>;
  /** by stage key, of the image stages of this program */
  readonly planned: ReadonlyMap<string, { readonly plan: TrainingPlan; readonly fingerprint: string }>;
  /** keys of stages that are to be trained whatever there is */
  readonly trained: ReadonlySet<string>;
}

export interface ReuseOutcome {
  readonly manifest: Manifest;
  readonly models: ReadonlyMap<string, CausalModel>;
  readonly reused: readonly Reused[];
}

/** Copies what fits into the run directory. Throws RuntimeFault: missing-file, corrupt-checkpoint, no-space; not-ready where nothing fits. */
export async function reuseStages(before: Manifest, reuse: Reuse): Promise<ReuseOutcome> {
  const { from, out } = reuse;
  const source = readManifest(from);
  const theirs = projectOfFiles(source.program.files).models;
  const models = new Map(reuse.models);
  const reused: Reused[] = [];
  let manifest = before;
  for (const record of source.stages) {
    const { target, regime } = record;
    const key = stageKey(record);
    if (manifest.stages.some((stage) => stageKey(stage) === key) || reuse.trained.has(key)) continue;
    const modelName = target.slice(0, target.indexOf("."));
    const [ours, other] = [models.get(modelName), theirs.get(modelName)];
    const weights = record.done ? readWeights(from, record) : null;
    const refusal =
      weights === null
        ? `it is at step ${record.step} of ${record.steps}`
        : ours === undefined || other === undefined
          ? `there is no model ${modelName} here`
          : target.endsWith(".labels")
            ? whyNotLabels(ours, other, weights)
            : await whyNotImage(from, record, reuse);
    reused.push({ target, regime, refusal });
    if (refusal !== null) continue;
    manifest = withStage(manifest, await copyStage(record, from, out, source));
    await writeManifest(out, manifest);
    models.set(modelName, fitted(ours!, weights!));
  }
  if (reused.every(({ refusal }) => refusal !== null) && manifest === before && reused.length > 0) {
    throw new RuntimeFault(
      "not-ready",
      `nothing of ${from} can be used here: ${reused.map(({ target, refusal }) => `${target}: ${refusal}`).join("; ")}`,
      "leave out --from, or make the model as it is in that run",
    );
  }
  return { manifest, models, reused };
}

/** Null where the tables of the other model fit into ours. */
export function whyNotLabels(ours: CausalModel, theirs: CausalModel, weights: Tensors): string | null {
  const learned = ours.nodes.filter(({ mechanism, type }) => mechanism.kind === "learned" && type.kind !== "image");
  if (learned.length === 0) return "no label is learned here";
  for (const { name, type, parents } of learned) {
    const other = theirs.nodes.find((node) => node.name === name);
    if (other === undefined) return `it has no ${name}`;
    if (printType(other.type) !== printType(type)) {
      return `${name} is ${printType(other.type)} there and ${printType(type)} here`;
    }
    if (other.parents.join() !== parents.join()) {
      return `${name} has the parents (${other.parents.join(", ")}) there and (${parents.join(", ")}) here`;
    }
    for (const parent of parents) {
      const [there, here] = [nodeOf(theirs, parent), nodeOf(ours, parent)].map((node) => printType(node.type));
      if (there !== here) return `${parent} is ${there} there and ${here} here`;
    }
    const rows = parents.reduce((product, parent) => product * (statesOf(nodeOf(ours, parent).type)?.length ?? 1), 1);
    const table = weights[`table/${name}`];
    if (table === undefined) return `it has no table of ${name}`;
    if (sizeOf(table.shape) !== rows * statesOf(type)!.length) {
      return `the table of ${name} has the shape [${table.shape.join(", ")}]`;
    }
  }
  const extra = Object.keys(weights).find((entry) => {
    const node = entry.startsWith("table/") ? entry.slice("table/".length) : null;
    return node !== null && !learned.some(({ name }) => name === node);
  });
  return extra === undefined ? null : `${extra.slice("table/".length)} is learned there and not here`;
}

async function whyNotImage(from: string, record: StageRecord, { planned }: Reuse): Promise<string | null> {
  const ours = planned.get(stageKey(record));
  if (ours === undefined) return "no train statement asks for it here";
  if (ours.fingerprint !== record.data.fingerprint) return "it was trained on other data";
  const theirs = decodePlan(await readFile(join(from, record.plan), "utf8"));
  return withoutOrigins(theirs) === withoutOrigins(ours.plan) ? null : "its network or its training is not the same";
}

/** Where in the text something stands does not matter. */
function withoutOrigins(plan: TrainingPlan): string {
  const programs = Object.entries(plan.programs).map(([name, program]) => {
    return [name, { ...program, nodes: program.nodes.map((node) => ({ ...node, origin: null })) }] as const;
  });
  return encodePlan({ ...plan, programs: Object.fromEntries(programs) });
}

async function copyStage(record: StageRecord, from: string, out: string, source: Manifest): Promise<StageRecord> {
  const { target } = record;
  for (const name of [record.weights, record.plan]) {
    await writeFileAtomic(join(out, name), await readFile(join(from, name)));
  }
  return {
    ...record,
    plan: planNameOf(record),
    checkpoints: record.checkpoints.slice(-1),
    from: record.from ?? { run: from, target, sha256: source.program.sha256 },
  };
}
