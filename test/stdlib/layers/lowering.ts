/** Lowers networks written as text and runs them on the reference kernels: what the tests of layers and networks share. */
import { type LoweringOptions, lowerNetwork } from "#compiler/lower/network";
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import type { NetworkLowering, Vocabulary } from "#compiler/vocabulary";
import type { NetworkDecl } from "#lang/syntax/ast";
import { parseFile } from "#lang/syntax/parse";
import type { Constants } from "#lang/types/signature";
import type { FeatureShape } from "#lang/types/type";
import { evaluate } from "#runtime/executors/reference/evaluate";
import { initialState } from "#runtime/parameters";
import { createStream } from "#runtime/random";
import { type Shape, sizeOf, type Tensor, tensor } from "#runtime/tensor";
import { distributions } from "#stdlib/distributions/index";
import { functions } from "#stdlib/functions";
import { mechanisms } from "#stdlib/mechanisms";
import { layers } from "#stdlib/networks/layers/index";

/** The words that networks are made of. */
export const words: Vocabulary = {
  layers,
  distributions,
  mechanisms,
  functions,
  regimes: new Map(),
  datasets: new Map(),
  library: new Map(),
};

/** The networks of a text, which must parse. */
export function networksOf(text: string): ReadonlyMap<string, NetworkDecl> {
  const { file, diagnostics } = parseFile({ name: "test.causal", text });
  if (diagnostics.length > 0) throw new Error(diagnostics.map((diagnostic) => diagnostic.message).join("\n"));
  return new Map(
    file.statements.flatMap((statement) => (statement.kind === "network" ? [[statement.name.text, statement]] : [])),
  );
}

/** Lowers the network `name`, or the first of them, with inputs called by their declared names. */
export function lowerInto(
  builder: Builder,
  networks: ReadonlyMap<string, NetworkDecl>,
  inputs: readonly Value[],
  options: Partial<Pick<LoweringOptions, "scope" | "mode">> & {
    readonly name?: string;
    readonly args?: Constants;
  } = {},
): NetworkLowering {
  const { name = [...networks.keys()][0]!, args = {}, scope = "net", mode = "train" } = options;
  return lowerNetwork(builder, networks.get(name)!, args, inputs, { scope, mode, vocabulary: words, networks });
}

/** One lowered network with its output and updates as outputs of a program. */
export function lowerText(
  text: string,
  shapes: readonly Shape[],
  options: { readonly mode?: "train" | "draw"; readonly name?: string; readonly args?: Constants } = {},
) {
  const networks = networksOf(text);
  const decl = networks.get(options.name ?? [...networks.keys()][0]!)!;
  const builder = createBuilder("test");
  const inputs = decl.inputs.map((input, i) => builder.input(input.text, shapes[i]!));
  const lowering = lowerInto(builder, networks, inputs, options);
  builder.output("result", lowering.output);
  for (const [name, value] of lowering.updates) builder.output(name, value);
  return { builder, inputs, lowering };
}

export function randomTensor(shape: Shape, ...names: readonly (string | number)[]): Tensor {
  const data = new Float32Array(sizeOf(shape));
  createStream(3, ...names).fillNormal(data, 0, 1);
  return tensor(shape, data);
}

/** Runs a network written as text; `state` replaces initial values of parameters and statistics by name. */
export function runText(
  text: string,
  inputs: Readonly<Record<string, Tensor>>,
  options: {
    readonly mode?: "train" | "draw";
    readonly state?: Readonly<Record<string, Tensor>>;
    readonly noise?: Readonly<Record<string, Tensor>>;
  } = {},
): Readonly<Record<string, Tensor>> {
  const shapes = Object.values(inputs).map((x) => x.shape);
  const { builder, lowering } = lowerText(text, shapes, options);
  const state = { ...initialState(lowering.state, 1), ...options.state };
  return evaluate(builder.build(), { ...inputs, ...state, ...options.noise });
}

/** The shape of one example: [N, n] is [n], and [N, C, H, W] is [H, W, C]. */
export function featureShapeOf([, first, height, width]: Shape): FeatureShape {
  return height === undefined ? [first!] : [height, width!, first!];
}

/** The shape of a batch of examples. */
export function batchShape(batch: number, shape: readonly number[]): Shape {
  const [first, width, channels] = shape;
  return channels === undefined ? [batch, first!] : [batch, channels, first!, width!];
}
