import { describe, expect, test } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import type { Tensors } from "#runtime/executor";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { createCycle } from "#runtime/feeds";
import { forward } from "#runtime/forward";
import { initialState } from "#runtime/parameters";
import { decodePlan, encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import { train } from "#runtime/train";
import { regimes } from "#stdlib/regimes/index";
import { causal, discrete, generator, gradientMismatches, once, reference, rows, sources, text } from "./pictures.ts";
import { targetOf } from "./problem.ts";

const small = {
  batch: 4,
  steps: 3,
  rate: 1e-3,
  encoder: reference("tiny_encoder"),
  decoder: reference("tiny_decoder"),
  labeler: reference("tiny_encoder", { units: 5 }),
};
const shared = { ...small, labeler: null, separate_labeler: false };

const planOf = (settings = {}, toy: CausalModel = causal) =>
  regimes.get("causalbegan")!.plan(targetOf(withGenerator(toy), 24, "Picture", text), { ...small, ...settings });

/** The model with a generator as BEGAN's: without batch normalisation. */
function withGenerator(toy: CausalModel): CausalModel {
  const mechanism = { ...generator, settings: { network: reference("tiny_began"), noise: 3 } };
  return { ...toy, nodes: toy.nodes.map((node) => (node.role === "image" ? { ...node, mechanism } : node)) };
}

const weights = (k: number, l: number, z: number): Tensors => ({
  "margin/k": tensor([], [k]),
  "margin/l": tensor([], [l]),
  "margin/z": tensor([], [z]),
});

/** The results of the first step from these weights, and the state behind it. */
async function firstStep(settings: object, start: Tensors = {}) {
  const plan = planOf(settings);
  const [call] = await createCycle(plan, 4, sources())(0);
  const { results, state } = await once(plan.programs, "joint", call!.inputs, {
    ...initialState(plan.state, 2),
    ...start,
  });
  const metrics = Object.fromEntries(plan.metrics.map(({ output }) => [output, results[output]!.data[0]!]));
  return { metrics, weight: (name: string) => state[`margin/${name}`]!.data[0]! };
}

describe("causalbegan", () => {
  test.each<[string, object, CausalModel?]>([
    ["the labeler apart", {}],
    ["labels read off the code", shared],
    ["as released", { paper: true }],
    ["as released, by cross entropy", { paper: true, label_loss: "cross_entropy" }, discrete],
    ["by absolute differences and without the third margin", { label_loss: "absolute", third_margin: false }],
  ])("gradients of both players are those of their losses: %s", async (_, settings, toy = causal) => {
    const labeler = toy === discrete ? { labeler: reference("tiny_encoder", { units: 4 }) } : {};
    const plan = planOf({ ...labeler, ...settings }, toy);
    const { compared, wrong } = await gradientMismatches(
      plan,
      [
        { optimizer: "generator", networks: ["generator"], loss: "g_loss" },
        { optimizer: "discriminator", networks: ["encoder", "decoder", "labeler"], loss: "d_loss" },
      ],
      weights(0.4, 0.3, 0.6),
    );
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(30);
  });

  test("each network runs once on each batch, and no loss pays for filters that it does not train", () => {
    const count = (plan: TrainingPlan, op: string) =>
      plan.programs.joint!.nodes.filter((node) => node.op === op).length;
    const layers = 2; // convolutions of each network
    // encoder, decoder and labeler see real images, generated ones and those under do()
    const apart = planOf({ interventions: 0.5 });
    expect(count(apart, "conv")).toBe((3 * 3 + 1) * layers);
    // of real and of generated images, and the generator's own
    expect(count(apart, "convFilterGrad")).toBe((3 + 3 + 1) * layers);
    const together = planOf({ ...shared, interventions: 0.5 });
    expect(count(together, "conv")).toBe((3 * 2 + 1) * layers);
    // the encoder's filters have a gradient of each loss of generated images, because their weights differ
    expect(count(together, "convFilterGrad")).toBe((2 + 2 + 1 + 1) * layers);
  });

  test("losses and margins are those of the paper", async () => {
    const settings = { gamma: 0.7, gamma_label: 0.9, zeta: 0.4, lambda_k: 0.1, lambda_l: 0.2, lambda_z: 0.3 };
    const { metrics: m, weight } = await firstStep({ ...settings, interventions: 0 }, weights(0.4, 0.3, 0.6));
    const { image_real: x, image_fake: g, label_real: real, label_fake: fake } = m as Record<string, number>;
    expect(m.d_loss).toBeCloseTo(x! - 0.4 * g! + real! - 0.3 * fake!, 5);
    expect(m.g_loss).toBeCloseTo(g! + 0.6 * fake!, 5);
    const [b1, b2] = [0.7 * x! - g!, 0.9 * real! - fake!];
    const b3 = 0.4 * Math.max(0, b1) - Math.max(0, b2);
    expect(m.margin_k).toBeCloseTo(b1, 5);
    expect(m.margin_l).toBeCloseTo(b2, 5);
    expect(m.margin_z).toBeCloseTo(b3, 5);
    expect(m.convergence).toBeCloseTo(x! + Math.abs(b1), 5);
    expect(m.convergence_all).toBeCloseTo(x! + real! + Math.abs(b1) + Math.abs(b2) + Math.abs(b3), 5);
    expect(weight("k")).toBeCloseTo(Math.min(1, Math.max(0, 0.4 + 0.1 * b1)), 6);
    expect(weight("l")).toBeCloseTo(Math.min(1, Math.max(0, 0.3 + 0.2 * b2)), 6);
    expect(weight("z")).toBeCloseTo(Math.min(1, Math.max(0, 0.6 + 0.3 * b3)), 6);
    expect(m.k).toBe(weight("k"));
  });

  test("the released constants", async () => {
    const { metrics: m, weight } = await firstStep({ paper: true }, weights(0.4, 0.3, 0.6));
    const { image_real: x, image_fake: g, label_real: real, label_fake: fake } = m as Record<string, number>;
    expect(m.margin_k).toBeCloseTo(0.5 * x! - g!, 5);
    expect(m.margin_l).toBeCloseTo(0.5 * real! - fake!, 5);
    expect(m.margin_z).toBeCloseTo(0.5 * Math.max(0, m.margin_k!) - Math.max(0, m.margin_l!), 5);
    expect((weight("k") - Math.fround(0.4)) / m.margin_k!).toBeCloseTo(1e-3, 5);
    expect((weight("l") - Math.fround(0.3)) / m.margin_l!).toBeCloseTo(8e-5, 6);
    const { metrics: started, weight: first } = await firstStep(
      { paper: true, gamma: 1, zeta: 1 },
      weights(0.4, 0.3, 0.6),
    );
    expect(first("z") - Math.fround(0.6)).toBeCloseTo(1e-2 * started.margin_z!, 6);
  });

  test("weights begin at 0 and stay within [0, 1]; without the third margin the generator minds labels from the start", async () => {
    const plan = planOf();
    const entries = plan.state.filter(({ name }) => name.startsWith("margin/"));
    expect(entries.map(({ name, init }) => [name, init])).toEqual(
      ["k", "l", "z"].map((key) => [`margin/${key}`, { kind: "constant", value: 0 }]),
    );
    const wild = { lambda_k: 1000, lambda_l: 1000, lambda_z: 1000, interventions: 0 };
    const { weight } = await firstStep(wild);
    for (const name of ["k", "l", "z"]) expect([0, 1]).toContain(weight(name));
    const { metrics: three } = await firstStep({ interventions: 0 });
    const { metrics: two } = await firstStep({ interventions: 0, third_margin: false });
    expect(three.g_loss).toBeCloseTo(three.image_fake!, 6);
    expect(two.g_loss).toBeCloseTo(two.image_fake! + two.label_fake!, 6);
  });

  test("images under do() move the generator and neither its judges nor the margins", async () => {
    const plan = planOf({ interventions: 0.5 });
    const [call] = await createCycle(plan, 4, sources())(0);
    const start = { ...initialState(plan.state, 2), ...weights(0.5, 0.5, 0.5) };
    const done = call!.inputs["intervened/labels"]!;
    const others = {
      ...call!.inputs,
      "intervened/labels": tensor(
        done.shape,
        done.data.map((x) => 1 - x),
      ),
    };
    const [a, b] = [
      await once(plan.programs, "joint", call!.inputs, start),
      await once(plan.programs, "joint", others, start),
    ];
    const changed = Object.keys(a.state).filter((name) => String(a.state[name]!.data) !== String(b.state[name]!.data));
    expect(changed.length).toBeGreaterThan(3);
    expect(changed.filter((name) => !/^(generator|average|adam\/generator)\//.test(name))).toEqual([]);
    expect(a.results.margin_k).toEqual(b.results.margin_k);
    expect(a.results.g_loss).not.toEqual(b.results.g_loss);
  });

  test("the rate is halved after each period", async () => {
    const plan = planOf({ halve: 10 });
    const [call] = await createCycle(plan, 4, sources())(0);
    const initial = initialState(plan.state, 2);
    const name = plan.state.find(({ role, name: own }) => role === "parameter" && own.startsWith("generator/"))!.name;
    const moved = async (updates: number) => {
      const counters = Object.fromEntries(
        ["generator", "discriminator"].map((scope) => [`adam/${scope}/updates`, tensor([], [updates])]),
      );
      const { state } = await once(plan.programs, "joint", call!.inputs, { ...initial, ...counters });
      return state[name]!.data.reduce((sum, x, i) => sum + Math.abs(x - initial[name]!.data[i]!), 0);
    };
    const constant = planOf({ halve: 0 });
    const without = async (updates: number) => {
      const counters = Object.fromEntries(
        ["generator", "discriminator"].map((scope) => [`adam/${scope}/updates`, tensor([], [updates])]),
      );
      const { state } = await once(constant.programs, "joint", call!.inputs, { ...initial, ...counters });
      return state[name]!.data.reduce((sum, x, i) => sum + Math.abs(x - initial[name]!.data[i]!), 0);
    };
    for (const [updates, part] of [
      [9, 1],
      [10, 0.5],
      [19, 0.5],
      [30, 0.125],
    ] as const) {
      expect((await moved(updates)) / (await without(updates)), `after ${updates}`).toBeCloseTo(part, 2);
    }
  });

  test("training that was interrupted continues to the same bytes, and the plan survives its text", async () => {
    const executor = createReferenceExecutor();
    for (const settings of [{}, shared, { paper: true }]) {
      const plan = planOf(settings);
      const text = encodePlan(plan);
      const read = decodePlan(text);
      expect(read).toEqual(plan);
      expect(encodePlan(read)).toBe(text);
      const options = { executor, seed: 3 };
      const whole = await train(plan, { ...options, sources: sources() });
      const half = await train({ ...read, steps: 1 }, { ...options, sources: sources() });
      const rest = await train(read, { ...options, sources: sources(), start: { step: 1, state: half.state } });
      expect(rest.state).toEqual(whole.state);
      expect(Object.keys(whole.history.at(-1)!.metrics)).toEqual(plan.metrics.map(({ label }) => label));
    }
  });

  test("draws within [-1, 1], each image by itself", async () => {
    const executor = createReferenceExecutor();
    const plan = planOf();
    const { state } = await train(plan, { executor, seed: 1, sources: sources() });
    const labels = rows(4).labels;
    const z = tensor([4, 3], [9, 9, 9, -0.5, 0.5, 0, 0.9, -0.9, 0.4, 0, 0, 0]);
    const image = async (batch: readonly (readonly number[])[]) =>
      (
        await forward(plan, plan.draw!, state, {
          executor,
          seed: 1,
          inputs: { labels: tensor([4, 5], batch.flat()), z },
        })
      ).image!;
    const first = await image(labels);
    const second = await image([labels[0]!, labels[0]!, labels[0]!, labels[0]!]);
    expect(first.shape).toEqual([4, 3, 8, 8]);
    expect(second.data.slice(0, 192)).toEqual(first.data.slice(0, 192));
    expect(Math.max(...first.data.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  test.each([
    ["a labeler beside labels read off the code", { separate_labeler: false }, /separate_labeler = false/],
    [
      "a labeler of other labels",
      { labeler: reference("tiny_encoder", { units: 4 }) },
      /gives \[4\] .* \[5\] is needed/,
    ],
    ["a decoder of other images", { decoder: reference("tiny_decoder", { channels: 1 }) }, /gives \[1, 8, 8\]/],
    [
      "a code too short for the labels",
      { ...shared, encoder: reference("tiny_encoder", { units: 4 }) },
      /5 label columns/,
    ],
  ])("%s is refused", (_, settings, message) => {
    expect(() => planOf(settings)).toThrow(message);
  });
});
