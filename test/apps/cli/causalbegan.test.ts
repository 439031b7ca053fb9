/** CausalBEGAN from the command line to pictures, on small faces. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causal, temporaryFolder, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();

const program = writeProgram(
  folder,
  "small.causal",
  `network paint(z, labels) -> rgb(16, 16) { concat(labels, z) |> decode }
network decode(code) {
  code |> dense(4 * 4 * 8) |> reshape(4, 4, 8) |> elu |> deconv(8, kernel = 4) |> elu |> deconv(3, kernel = 4)
}
network encode(x; units : int = 16) {
  x |> conv(8, kernel = 4, stride = 2) |> elu |> conv(8, kernel = 4, stride = 2) |> elu |> flatten |> dense(units)
}
model M {
  sample Male  : bool ~ neural()
  sample Bald  : bool ~ neural(Male)
  image Face : rgb(16, 16) ~ generator(Male, Bald) { network = paint(), noise = 8 }
}
data seen = faces(n = 300, size = 16)
train M.labels with cpt { data = seen }
train M.Face with causalbegan {
  data = seen, steps = 150, batch = 8, rate = 2e-3, beta1 = 0.5, lambda_k = 0.01, lambda_z = 0.1, average = 0.9,
  encoder = encode(), decoder = decode(), labeler = encode(units = 2)
}`,
);

interface Manifest {
  readonly stages: readonly {
    readonly regime: string;
    readonly history: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[];
  }[];
}

/** Trains into a folder of this name: the metrics of the image, and the bytes of its weights. */
async function trained(name: string) {
  const run = join(folder, name);
  const { code, err } = await causal(["train", program, "--out", run]);
  expect(err).toContain("convergence");
  expect(code).toBe(0);
  const manifest = JSON.parse(readFileSync(join(run, "manifest.json"), "utf8")) as Manifest;
  const weights = readdirSync(run).find((file) => /causalbegan.*safetensors$/.test(file))!;
  const { history } = manifest.stages.find(({ regime }) => regime === "causalbegan")!;
  return { run, history, weights: readFileSync(join(run, weights)) };
}

describe("causalbegan", () => {
  it("lowers its convergence measure, draws, and gives the same bytes for the same seed", async () => {
    const first = await trained("first");
    const mean = (part: typeof first.history, label: string) =>
      part.reduce((sum, { metrics }) => sum + metrics[label]!, 0) / part.length;
    const [begin, end] = [first.history.slice(0, 5), first.history.slice(-20)];
    for (const label of ["convergence", "convergence_all", "image_real", "label_real"]) {
      expect(mean(end, label), label).toBeLessThan(0.7 * mean(begin, label));
    }
    for (const label of ["k", "l", "z"]) {
      for (const { metrics } of first.history) expect(metrics[label]! >= 0 && metrics[label]! <= 1, label).toBe(true);
    }
    const drawn = await causal(["draw", first.run, "4 Face | do(Bald = true)", "--out", join(folder, "grid.png")]);
    expect(drawn.err).toMatch(/^computing on .*\n$/);
    expect(drawn.code).toBe(0);
    const again = await trained("again");
    expect(again.weights.equals(first.weights)).toBe(true);
  });

  it("says which network does not fit", async () => {
    const text = readFileSync(program, "utf8").replace("labeler = encode(units = 2)", "labeler = encode(units = 3)");
    const { code, err } = await causal([
      "train",
      writeProgram(folder, "wrong.causal", text),
      "--out",
      join(folder, "w"),
    ]);
    expect(err).toContain("`labeler = encode(...)` gives [3] for each example, and [2] is needed");
    expect(code).toBe(3);
  });

  it("its settings are explained where they are misspelt", async () => {
    const text = readFileSync(program, "utf8").replace("lambda_k", "lamda_k");
    const { err } = await causal(["check", writeProgram(folder, "misspelt.causal", text)]);
    expect(err).toMatch(/C20\d[\s\S]*lambda_k/);
  });
});
