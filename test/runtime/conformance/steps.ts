/** Twenty steps of small trainings: every result of every step must be that of the reference executor, within float32. */
import { expect, test } from "vitest";
import type { NetworkReference } from "#lang/types/signature";
import type { Executor } from "#runtime/executor";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { createCycle } from "#runtime/feeds";
import { initialState } from "#runtime/parameters";
import type { TrainingPlan } from "#runtime/program/plan";
import { createStream } from "#runtime/random";
import type { TrainOptions } from "#runtime/train";
import { regimes } from "#stdlib/regimes/index";
import { model, node, sourceOf, targetOf } from "../../stdlib/regimes/problem.ts";

const text = `
network tiny(z, labels) -> rgb(8, 8) {
  concat(z, labels) |> dense(2 * 2 * 4) |> reshape(2, 2, 4) |> batchnorm |> relu
  |> deconv(4) |> batchnorm |> relu |> deconv(3) |> tanh
}
network judge(x; units : int = 1) {
  x |> conv(4, kernel = 3, stride = 2) |> lrelu |> conv(4, kernel = 3, stride = 2) |> batchnorm |> lrelu
  |> flatten |> dense(units)
}
network mirror(z, labels) -> rgb(8, 8) { concat(labels, z) |> mirror_decoder }
network mirror_decoder(code) { code |> dense(4 * 4 * 4) |> reshape(4, 4, 4) |> elu |> upsample |> conv(3) }
network mirror_encoder(x; units : int = 4) {
  x |> conv(4) |> elu |> conv(4, stride = 2) |> elu |> flatten |> dense(units)
}
`;
const network = (name: string, args: NetworkReference["args"] = {}): NetworkReference => {
  return { kind: "network-reference", name, args };
};
const causal = (generator: string) =>
  model(
    node("Bright"),
    node("Warm", ["Bright"]),
    node(
      "Picture",
      ["Bright", "Warm"],
      { kind: "image", channels: 3, height: 8, width: 8 },
      {
        kind: "learned",
        name: "generator",
        settings: { network: network(generator), noise: 3 },
      },
    ),
  );

function rows(count: number) {
  const stream = createStream(5, "pictures");
  const labels = Array.from({ length: count }, (_, i) => [i % 2, Number(stream.uniform() < 0.3)]);
  const image = labels.map(([bright]) => Array.from({ length: 192 }, () => 0.5 * bright! + 0.1 * stream.normal()));
  return { labels, image };
}

function sources(): TrainOptions["sources"] {
  const data = rows(32);
  const labels = sourceOf({ labels: data.labels }, "shuffled");
  return { data: sourceOf(data, "shuffled"), model: labels, interventions: labels };
}

const judges = { discriminator: network("judge"), labeler: network("judge", { units: 2 }) };
const mirrors = {
  encoder: network("mirror_encoder"),
  decoder: network("mirror_decoder"),
  labeler: network("mirror_encoder", { units: 2 }),
};
const plans = {
  wgan_gp: (steps: number) =>
    regimes.get("wgan_gp")!.plan(targetOf(causal("tiny"), 32, null, text), { steps, batch: 8, seed: 1 }),
  causalgan: (steps: number) =>
    regimes.get("causalgan")!.plan(targetOf(causal("tiny"), 32, "Picture", text), { steps, batch: 4, ...judges }),
  causalbegan: (steps: number) =>
    regimes.get("causalbegan")!.plan(targetOf(causal("mirror"), 32, "Picture", text), { steps, batch: 4, ...mirrors }),
} as const satisfies Record<string, (steps: number) => TrainingPlan>;

/** A plan and a state that it begins with, for what its forward programs do. */
export function planOf(regime: keyof typeof plans) {
  const plan = plans[regime](1);
  return { plan, state: initialState(plan.state, 1) };
}

/** A session that trains, and the calls of each step. */
export async function openSteps(regime: keyof typeof plans, executor: Executor, steps: number) {
  const plan = plans[regime](steps);
  const programs = Object.fromEntries(plan.cycle.map(({ program }) => [program, plan.programs[program]!]));
  const session = await executor.open(programs, initialState(plan.state, 1));
  return { session, callsOf: createCycle(plan, 1, sources()) };
}

const reference = createReferenceExecutor();
const steps = 20;

/**
 * Each call starts from the state of the reference executor, because a training amplifies rounding: Adam makes a step of full
 * size from a gradient that is nothing else. `tolerance` is relative to a result, or to 1 for small ones.
 */
export function testSteps(executor: () => Executor, tolerance: number): void {
  test.for(Object.keys(plans) as (keyof typeof plans)[])("twenty steps of %s", async (regime) => {
    const { session: known, callsOf } = await openSteps(regime, reference, steps);
    const { session } = await openSteps(regime, executor(), steps);
    for (let step = 0; step < steps; step++) {
      for (const [index, call] of (await callsOf(step)).entries()) {
        await session.write(await known.read());
        const [expected] = await known.run([call]);
        const [actual] = await session.run([call]);
        expect(Object.keys(actual!)).toEqual(Object.keys(expected!));
        for (const [name, { data }] of Object.entries(expected!)) {
          const error = Math.abs(actual![name]!.data[0]! - data[0]!) / Math.max(1, Math.abs(data[0]!));
          expect(error, `${name} of call ${index} of step ${step + 1}`).toBeLessThan(tolerance);
        }
      }
    }
    await known.close();
    await session.close();
  });
}
