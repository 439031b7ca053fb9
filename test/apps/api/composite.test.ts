/** Images computed from other images: trained in one statement, drawn from one joint sample. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, load, type Pictures } from "../../../apps/api/index.ts";
import { causal, examples, temporaryFolder, writeProgram } from "../cli/run-cli.ts";

const folder = temporaryFolder();

/** The example with networks and data that train in seconds, and a picture made of two. */
const text = readFileSync(join(examples, "night/night.causal"), "utf8")
  .replaceAll("width = 16", "width = 2")
  .replace("n = 5000", "n = 60")
  .replace("steps = 1500, batch = 32", "steps = 2, batch = 8")
  .replace(
    "image Negative",
    `image Other : rgb(32, 32) ~ generator(Male) { network = dcgan32(width = 2), noise = 8 }
  image Mixed : rgb(32, 32) := if Dark then min(Face, 0.5) else 0.25 * Face + (1 - 0.25) * Other
  image Negative`,
  );
// the labelers read as many labels as their image has
const program = writeProgram(folder, "night.causal", text.replace(/,\n {2}labeler = [^\n]*\n/, "\n"));
const directory = join(folder, "run");

const pixels = (pictures: Pictures | undefined, i: number) => [...pictures!.images[i]!].map((x) => (x + 1) / 2);
const near = (found: readonly number[], expected: readonly number[]) => {
  const distance = Math.max(...found.map((x, i) => Math.abs(x - expected[i]!)));
  expect(distance).toBeLessThan(1e-5);
};
const clip = (x: number) => Math.min(Math.max(x, 0), 1);

describe("computed images", () => {
  it("need what they are computed from", async () => {
    const { code, err } = await causal(["draw", program, "2 Negative"]);
    expect(code).toBe(3);
    expect(err).toContain("the image Face of Night has not been trained, and Negative is computed from it");
  });

  it("show their program", async () => {
    const { code, out } = await causal(["show", "program", program, "--target", "Night.Negative"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^program Negative\n.*input "Photo"/);
  });

  it("follow one statement that trains labels and images", async () => {
    const { code, err } = await causal(["train", program, "--out", directory]);
    expect(err).toContain("Night.labels with cpt");
    expect(code).toBe(0);
  });

  it("are computed from the pictures that are drawn beside them", async () => {
    const run = load(directory);
    const { pictures, columns } = await run.model().draw("70 Negative, Face, Photo, Mixed, Other", { seed: 5 });
    for (const i of [0, 1, 63, 64, 69]) {
      const face = pixels(pictures.Face, i);
      const other = pixels(pictures.Other, i);
      const photo = face.map((x) => clip(columns.Light![i]! * x));
      near(pixels(pictures.Photo, i), photo);
      near(
        pixels(pictures.Negative, i),
        photo.map((x) => 1 - x),
      );
      const dark = columns.Dark![i] === 1;
      near(
        pixels(pictures.Mixed, i),
        face.map((x, k) => (dark ? Math.min(x, 0.5) : 0.25 * x + 0.75 * other[k]!)),
      );
    }
    // two images have two noises
    expect(pixels(pictures.Face, 0)).not.toEqual(pixels(pictures.Other, 0));
    const alone = await run.model().draw("70 Mixed", { seed: 5 });
    expect(alone.pictures.Mixed!.images).toEqual(pictures.Mixed!.images);
    await run.close();
  });
});

describe("a program of plates", () => {
  it("is drawn with the copies of a node side by side, and set by name", async () => {
    const path = writeProgram(
      folder,
      "plate.causal",
      "model M { plate i in 1..2 { sample A : bool ~ Bernoulli(0.5)  let B := not A } }",
    );
    const { out } = await causal(["draw", path, "3 A | A = [true, false]", "--json"]);
    expect(Object.entries(JSON.parse(out).nodes)).toEqual([
      ["A[1]", ["true", "true", "true"]],
      ["A[2]", ["false", "false", "false"]],
      ["B[1]", ["false", "false", "false"]],
      ["B[2]", ["true", "true", "true"]],
    ]);
    const model = compile(readFileSync(path, "utf8")).model();
    expect(model.do({ "A[1]": true }).query("P(B[1])").value).toBe(0);
    const shown = await causal(["show", "model", path, "--do", "A=true"]);
    expect(shown.out).toContain("A[2] := true  : bool  [set]");
  });

  it("takes its columns from a table, by either spelling", async () => {
    writeProgram(folder, "rows.csv", "A_1,A[2]\n1,0\n1,0\n0,0\n1,1\n");
    const path = writeProgram(
      folder,
      "learned.causal",
      `model M { plate i in 1..2 { sample A : bool ~ neural() } latent U : bool ~ Bernoulli(0.5) }
       data d = table("rows.csv")
       train M with cpt { data = d }
       query P(A[1])`,
    );
    const out = join(folder, "plates");
    expect((await causal(["train", path, "--out", out])).code).toBe(0);
    expect((await causal(["query", out, "P(A[1])", "P(A[2])"])).out).toMatch(/0\.7500[\s\S]*0\.2500/);
  });
});
