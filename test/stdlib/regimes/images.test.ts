import { describe, expect, test } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { createBuilder } from "#compiler/tensor/build";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { evaluate } from "#runtime/executors/reference/evaluate";
import { createCycle } from "#runtime/feeds";
import { forward } from "#runtime/forward";
import { initialState } from "#runtime/parameters";
import { inputsOf, type Program } from "#runtime/program/program";
import { type Tensor, tensor } from "#runtime/tensor";
import { train } from "#runtime/train";
import { imageProblem } from "#stdlib/regimes/image";
import { type LabelInput, type LabelValues, labelFeatures } from "#stdlib/regimes/label-input";
import { printPlan } from "#stdlib/regimes/print";
import { regimes } from "#stdlib/regimes/index";
import {
  causal,
  discrete,
  gradientMismatches,
  judges,
  once,
  reference,
  rows,
  small,
  sources,
  text,
} from "./pictures.ts";
import { targetOf } from "./problem.ts";

const planOf = (settings = {}, toy: CausalModel = causal) => {
  return regimes.get("causalgan")!.plan(targetOf(toy, 24, "Picture", text), { ...small, ...settings });
};

function count(program: Program, op: string): number {
  return program.nodes.filter((other) => other.op === op).length;
}

describe("causalgan", () => {
  test("each network runs once on each batch, and no loss pays for filters that it does not train", () => {
    const { joint } = planOf().programs;
    const layers = 2; // convolutions of a judge, transposed convolutions of the generator
    // discriminator and labeler see real and generated images, the anti-labeler generated ones
    const forwards = 5 * layers;
    expect(count(joint!, "conv")).toBe(forwards + layers); // backwards through the generator
    expect(count(joint!, "convFilterGrad")).toBe((2 + 1 + 1 + 1) * layers);
    // to the images three times: for the discriminator's generator loss, the labeler's and the anti-labeler's, which
    // serves both sides; not to the images for the judges' own updates
    expect(count(joint!, "convTranspose")).toBe(layers + 3 * layers + 3 * (layers - 1));
  });

  test.each<[string, object, CausalModel?]>([
    ["as the theory has it", {}],
    ["with weights", { loss: 3, labeler_weight: 2, antilabeler_weight: 0.5 }],
    ["as released", { paper: true, ...judges, generator_steps: 0 }],
    ["as released, with the labels' cross entropy in its proper order", { paper: true, ...judges, loss: 3 }],
    ["with a joint labeler", { joint_labeler: true, labeler: reference("tiny_judge", { units: 6 }) }, discrete],
  ])("gradients of all four players are those of their losses, %s", async (_, settings, toy = causal) => {
    const plan = planOf(settings, toy);
    const players = Object.entries({
      generator: "g_loss",
      discriminator: "d_loss",
      labeler: "labeler_real",
      antilabeler: "antilabeler",
    }).map(([scope, loss]) => ({ optimizer: scope, networks: [scope], loss }));
    const { compared, wrong } = await gradientMismatches(plan, players);
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  });

  test.each(
    [0, 1, 2, 3, 4, 5].flatMap((loss) => [
      [loss, false],
      [loss, true],
    ]) as [number, boolean][],
  )("the terms of loss %i in closed form, paper = %s", async (loss, paper) => {
    const settings = { loss, paper, interventions: 0, generator_steps: 0, batch: 4 };
    const plan = planOf({ ...settings, labeler: reference("tiny_judge", { units: 4 }) }, discrete);
    // the last layers ignore the image: the logits are their biases
    const logits: Readonly<Record<string, readonly number[]>> = {
      discriminator: [0.7],
      labeler: [0.4, -0.2, 0.9, 0.1],
      antilabeler: [-0.6, 0.3, -0.5, 0.8],
    };
    const state: Record<string, Tensor> = { ...initialState(plan.state, 2) };
    for (const { name, shape } of plan.state) {
      const scope = /^([a-z]+)\/\d+_dense\/(weights|bias)$/.exec(name);
      if (scope === null || !(scope[1]! in logits)) continue;
      state[name] = tensor(shape, scope[2] === "bias" ? logits[scope[1]!]! : new Float32Array(shape[0]! * shape[1]!));
    }
    const call = (await createCycle(plan, 4, sources(4))(0)).find(({ program }) => program === "joint")!;
    const { results } = await once(plan.programs, "joint", call.inputs, state);

    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const d = sigmoid(0.7);
    const terms = [Math.log((1 - d) / d), -Math.log(d), Math.log(1 - d)];
    expect(results.adversarial!.data[0]).toBeCloseTo(terms[loss % 3]!, 5);

    const swapped = loss < 3;
    const labels = call.inputs["fake/labels"]!.data;
    const noise = (name: string, row: number) => call.inputs[`label_noise/${name}`]?.data[row] ?? 0;
    /** the mean of [target log prediction] over the batch, a mean or a sum over the two labels */
    const crossEntropy = (own: readonly number[], order: "proper" | "soft" | "swapped"): number => {
      let total = 0;
      for (let row = 0; row < 4; row++) {
        const label = [...labels.slice(4 * row, 4 * row + 4)];
        const holds = 0.5 + 0.2 - noise("inwards", row) + noise("outwards", row);
        const soft = [
          label[0] === 1 ? holds : 1 - holds,
          ...label.slice(1).map((is) => (is === 1 ? holds : (1 - holds) / 2)),
        ];
        const weights = own.slice(1).map(Math.exp);
        const sum = weights.reduce((a, b) => a + b);
        const said = [sigmoid(own[0]!), ...weights.map((weight) => weight / sum)];
        const [target, prediction] =
          order === "swapped" ? [said, soft] : order === "soft" ? [soft, said] : [label, said];
        total -= target[0]! * Math.log(prediction[0]!) + (1 - target[0]!) * Math.log(1 - prediction[0]!);
        for (let k = 1; k < 4; k++) total -= target[k]! * Math.log(prediction[k]!);
      }
      return total / 4 / (paper ? 2 : 1);
    };
    const order = swapped ? "swapped" : paper ? "soft" : "proper";
    expect(results.labeler_fake!.data[0]).toBeCloseTo(crossEntropy(logits.labeler!, order), 4);
    // the released code swaps this one whatever the loss
    const other = swapped || paper ? "swapped" : "proper";
    expect(results.antilabeler!.data[0]).toBeCloseTo(crossEntropy(logits.antilabeler!, other), 4);
    const total = results.adversarial!.data[0]! + results.labeler_fake!.data[0]! - results.antilabeler!.data[0]!;
    expect(results.g_loss!.data[0]).toBeCloseTo(total, 5);
  });

  test("every entry of the state is written, and statistics of the judges are not kept", async () => {
    const plan = planOf();
    const written = new Set(Object.values(plan.programs).flatMap((program) => program.outputs.map(({ name }) => name)));
    expect(plan.state.map(({ name }) => name).filter((name) => !written.has(name))).toEqual([]);
    expect(plan.state.filter(({ role, name }) => role === "statistic" && !/^(generator|average)\//.test(name))).toEqual(
      [],
    );
    expect(plan.state.filter(({ role, name }) => role === "statistic" && name.startsWith("generator/"))).toHaveLength(
      4,
    );
  });

  test("the average that draws is the generator after one update and lags behind it later", async () => {
    const executor = createReferenceExecutor();
    const run = async (steps: number) =>
      (await train({ ...planOf(), steps }, { executor, seed: 1, sources: sources() })).state;
    const [first, third] = [await run(1), await run(3)];
    const averaged = Object.keys(first).filter((name) => name.startsWith("average/"));
    expect(averaged.length).toBeGreaterThan(8);
    for (const name of averaged) expect(first[name]!.data).toEqual(first[name.replace("average/", "generator/")]!.data);
    const weights = "average/1_dense/weights";
    expect(Object.keys(third)).toContain(weights);
    expect(third[weights]!.data).not.toEqual(third[weights.replace("average/", "generator/")]!.data);
  });

  test("draws images that do not depend on the rest of their batch", async () => {
    const executor = createReferenceExecutor();
    const plan = planOf();
    const { state } = await train(plan, { executor, seed: 1, sources: sources() });
    const labels = rows(4).labels;
    const z = tensor([4, 3], [0.1, 0.2, 0.3, -0.5, 0.5, 0, 0.9, -0.9, 0.4, 0, 0, 0]);
    const image = async (batch: readonly (readonly number[])[]) => {
      const inputs = { labels: tensor([4, 5], batch.flat()), z };
      return (await forward(plan, plan.draw!, state, { executor, seed: 1, inputs })).image!;
    };
    const first = await image(labels);
    const second = await image([labels[0]!, labels[0]!, labels[0]!, labels[0]!]);
    expect(first.shape).toEqual([4, 3, 8, 8]);
    expect(second.data.slice(0, 192)).toEqual(first.data.slice(0, 192));
    expect(Math.max(...first.data.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  test("as released, a picture depends on those drawn beside it", async () => {
    const executor = createReferenceExecutor();
    const plan = planOf({ paper: true });
    expect(planOf({ paper: true, statistics: "stored" }).programs.draw!.nodes.length).toBeLessThan(
      plan.programs.draw!.nodes.length,
    );
    const state = initialState(plan.state, 1);
    const labels = rows(4).labels;
    const image = async (batch: readonly (readonly number[])[]) => {
      const inputs = { labels: tensor([4, 5], batch.flat()), z: tensor([4, 3], new Float32Array(12).fill(0.5)) };
      return (await forward(plan, plan.draw!, state, { executor, seed: 1, inputs })).image!.data.slice(0, 192);
    };
    expect(await image([labels[0]!, labels[0]!, labels[0]!, labels[1]!])).not.toEqual(await image(labels));
  });

  test("training that was interrupted continues to the same bytes, as released too", async () => {
    const executor = createReferenceExecutor();
    for (const settings of [{}, { paper: true, ...judges }]) {
      const plan = planOf(settings);
      const options = { executor, seed: 3 };
      const whole = await train(plan, { ...options, sources: sources() });
      const half = await train({ ...plan, steps: 1 }, { ...options, sources: sources() });
      const start = { step: 1, state: half.state };
      const rest = await train(plan, { ...options, sources: sources(), start });
      expect(rest.state).toEqual(whole.state);
    }
  });

  test("the released variant: schedule, decay of the anti-labeler, noise of labels", async () => {
    const plan = planOf({ paper: true });
    expect(plan.cycle).toEqual([
      { program: "generator", times: 1 },
      { program: "joint", times: 1 },
      { program: "generator", times: 4 },
    ]);
    expect(plan.feeds["label_noise/inwards"]).toEqual({ kind: "truncatedExponential", rate: 5, max: 0.2 });
    expect(plan.draw!.feeds["label_noise/outwards"]).toEqual({ kind: "truncatedExponential", rate: 15, max: 0.3 });
    const [call] = (await createCycle(plan, 1, sources())(0)).filter(({ program }) => program === "joint");
    const start = initialState(plan.state, 1);
    const lossAt = async (updates: number) => {
      const state = { ...start, "adam/generator/updates": tensor([], [updates]) };
      return (await once(plan.programs, "joint", call!.inputs, state)).results;
    };
    const [now, later] = [await lossAt(0), await lossAt(6001)];
    const drop = later.g_loss!.data[0]! - now.g_loss!.data[0]!;
    expect(drop).toBeCloseTo((1 - Math.exp(-1)) * now.antilabeler!.data[0]!, 4);
    expect((await lossAt(1)).g_loss!.data[0]).toBe(now.g_loss!.data[0]);
  });

  test("labels enter as the setting says, and noise never crosses 1/2", async () => {
    const drawn = async (label_input: string, label_values = "logits") => {
      const plan = planOf(
        { label_input, label_values, average: 0, labeler: reference("tiny_judge", { units: 4 }) },
        discrete,
      );
      return plan.draw!.feeds;
    };
    expect(Object.keys(await drawn("sign"))).toEqual(["z"]);
    expect((await drawn("noisy"))["label_noise/inwards"]).toMatchObject({ rate: 25, max: 0.2 });
    expect((await drawn("released"))["label_noise/outwards"]).toMatchObject({ rate: 15, max: 0.3 });

    const problem = imageProblem({ model: discrete, node: "Picture" });
    const label = [1, 0, 1, 0];
    const features = (kind: LabelInput, noise: number, values: LabelValues = "logits") => {
      const b = createBuilder("labels");
      const { input, soft, feeds } = labelFeatures(b, problem, b.input("labels", [1, 4]), kind, "n", values);
      b.output("input", input);
      b.output("soft", soft);
      const inputs = inputsOf(b.build()).flatMap(({ name, shape }) =>
        name in feeds
          ? [[name, tensor(shape, new Array(shape[1]!).fill(name.endsWith("inwards") ? 0.2 * noise : 0))]]
          : [],
      );
      return evaluate(b.build(), { labels: tensor([1, 4], label), ...Object.fromEntries(inputs) });
    };
    expect([...features("plain", 0).input!.data]).toEqual([1, 0, 1, 0]);
    expect([...features("sign", 0).input!.data]).toEqual([1, -1, 1, -1]);
    const close = (found: Float32Array, wanted: readonly number[]) =>
      wanted.forEach((x, i) => void expect(found[i], `${i}`).toBeCloseTo(x, 5));
    close(features("discrete", 0, "probabilities").input!.data, [0.7, 0.15, 0.7, 0.15]);
    close(
      features("discrete", 0).input!.data,
      [0.7, 0.15, 0.7, 0.15].map((p) => Math.log(p / (1 - p))),
    );
    // the most noise inwards
    close(features("noisy", 1, "probabilities").input!.data, [0.5, 0.25, 0.5, 0.25]);
    close(features("released", 1, "probabilities").soft!.data, [0.5, 0.25, 0.5, 0.25]);
  });

  test("networks of the library are chosen by the size of the image", () => {
    const asked: string[] = [];
    const target = targetOf(causal, 24, "Picture", text);
    const plan = () =>
      regimes.get("causalgan")!.plan(
        {
          ...target,
          network: (b, network, inputs, options) => {
            asked.push(`${network.name} ${JSON.stringify(network.args)}`);
            const stand =
              network.name === "tiny"
                ? network
                : reference("flat", network.name.includes("labeler") ? { units: 5 } : {});
            return target.network(b, stand, inputs, options);
          },
        },
        { batch: 4, paper: true },
      );
    plan();
    expect(new Set(asked)).toEqual(
      new Set(["tiny {}", "dcgan_discriminator32_minibatch {}", 'dcgan_labeler32 {"units":5}']),
    );
  });
});

test("networks that give something else are refused", () => {
  expect(() => planOf({ discriminator: reference("tiny_judge", { units: 2 }) })).toThrow(/gives \[2\] .* one logit/);
  expect(() => planOf({ labeler: reference("tiny_judge", { units: 4 }) })).toThrow(/gives \[4\] .* \[5\] is needed/);
  expect(() => planOf({ joint_labeler: true })).toThrow(/real number/);
  const network = reference("tiny_judge", { units: 3 });
  expect(() => regimes.get("classifier")!.plan(targetOf(causal, 24, "Picture", text), { network })).toThrow(/\[3\]/);
});

describe("classifier", () => {
  test("learns to read labels, and predicts probabilities that do not depend on the batch", async () => {
    const settings = { batch: 8, steps: 150, rate: 0.01, network: reference("tiny_judge", { units: 5 }) };
    const plan = regimes.get("classifier")!.plan(targetOf(causal, 24, "Picture", text), settings);
    const executor = createReferenceExecutor();
    const { state, history } = await train(plan, { executor, seed: 1, sources: sources() });
    expect(history.at(-1)!.metrics.loss).toBeLessThan(0.5 * history[0]!.metrics.loss!);
    const { labels, image } = rows(8);
    const inputs = { image: tensor([8, 3, 8, 8], image.flat()) };
    const predicted = await forward(plan, plan.predict!, state, { executor, seed: 1, inputs });
    const { shape, data } = predicted.labels!;
    expect(shape).toEqual([8, 5]);
    for (let row = 0; row < 8; row++) {
      expect(Math.round(data[5 * row]!), `Bright of row ${row}`).toBe(labels[row]![0]);
      expect(data[5 * row + 1]! + data[5 * row + 2]! + data[5 * row + 3]!).toBeCloseTo(1, 5);
    }
  });
});

test("a plan prints its schedule, state, programs and feeds", () => {
  const printed = printPlan(planOf());
  expect(printed).toContain("plan Toy.Picture with causalgan");
  expect(printed).toMatch(/steps +3, each joint/);
  expect(printed).toMatch(/generator +parameter +\d+ in 10 entries/);
  expect(printed).toMatch(/fake\/labels +labels of model/);
  expect(printed).toMatch(/draw +draw/);
  expect(printed).not.toMatch(/undefined|\[object/);
});
