/** The regimes of images as released: their printed plans under G1, and the networks of the library at every size. */
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { lowerNetwork } from "#compiler/lower/network";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { Constants, NetworkReference } from "#lang/types/signature";
import { decodePlan, encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { regimes } from "#stdlib/regimes/index";
import { printPlan } from "#stdlib/regimes/print";
import { vocabulary } from "#stdlib/vocabulary";
import { libraryNetworks } from "../networks/library.ts";
import { model, node } from "./problem.ts";
import { reference } from "./pictures.ts";

const attributes = [
  "Young",
  "Male",
  "Eyeglasses",
  "Bald",
  "Mustache",
  "Smiling",
  "Wearing_Lipstick",
  "Mouth_Slightly_Open",
  "Narrow_Eyes",
];

/** Independent labels: what the image is drawn from, not what draws them, is in these plans. */
function faces(size: number, network: string, args: NetworkReference["args"], noise: number): CausalModel {
  const mechanism = {
    kind: "learned",
    name: "generator",
    settings: { network: reference(network, args), noise },
  } as const;
  const type = { kind: "image", channels: 3, height: size, width: size } as const;
  return model(...attributes.map((name) => node(name)), node("Face", attributes, type, mechanism));
}

function planOf(regime: string, causal: CausalModel, settings: Constants): TrainingPlan {
  const target: TrainingTarget = {
    model: causal,
    node: "Face",
    rows: 202_599,
    network: (builder, { name, args }, inputs, { scope, mode }) =>
      lowerNetwork(builder, libraryNetworks.get(name)!, args, inputs, {
        scope,
        mode,
        vocabulary,
        networks: libraryNetworks,
      }),
  };
  return regimes.get(regime)!.plan(target, settings);
}

describe.each([
  ["causalgan", "dcgan", 100],
  ["causalbegan", "began", 64],
] as const)("%s", (regime, network, noise) => {
  test("the plan as released", async () => {
    const plan = planOf(regime, faces(64, network, {}, noise), { paper: true });
    await expect(printPlan(plan)).toMatchFileSnapshot(resolve(import.meta.dirname, `goldens/${regime}-paper.txt`));
  });

  test.each([32, 64, 128])("%i pixels a side", (size) => {
    const suffix = size === 64 ? "" : String(size);
    for (const paper of [false, true]) {
      const plan = planOf(regime, faces(size, `${network}${suffix}`, { width: 2 }, 5), { paper, batch: 4 });
      const { nodes, outputs } = plan.programs.draw!;
      expect(nodes[outputs.find(({ name }) => name === "image")!.node]!.shape).toEqual([4, 3, size, size]);
      const text = encodePlan(plan);
      expect(encodePlan(decodePlan(text))).toBe(text);
    }
  });
});

test("a joint labeler of nine bools has 512 outputs", () => {
  const plan = planOf("causalgan", faces(32, "dcgan32", { width: 2 }, 5), { joint_labeler: true, batch: 4 });
  const last = plan.state.filter(({ name }) => /^(labeler|antilabeler)\/\d+_dense\/bias$/.test(name));
  expect(last.map(({ shape }) => shape)).toEqual([[512], [512]]);
});
