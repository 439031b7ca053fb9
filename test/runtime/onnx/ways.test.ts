/** The ways to write a convolution in ONNX: all give the same values, and a choice is taken where it fits. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { type Choices, signatureOf, ways } from "../../../runtime/executors/onnx/convolution.ts";
import { lowerProgram } from "../../../runtime/executors/onnx/lower.ts";
import type { OpNode } from "#runtime/program/program";
import { cases } from "../conformance/cases.ts";
import { expectAgreement } from "../conformance/agree.ts";
import { programsOf } from "../conformance/random.ts";

/** The same way for everything that it fits. */
const everywhere = (way: string): Choices => new Proxy({}, { get: () => way });
const all = (["convTranspose", "convFilterGrad"] as const).flatMap((op) =>
  Object.keys(ways[op]).map((way) => [op, way] as const),
);

describe.each(all)("%s as %s", (op, way) => {
  test("agrees with reference", async () => {
    const executor = await createOnnxExecutor({ threads: 1, choices: everywhere(way) });
    const b = createBuilder(op);
    let drawn = 0;
    for (const [i, build] of cases[op].entries()) {
      b.output(
        `case ${i}`,
        build(b, (shape) => b.input(`x${drawn++}`, shape)),
      );
    }
    await expectAgreement(executor, b.build(), 1e-5);
    const agree = fc.asyncProperty(programsOf(op), (program) => expectAgreement(executor, program, 1e-5));
    await fc.assert(agree, { seed: 3, numRuns: 12 });
    await executor.close();
  });
});

test("a choice is for one signature, on the cpu, and one that is unknown is no choice", () => {
  const b = createBuilder("up");
  const geometry = { strides: [2, 2], pads: [2, 2, 2, 2], dilations: [1, 1] } as const;
  b.output("y", b.convTranspose(b.input("x", [4, 6, 8, 8]), b.input("w", [6, 3, 5, 5]), geometry, [1, 1]));
  const program = b.build();
  const node = program.nodes.at(-1) as OpNode;
  const signature = signatureOf(node, [
    [4, 6, 8, 8],
    [6, 3, 5, 5],
  ]);
  const written = (choices: Choices, provider: "cpu" | "webgpu" = "cpu") =>
    lowerProgram(program, { provider, choices }).nodes.map(({ op }) => op);
  expect(written({})).toContain("ConvTranspose");
  expect(written({ [signature]: "subpixel" })).toContain("DepthToSpace");
  expect(written({ [signature]: "product" })).toContain("Col2Im");
  expect(written({ [signature]: "subpixel" }, "webgpu")).toContain("ConvTranspose");
  expect(written({ [signature]: "magic" })).toContain("ConvTranspose");
  expect(written({ [signature]: "toString" })).toContain("ConvTranspose");
  expect(written({ [`${signature} `]: "subpixel" })).toContain("ConvTranspose");
});
