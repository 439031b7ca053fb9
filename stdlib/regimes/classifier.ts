/** The regime `classifier`: reads the labels of an image off it. For evaluation, trained apart from any generator. */
import { createBuilder } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import type { Regime } from "#compiler/vocabulary";
import { labelLoss, labelPrediction } from "../losses/cross-entropy.ts";
import { adam } from "../optimizers/adam.ts";
import { cosineDecay } from "../optimizers/schedule.ts";
import { assemble } from "./assemble.ts";
import { imageProblem, libraryNetwork } from "./image.ts";
import { parametersOf, requireShape } from "./lowered.ts";
import { commonSettings, networkOr, numberOr } from "./settings.ts";

export const classifier: Regime = {
  name: "classifier",
  target: "image",
  reads: true,
  doc: "Learns to read the labels of an image: cross entropy of each label, minimised by Adam.",
  settings: [
    ...commonSettings,
    { name: "steps", kind: "int", default: 2000, range: [1, 1e9], doc: "updates" },
    { name: "batch", kind: "int", default: 64, range: [1, 1e6], doc: "images in a batch" },
    {
      name: "rate",
      kind: "number",
      default: 1e-3,
      range: [0, 10],
      doc: "step size of Adam, which falls to 0 along a cosine",
    },
    {
      name: "network",
      kind: "network",
      default: null,
      doc: "from an image to one output for each label column (`units`); by default a convolutional one of the library",
    },
  ],

  plan(target, settings) {
    const problem = imageProblem(target);
    const { groups, width } = problem;
    const batch = numberOr(settings, "batch", 64);
    const steps = numberOr(settings, "steps", 2000);
    const network = networkOr(settings, "network", libraryNetwork(problem, "classifier", { units: width }));

    const b = createBuilder("fit");
    const image = b.input("image", [batch, ...problem.shape]);
    const labels = b.input("labels", [batch, width]);
    const net = target.network(b, network, [image], { scope: "classifier", mode: "train" });
    requireShape(net, [width], network, "network", "a number for each label column");
    const loss = b.mul(b.mean(labelLoss(b, groups, net.output, labels)), 1 / groups.length);
    const parameters = parametersOf(b, net);
    const step = adam(b, "classifier", parameters, gradient(b, loss, [...parameters.values()]), {
      rate: (updates) => cosineDecay(b, numberOr(settings, "rate", 1e-3), updates, steps),
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
    for (const [name, value] of [...step.updates, ...net.updates]) b.output(name, value);
    b.output("loss", loss);

    const predict = createBuilder("predict");
    const seen = predict.input("image", [batch, ...problem.shape]);
    const reader = target.network(predict, network, [seen], { scope: "classifier", mode: "draw" });
    predict.output("labels", labelPrediction(predict, groups, reader.output));
    return assemble(target, {
      regime: "classifier",
      batch,
      order: "shuffled",
      balance: 0,
      steps,
      cycle: [{ program: "fit", times: 1 }],
      state: [...net.state, ...step.state],
      programs: { fit: b, predict },
      feeds: {
        image: { kind: "batch", source: "data", column: "image" },
        labels: { kind: "batch", source: "data", column: "labels" },
        ...net.feeds,
      },
      metrics: [{ program: "fit", output: "loss", label: "loss", selects: "lowest" }],
      tables: null,
      draw: null,
      predict: { program: "predict", feeds: {}, repeat: 1 },
    });
  },
};
