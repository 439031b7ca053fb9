/** The layers that bend each number by itself: relu, lrelu, elu, tanh, sigmoid, softplus. */
import type { Layer } from "#compiler/vocabulary";
import type { Builder, Value } from "#compiler/tensor/build";
import { numberArgument } from "./arguments.ts";

function activation(name: string, doc: string, apply: (builder: Builder, x: Value) => Value): Layer {
  return {
    name,
    inputs: 1,
    parameters: [],
    doc,
    shape: ([input]) => ({ shape: input! }),
    lower: ({ builder }, [x]) => apply(builder, x!),
  };
}

export const relu = activation("relu", "x where x > 0, else 0.", (b, x) => b.relu(x));
export const elu = activation("elu", "x where x > 0, else exp(x) - 1.", (b, x) => b.elu(x, 1));
export const tanh = activation("tanh", "Hyperbolic tangent, between -1 and 1.", (b, x) => b.tanh(x));
export const sigmoid = activation("sigmoid", "1 / (1 + exp(-x)), between 0 and 1.", (b, x) => b.sigmoid(x));
export const softplus = activation("softplus", "log(1 + exp(x)), positive.", (b, x) => b.softplus(x));

export const lrelu: Layer = {
  name: "lrelu",
  inputs: 1,
  parameters: [{ name: "slope", kind: "number", default: 0.2, range: [0, 1], doc: "slope below zero" }],
  doc: "Leaky relu: x where x > 0, else slope * x.",
  shape: ([input]) => ({ shape: input! }),
  lower: ({ builder }, [x], args) => builder.leakyRelu(x!, numberArgument(args, "slope")),
};
