/** `add`: the sum of two tensors of one shape, as in residual connections. */
import type { Layer } from "#compiler/vocabulary";
import { printShape } from "#lang/types/type";

export const add: Layer = {
  name: "add",
  inputs: 2,
  parameters: [],
  doc: "Sum of two tensors of the same shape.",
  shape([a, b]) {
    const fits = a!.length === b!.length && a!.every((dim, i) => dim === null || b![i] === null || dim === b![i]);
    if (fits) return { shape: a!.map((dim, i) => dim ?? b![i]!) };
    return { problem: `two equal shapes are needed, but they are ${printShape(a!)} and ${printShape(b!)}` };
  },
  lower: ({ builder }, [a, b]) => builder.add(a!, b!),
};
