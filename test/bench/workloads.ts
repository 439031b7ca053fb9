/**
 * The training steps that the benchmark times, as programs with their state and inputs: one update of a DCGAN, and the
 * joint step of the regime `causalgan`. The same steps in PyTorch are in `pytorch/steps.py`; timing is in `run.ts`.
 */
import { readFileSync } from "node:fs";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { lowerNetwork } from "#compiler/lower/network";
import { createBuilder, type Value } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import { simplify } from "#compiler/tensor/simplify";
import type { NetworkLowering, TrainingTarget } from "#compiler/vocabulary";
import { parseFile } from "#lang/syntax/parse";
import type { Constants } from "#lang/types/signature";
import type { Tensors } from "#runtime/executor";
import { initialState } from "#runtime/parameters";
import { inputsOf, type Program } from "#runtime/program/program";
import type { StateEntry } from "#runtime/program/plan";
import { createStream } from "#runtime/random";
import { sizeOf } from "#runtime/tensor";
import { discriminatorLoss, generatorLoss } from "#stdlib/losses/adversarial";
import { adam } from "#stdlib/optimizers/adam";
import { causalgan } from "#stdlib/regimes/causalgan";
import { vocabulary } from "#stdlib/vocabulary";

/** What both sides build: `size` pixels a side, `width` channels in the widest map of the discriminator's first layer. */
export interface Workload {
  readonly kind: "dcgan" | "causalgan";
  readonly size: 32 | 64;
  readonly width: number;
  readonly batch: number;
  readonly labels: number;
}

export interface TrainingStep {
  readonly program: Program;
  readonly state: Tensors;
  /** one batch, made before the clock starts */
  readonly inputs: Tensors;
}

const text = readFileSync(new URL("../../stdlib/networks/dcgan.causal", import.meta.url), "utf8");
const library = parseFile({ name: "dcgan", text }).file.statements;
const networks = new Map(library.flatMap((item) => (item.kind === "network" ? [[item.name.text, item] as const] : [])));

const lower: TrainingTarget["network"] = (builder, reference, inputs, { scope, mode }) =>
  lowerNetwork(builder, networks.get(reference.name)!, reference.args, inputs, { scope, mode, vocabulary, networks });

export function trainingStep(workload: Workload): TrainingStep {
  const { program, entries } = workload.kind === "dcgan" ? dcgan(workload) : joint(workload);
  const held = new Set(entries.map(({ name }) => name));
  const inputs = inputsOf(program).filter(({ name }) => !held.has(name));
  return {
    program,
    state: initialState(entries, 1),
    inputs: Object.fromEntries(
      inputs.map(({ name, shape }) => {
        const data = new Float32Array(sizeOf(shape));
        createStream(1, "bench", name).fillUniform(data, -1, 1);
        return [name, { shape, data: name.endsWith("labels") ? data.map((x) => (x > 0 ? 1 : 0)) : data }];
      }),
    ),
  };
}

interface Parts {
  readonly program: Program;
  readonly entries: readonly StateEntry[];
}

/** One update of discriminator and generator from the same values; the generated batch is judged once. */
function dcgan({ size, width, batch, labels }: Workload): Parts {
  const b = createBuilder("dcgan");
  const small = size === 32 ? "32" : "";
  const entries = new Map<string, StateEntry>();
  const call = (name: string, scope: string, ...inputs: readonly Value[]): NetworkLowering => {
    const reference = { kind: "network-reference", name: `${name}${small}`, args: { width } } as const;
    const lowered = lower(b, reference, inputs, { scope, mode: "train" });
    for (const entry of lowered.state) entries.set(entry.name, entry);
    return lowered;
  };
  const generator = call("dcgan", "generator", b.input("z", [batch, 100]), b.input("fake/labels", [batch, labels]));
  const judged = call("dcgan_discriminator", "discriminator", generator.output);
  const real = call("dcgan_discriminator", "discriminator", b.input("real/image", [batch, 3, size, size]));
  const settings = { rate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
  for (const [scope, network, loss] of [
    ["discriminator", judged, discriminatorLoss(b, real.output, judged.output)],
    ["generator", generator, generatorLoss(b, "nonsaturating", judged.output)],
  ] as const) {
    const trained = network.state.filter(({ role }) => role === "parameter");
    const parameters = new Map(trained.map(({ name }) => [name, inputNamed(b.nodes, name)]));
    const step = adam(b, scope, parameters, gradient(b, loss, [...parameters.values()]), settings);
    for (const entry of step.state) entries.set(entry.name, entry);
    for (const [name, value] of [...step.updates, ...network.updates]) b.output(name, value);
    b.output(`${scope}_loss`, loss);
  }
  return { program: simplify(b.build()), entries: [...entries.values()] };
}

function inputNamed(nodes: Program["nodes"], name: string): Value {
  const id = nodes.findIndex((node) => node.op === "input" && node.name === name);
  return { id, shape: nodes[id]!.shape };
}

/** The regime itself, without what the peer does not do: balanced rows, interventions, an average of the generator. */
function joint({ size, width, batch, labels }: Workload): Parts {
  const names = Array.from({ length: labels }, (_, i) => `L${i}`);
  const span = { source: "bench", start: 0, end: 0 };
  const label = (name: string): CausalNode => {
    const mechanism = { kind: "learned", name: "neural", settings: {} } as const;
    return { name, role: "sample", type: { kind: "bool" }, parents: [], mechanism, span };
  };
  const network = { kind: "network-reference", name: size === 32 ? "dcgan32" : "dcgan", args: { width } } as const;
  const image: CausalNode = {
    name: "Image",
    role: "image",
    type: { kind: "image", channels: 3, height: size, width: size },
    parents: names,
    mechanism: { kind: "learned", name: "generator", settings: { network, noise: 100 } },
    span,
  };
  const model: CausalModel = { name: "Bench", nodes: [...names.map(label), image], params: {}, evidence: [] };
  const settings: Constants = { batch, label_input: "sign", interventions: 0, balance: 0, average: 0 };
  const plan = causalgan.plan({ model, node: "Image", rows: batch, network: lower }, settings);
  return { program: plan.programs.joint!, entries: plan.state };
}
