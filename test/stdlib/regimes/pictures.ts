/** A model of small pictures with a bool, a categorical and a real label, and what the tests of image regimes do with its plans. */
import type { NetworkReference } from "#lang/types/signature";
import type { Tensors } from "#runtime/executor";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { createCycle } from "#runtime/feeds";
import { initialState } from "#runtime/parameters";
import type { TrainingPlan } from "#runtime/program/plan";
import { inputsOf, type Program } from "#runtime/program/program";
import { createStream } from "#runtime/random";
import { tensor } from "#runtime/tensor";
import { model, node, sourceOf } from "./problem.ts";

export const text = `
network tiny(z, labels; width : int = 4) -> rgb(8, 8) {
  concat(z, labels) |> dense(2 * 2 * width) |> reshape(2, 2, width) |> batchnorm |> relu
  |> deconv(width) |> batchnorm |> relu |> deconv(3) |> tanh
}
network tiny_judge(x; units : int = 1, width : int = 4) {
  x |> conv(width, kernel = 3, stride = 2) |> lrelu |> conv(width, kernel = 3, stride = 2) |> batchnorm |> lrelu
  |> flatten |> dense(units)
}
network tiny_decoder(code; width : int = 4, channels : int = 3) {
  code |> dense(2 * 2 * width) |> reshape(2, 2, width) |> elu |> upsample |> conv(width) |> elu |> upsample |> conv(channels)
}
network tiny_encoder(x; units : int = 6, width : int = 4) {
  x |> conv(width, stride = 2) |> elu |> conv(width, stride = 2) |> elu |> flatten |> dense(units)
}
network tiny_began(z, labels; width : int = 4) { concat(labels, z) |> tiny_decoder(width) }
network flat(x; units : int = 1) { x |> flatten |> dense(8) |> batchnorm |> lrelu |> dense(units) }
`;
export const reference = (name: string, args: NetworkReference["args"] = {}): NetworkReference => {
  return { kind: "network-reference", name, args };
};

export const weather = { kind: "labels", labels: ["dry", "rain", "snow"] } as const;
export const generator = {
  kind: "learned",
  name: "generator",
  settings: { network: reference("tiny"), noise: 3 },
} as const;
export const picture = { kind: "image", channels: 3, height: 8, width: 8 } as const;
export const causal = model(
  node("Bright"),
  node("Sky", [], weather),
  node("Heat", [], { kind: "real", size: null }, { kind: "distribution", name: "Normal", args: [] }),
  node("Picture", ["Bright", "Sky", "Heat"], picture, generator),
);
/** The same without the real label. */
export const discrete = model(
  node("Bright"),
  node("Sky", [], weather),
  node("Picture", ["Bright", "Sky"], picture, generator),
);
export const judges = { discriminator: reference("tiny_judge"), labeler: reference("tiny_judge", { units: 5 }) };
export const small = { batch: 4, steps: 3, ...judges };

/** Rows whose picture says what the labels are: the first `width` columns of Bright, Sky and Heat. */
export function rows(count: number, width = 5) {
  const stream = createStream(5, "pictures");
  const labels = Array.from({ length: count }, (_, i) => {
    return [i % 2, ...[0, 1, 2].map((k) => (k === i % 3 ? 1 : 0)), stream.normal()];
  });
  const image = labels.map(([bright, dry]) =>
    Array.from({ length: 3 * 64 }, (_, i) => 0.5 * (bright! - 0.5) + (i < 64 ? dry! - 0.5 : 0) + 0.1 * stream.normal()),
  );
  return { labels: labels.map((row) => row.slice(0, width)), image };
}

export const sources = (width = 5) => {
  const data = rows(24, width);
  const labels = sourceOf({ labels: data.labels }, "shuffled");
  return { data: sourceOf(data, "shuffled"), model: labels, interventions: labels };
};

/** Runs one program once and gives its results and the new state. */
export async function once(programs: Readonly<Record<string, Program>>, key: string, inputs: Tensors, state: Tensors) {
  const session = await createReferenceExecutor().open(programs, state);
  const [results] = await session.run([{ program: key, inputs }]);
  return { results: results!, state: await session.read() };
}

export interface Mismatch {
  readonly at: string;
  readonly found: number;
  readonly slope: number;
}

/**
 * Compares the gradients that the first call of `joint` computes with finite differences of the losses that the step reports,
 * at a few numbers of each parameter. `players`: the scope of the optimizer, the scopes of its networks and the loss.
 * `adjust` sets other entries of the state.
 */
export async function gradientMismatches(
  plan: TrainingPlan,
  players: readonly { readonly optimizer: string; readonly networks: readonly string[]; readonly loss: string }[],
  adjust: Tensors = {},
): Promise<{ readonly compared: number; readonly wrong: readonly Mismatch[] }> {
  const initial = initialState(plan.state, 2);
  const start: Record<string, (typeof initial)[string]> = {};
  // weights of ordinary size: the small ones of the release would drown in rounding
  for (const { name, role } of plan.state) {
    const value = initial[name]!;
    const spread = role === "parameter" ? value.data.map((x, i) => x + 0.2 * Math.sin(i + name.length)) : value.data;
    start[name] = tensor(value.shape, spread);
  }
  Object.assign(start, adjust);
  const { shape: labelShape } = inputsOf(plan.programs.joint!).find(({ name }) => name === "real/labels")!;
  const call = (await createCycle(plan, 4, sources(labelShape[1]!))(0)).find(({ program }) => program === "joint")!;
  const after = await once(plan.programs, "joint", call.inputs, start);
  const wrong: Mismatch[] = [];
  let compared = 0;
  for (const { optimizer, networks, loss } of players) {
    const own = plan.state.filter(
      ({ name, role }) => role === "parameter" && networks.some((scope) => name.startsWith(`${scope}/`)),
    );
    // the moments begin at zero, so that the first ones are the gradients
    const gradients = after.state[`adam/${optimizer}/small/m`]!.data;
    const total = own.reduce((sum, { name }) => sum + start[name]!.data.length, 0);
    if (total !== gradients.length)
      throw new Error(`${optimizer} has ${gradients.length} gradients for ${total} numbers`);
    let offset = 0;
    for (const { name } of own) {
      const { shape, data } = start[name]!;
      for (let i = 0; i < data.length; i += Math.ceil(data.length / 2)) {
        const at = async (by: number) => {
          const moved = {
            ...start,
            [name]: tensor(
              shape,
              data.map((x, j) => (j === i ? x + by : x)),
            ),
          };
          return (await once(plan.programs, "joint", call.inputs, moved)).results[loss]!.data[0]!;
        };
        const step = 3e-4;
        const slope = ((await at(step)) - (await at(-step))) / (2 * step);
        const found = gradients[offset + i]!;
        compared++;
        if (!(Math.abs(found - slope) < 0.01 + 0.05 * Math.abs(slope)))
          wrong.push({ at: `${name} ${i}`, found, slope });
      }
      offset += data.length;
    }
  }
  return { compared, wrong };
}
