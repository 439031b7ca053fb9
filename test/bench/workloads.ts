/**
 * What the benchmark times, as plans: one update of a DCGAN, and the steps of the regimes as programs of the language have
 * them. The same steps in PyTorch are in `pytorch`; timing is in the suites.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { projectOf, requireSound } from "#apps/api/project";
import { planTraining } from "#compiler/compile";
import { lowerNetwork } from "#compiler/lower/network";
import { createBuilder, type Value } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import type { NetworkLowering } from "#compiler/vocabulary";
import { parseFile } from "#lang/syntax/parse";
import type { BatchSource } from "#runtime/batches";
import type { Call, Tensors } from "#runtime/executor";
import { createCycle } from "#runtime/feeds";
import { initialState } from "#runtime/parameters";
import type { StateEntry, TrainingPlan } from "#runtime/program/plan";
import type { Program } from "#runtime/program/program";
import { createStream } from "#runtime/random";
import { sizeOf } from "#runtime/tensor";
import { discriminatorLoss, generatorLoss } from "#stdlib/losses/adversarial";
import { adam } from "#stdlib/optimizers/adam";
import { assemble } from "#stdlib/regimes/assemble";
import { parametersOf } from "#stdlib/regimes/lowered";
import { vocabulary } from "#stdlib/vocabulary";
import { type Kind, labels, programText, type Sizes } from "./programs.ts";

export interface Workload extends Sizes {
  /** `drawing`: 1,024 pictures from the generator of a CausalGAN; the others are one step */
  readonly kind: Kind | "dcgan" | "drawing";
}

/** One step with its state, all of it made before the clock starts. */
export interface TrainingStep {
  readonly programs: Readonly<Record<string, Program>>;
  readonly state: Tensors;
  readonly calls: readonly Call[];
}

/** Where a program of the benchmark lies, as far as its imports are concerned. */
const programName = fileURLToPath(new URL("../../examples/faces/bench.causal", import.meta.url));

export function planOf(workload: Workload): TrainingPlan {
  if (workload.kind === "dcgan") return dcganPlan(workload);
  const kind = workload.kind === "drawing" ? "causalgan" : workload.kind;
  const rows = 20_000;
  const project = requireSound(projectOf(programText(kind, workload, { steps: 10_000, rows }), programName));
  return planTraining(project, project.program.trains.at(-1)!, project.vocabulary, rows);
}

export async function trainingStep(workload: Workload): Promise<TrainingStep> {
  const plan = planOf(workload);
  const source = randomRows(workload);
  const calls = await createCycle(plan, 1, { data: source, model: source })(0);
  const programs = Object.fromEntries(plan.cycle.map(({ program }) => [program, plan.programs[program]!]));
  return { programs, state: initialState(plan.state, 1), calls };
}

/** Numbers that are trained, in all networks. */
export function parameterCount({ state }: TrainingPlan): number {
  return state.filter(({ role }) => role === "parameter").reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Labels and pictures that mean nothing, which costs the same. */
function randomRows({ size }: Sizes): BatchSource {
  return {
    rows: 20_000,
    batch(columns, index, count) {
      const filled = (column: string): Float32Array => {
        const data = new Float32Array(count * (column === "labels" ? labels.length : 3 * size * size));
        createStream(1, "bench", column, index).fillUniform(data, -1, 1);
        return column === "labels" ? data.map((x) => (x > 0 ? 1 : 0)) : data;
      };
      return Object.fromEntries(columns.map((column) => [column, filled(column)]));
    },
  };
}

const text = readFileSync(new URL("../../stdlib/networks/dcgan.causal", import.meta.url), "utf8");
const library = parseFile({ name: "dcgan", text }).file.statements;
const networks = new Map(library.flatMap((item) => (item.kind === "network" ? [[item.name.text, item] as const] : [])));

/** One update of discriminator and generator from the same values; the generated batch is judged once. */
function dcganPlan({ size, width, batch }: Sizes): TrainingPlan {
  const b = createBuilder("dcgan");
  const small = size === 64 ? "" : size;
  const state: StateEntry[] = [];
  const call = (name: string, scope: string, ...inputs: readonly Value[]): NetworkLowering => {
    const options = { scope, mode: "train", vocabulary, networks } as const;
    const lowered = lowerNetwork(b, networks.get(`${name}${small}`)!, { width }, inputs, options);
    state.push(...lowered.state);
    return lowered;
  };
  const generator = call(
    "dcgan",
    "generator",
    b.input("z", [batch, 100]),
    b.input("fake/labels", [batch, labels.length]),
  );
  const judged = call("dcgan_discriminator", "discriminator", generator.output);
  const real = call("dcgan_discriminator", "discriminator", b.input("real/image", [batch, 3, size, size]));
  const settings = { rate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
  for (const [scope, network, loss] of [
    ["discriminator", judged, discriminatorLoss(b, real.output, judged.output)],
    ["generator", generator, generatorLoss(b, "nonsaturating", judged.output)],
  ] as const) {
    const parameters = parametersOf(b, network);
    const step = adam(b, scope, parameters, gradient(b, loss, [...parameters.values()]), settings);
    state.push(...step.state);
    for (const [name, value] of [...step.updates, ...network.updates]) b.output(name, value);
    b.output(`${scope}_loss`, loss);
  }
  const model = { name: "Bench", nodes: [], params: {}, evidence: [] };
  const network = () => {
    throw new Error("internal: the networks are lowered already");
  };
  const target = { model, node: "Image", rows: batch, network };
  return assemble(target, {
    regime: "dcgan",
    batch,
    order: "shuffled",
    balance: 0,
    steps: 1,
    cycle: [{ program: "joint", times: 1 }],
    state,
    programs: { joint: b },
    feeds: {
      z: { kind: "uniform", low: -1, high: 1 },
      "fake/labels": { kind: "batch", source: "model", column: "labels" },
      "real/image": { kind: "batch", source: "data", column: "image" },
    },
    metrics: [],
    tables: null,
    draw: null,
    predict: null,
  });
}
