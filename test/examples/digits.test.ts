/**
 * The digits, as far as they can be had in seconds: both programs check and print; on a part of the real digits, where
 * these are here (MNIST is no part of the package), they train for a few steps, answer and draw.
 */
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { measure } from "../../examples/digits/measure.ts";
import { causal, examples, temporaryFolder, writeProgram } from "../apps/cli/run-cli.ts";

const folder = temporaryFolder();
const mnist = new URL("../../../shared/data/mnist", import.meta.url).pathname;
const paths = ["--data", `seen=${mnist}`, "--data", `other=${mnist}`];
const programs = ["digits", "began"] as const;
const programOf = (name: string) => join(examples, "digits", `${name}.causal`);

describe.each(programs)("%s.causal", (name) => {
  it("is sound, and its graph is the one that the example assumes", async () => {
    expect(await causal(["check", programOf(name)])).toMatchObject({ code: 0 });
    const { out, code } = await causal(["show", "graph", programOf(name)]);
    expect(code).toBe(0);
    expect(out).toMatch(/Digit\W+->\W+Thickness/);
    expect(out).toMatch(/Thickness\W+->\W+Image/);
    expect(out).not.toMatch(/Thickness\W+->\W+Digit/);
  });

  it("says where the digits are expected when they are not there", async () => {
    const { code, err } = await causal(["train", programOf(name), "--out", join(folder, "none")]);
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/no file .*t10k-images-idx3-ubyte/) });
  });
});

describe.skipIf(!existsSync(mnist)).each(programs)(
  "%s.causal on real digits (skipped where MNIST is absent)",
  (name) => {
    const run = join(folder, name);

    beforeAll(async () => {
      cpSync(join(examples, "digits/networks.causal"), join(folder, "networks.causal"));
      const text = readFileSync(programOf(name), "utf8")
        .replace("limit = 5000", "limit = 1000")
        .replace("skip = 5000", "skip = 5000, limit = 600");
      const program = writeProgram(folder, `${name}.causal`, text);
      const flags = ["--steps", "2", "--no-report", "--no-tensorboard"];
      const { code, err } = await causal(["train", program, ...paths, "--out", run, ...flags]);
      expect({ code, err }).toMatchObject({ code: 0, err: expect.not.stringContaining("fault") });
    }, 240_000);

    it("knows a thick stroke that was seen from one that was made", async () => {
      const value = async (query: string): Promise<number> =>
        JSON.parse((await causal(["query", run, query, "--json"])).out).value;
      const plain = await value("P(Digit = 9)");
      expect(await value("P(Digit = 9 | do(Thickness = thick))")).toBeCloseTo(plain, 12);
      expect(await value("P(Digit = 9 | Thickness = thick)")).toBeLessThan(0.9 * plain);
    });

    it("draws gray pictures of 28 x 28", async () => {
      const png = join(folder, `${name}.png`);
      const { out, err, code } = await causal(["draw", run, "4 Image | do(Digit = 7)", "--out", png]);
      expect({ code, text: out + err }).toMatchObject({ code: 0, text: expect.stringContaining("4 pictures") });
    });

    it("is measured by the definition of its labels", async () => {
      const states = ["thin", "medium", "thick"];
      const line = (state: string) =>
        `do\\(Thickness = ${state}\\): \\d+\\.\\d\\d pixels, [01]\\.\\d{3} measured as ${state}`;
      expect(await measure(run, 10)).toEqual(
        states.map((state) => expect.stringMatching(new RegExp(`^${line(state)}$`))),
      );
    });
  },
);
