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
const all = (["conv", "convTranspose", "convFilterGrad"] as const).flatMap((op) =>
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

/** [examples, channels, filters, height, kernel, stride, pads before, pads after]; the maps are a stride wider than high */
const maps = [
  [4, 16, 32, 8, 3, 1, 1, 1],
  [20, 32, 16, 8, 5, 2, 1, 2],
  [16, 16, 16, 6, 5, 2, 2, 2],
  [8, 3, 16, 9, 3, 2, 1, 1],
  [16, 16, 16, 6, 3, 3, 0, 0],
  [8, 16, 16, 7, 4, 2, 1, 1],
  [12, 32, 32, 8, 3, 2, 0, 1],
  [6, 16, 16, 5, 2, 1, 0, 0],
  [36, 16, 16, 4, 3, 1, 1, 1],
  [4, 20, 36, 6, 4, 2, 1, 1],
  [4, 16, 3, 6, 3, 1, 1, 1],
] as const;

test("convolutions of whole blocks of channels agree with reference, and are written in blocks", async (context) => {
  const executor = await createOnnxExecutor({ threads: 1, choices: everywhere("blocked") });
  if (executor.target.block === 0) context.skip("this processor has no blocked layout");
  const b = createBuilder("blocks");
  for (const [i, [n, channels, filters, height, kernel, stride, before, after]] of maps.entries()) {
    const pads = [before, before, after, after] as const;
    const geometry = { strides: [stride, stride], pads, dilations: [1, 1] } as const;
    const x = b.input(`x${i}`, [n, channels, height, height + stride]);
    const w = b.input(`w${i}`, [filters, channels, kernel, kernel]);
    const y = b.conv(x, w, geometry);
    const dy = b.input(`dy${i}`, y.shape);
    const [tall, wide] = [2, 3].map((axis) => {
      return x.shape[axis]! - ((y.shape[axis]! - 1) * stride + kernel - before - after);
    }) as [number, number];
    b.output(`y${i}`, b.add(y, b.input(`bias${i}`, [1, filters, 1, 1])));
    b.output(`dx${i}`, b.convTranspose(dy, w, geometry, [tall, wide]));
    b.output(`dw${i}`, b.convFilterGrad(x, dy, geometry, [kernel, kernel]));
  }
  const program = b.build();
  const contractions = ["Conv", "ConvTranspose", "Col2Im"];
  const plain = lowerProgram(program, executor.target).nodes.filter(({ domain }) => domain === undefined);
  // examples that cannot be moved four at a time, three channels of a result (twice), and a height that no stride divides
  expect(plain.map(({ op }) => op).filter((op) => contractions.includes(op))).toEqual([
    "Col2Im",
    "Col2Im",
    "Conv",
    "Conv",
  ]);
  await expectAgreement(executor, program, 1e-4);
  await executor.close();
});

test("repeating the places of a map is a Resize, and agrees with reference", async () => {
  const executor = await createOnnxExecutor({ threads: 1 });
  const b = createBuilder("enlarge");
  for (const [rows, columns] of [
    [2, 2],
    [1, 3],
    [5, 4],
  ] as const) {
    b.output(`${rows}x${columns}`, b.broadcastTo(b.input(`x${rows}`, [2, 3, 4, 1, 5, 1]), [2, 3, 4, rows, 5, columns]));
  }
  const program = b.build();
  const written = lowerProgram(program, executor.target).nodes.map(({ op }) => op);
  expect(written.filter((op) => op === "Resize")).toHaveLength(3);
  await expectAgreement(executor, program, 1e-6);
  await executor.close();
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
    lowerProgram(program, { provider, choices, block: 0 }).nodes.map(({ op }) => op);
  expect(written({})).toContain("ConvTranspose");
  expect(written({ [signature]: "subpixel" })).toContain("DepthToSpace");
  expect(written({ [signature]: "product" })).toContain("Col2Im");
  expect(written({ [signature]: "subpixel" }, "webgpu")).toContain("ConvTranspose");
  expect(written({ [signature]: "magic" })).toContain("ConvTranspose");
  expect(written({ [signature]: "toString" })).toContain("ConvTranspose");
  expect(written({ [`${signature} `]: "subpixel" })).toContain("ConvTranspose");
});
