/** An evaluation of `examples/digits` after a few steps: labels of ten and three states, and gray pictures, in every table and figure. */
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Evaluation } from "../../apps/eval/evaluation.ts";
import { causal, examples, temporaryFolder, writeProgram } from "../apps/cli/run-cli.ts";

const folder = temporaryFolder();
const mnist = new URL("../../../shared/data/mnist", import.meta.url).pathname;
const paths = ["--data", `seen=${mnist}`, "--data", `other=${mnist}`];

it.skipIf(!existsSync(mnist))(
  "is evaluated and reported (skipped where MNIST is absent)",
  async () => {
    cpSync(join(examples, "digits/networks.causal"), join(folder, "networks.causal"));
    const text = readFileSync(join(examples, "digits/digits.causal"), "utf8")
      .replace("limit = 5000", "limit = 1000")
      .replace("skip = 5000", "skip = 5000, limit = 600");
    const program = writeProgram(folder, "digits.causal", text);
    const [run, report] = [join(folder, "run"), join(folder, "report")];
    expect((await causal(["train", program, ...paths, "--out", run, "--steps", "2"])).code).toBe(0);
    const { code, out } = await causal(["eval", run, ...paths, "--samples", "40", "--json", "--out", report]);
    expect(code).toBe(0);
    const { images, labels } = JSON.parse(out) as Evaluation;
    expect(labels!.combinations).toBe(30);
    expect(images[0]!.interventions.map(({ node, state }) => `${node} ${state}`)).toEqual([
      ...Array.from({ length: 10 }, (_, digit) => `Digit ${digit}`),
      ...["thin", "medium", "thick"].map((state) => `Thickness ${state}`),
    ]);
    expect(images[0]).toMatchObject({
      shape: [1, 28, 28],
      judge: { origin: "program", assessedOn: expect.stringContaining("held out") },
    });
    const page = readFileSync(join(report, "index.html"), "utf8");
    expect(page).toContain("do(Digit = 7) against Digit = 7");
    expect(page).toContain("do(Thickness = medium) against Thickness = medium");
  },
  600_000,
);
