/** The printed form of a program, as users see it. */
import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { print } from "#compiler/tensor/print";
import { tensor } from "#runtime/tensor";

test("a program prints one node a line", () => {
  const b = createBuilder("small net");
  const x = b.input("x", [2, 3, 8, 8]);
  const w = b.input("Face/conv 1/w", [4, 3, 3, 3]);
  const y = b.at({ source: "faces.causal", start: 120, end: 130 }, () =>
    b.leakyRelu(b.conv(x, w, { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1] }), 0.2),
  );
  b.constant(tensor([3], [1, -0.5, 1e-7]));
  b.constant(tensor([10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  b.output("y", b.mul(y, 0.1));
  b.output("mean", b.mean(y));
  const program = b.build();
  expect(print(program)).toBe(`program small net
  %0 f32[2, 3, 8, 8] = input "x"
  %1 f32[4, 3, 3, 3] = input "Face/conv 1/w"
  %2 f32[2, 4, 4, 4] = conv %0 %1 {strides=[2, 2], pads=[1, 1, 1, 1], dilations=[1, 1]}  // faces.causal@120
  %3 f32[2, 4, 4, 4] = leakyRelu %2 {alpha=0.2}  // faces.causal@120
  %4 f32[3] = constant [1, -0.5, 1e-7]
  %5 f32[10] = constant [0, 1, 2, 3, ... 10 values]
  %6 f32[] = constant 0.1
  %7 f32[2, 4, 4, 4] = mul %3 %6
  %8 f32[] = sum %3 {axes=[0, 1, 2, 3], keepdims=false}
  %9 f32[] = constant 0.0078125
  %10 f32[] = mul %8 %9
  output "y" = %7
  output "mean" = %10
`);
  expect(print(program, () => 12)).toContain("leakyRelu %2 {alpha=0.2}  // faces.causal:12\n");
});
