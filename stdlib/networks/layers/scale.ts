/** `scale`: multiplication by a fixed number. */
import type { Layer } from "#compiler/vocabulary";
import { numberArgument } from "./arguments.ts";

export const scale: Layer = {
  name: "scale",
  inputs: 1,
  parameters: [{ name: "by", kind: "number", doc: "the factor" }],
  doc: "Multiplies every number by the same factor.",
  shape: ([input]) => ({ shape: input! }),
  lower: ({ builder }, [x], args) => builder.mul(x!, numberArgument(args, "by")),
};
