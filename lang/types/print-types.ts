/** What `causal show types` prints: types of nodes, shapes after every layer of every network, trainings. */
import type { CheckedModel, CheckedProgram } from "../checked.ts";
import { positionAt, type Span } from "../source.ts";
import type { NetworkDecl } from "../syntax/ast.ts";
import type { CheckContext } from "./check-context.ts";
import { generatorInputs, isReference } from "./check-learned.ts";
import { checkNetworkDeclaration, checkNetworkUse, type LayerStep, printShapes } from "./check-network.ts";
import type { Constant, Constants } from "./signature.ts";
import { type FeatureShape, printShape, printType } from "./type.ts";

/**
 * A page of text: each model with its parameters and nodes (role, name, type, parents), each network with the shape after
 * every layer (alone, and as each image uses it), data and trainings. Numbers in front are lines of the source.
 */
export function printTypes(program: CheckedProgram): string {
  const blocks = [
    ...[...program.models.values()].map((model) => printModel(program, model)),
    ...[...program.networks.values()].map((decl) => printNetwork(program, decl)),
    ...[...program.models.values()].flatMap((model) => printUses(program, model)),
    [...program.data.values()].map(({ name, dataset, args }) => `data ${name} = ${dataset}${printConstants(args)}`),
    program.trains.map(({ model, part, regime, settings }) => {
      return `train ${model}.${part} with ${regime}${printConstants(settings)}`;
    }),
  ];
  const full = blocks.filter((lines) => lines.length > 0);
  return `${full.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Where something is, unless it is in the file that was asked about. */
function elsewhere(program: CheckedProgram, span: Span): string {
  return span.source === program.files.at(-1)?.source ? "" : `  // ${span.source}`;
}

function lineOf(program: CheckedProgram, span: Span): number {
  return positionAt(program.sources.get(span.source)?.text ?? "", span.start).line;
}

/** Rows with columns padded to equal width; the last column is left as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join("  ")}`.trimEnd(),
  );
}

function printModel(program: CheckedProgram, model: CheckedModel): readonly string[] {
  const params = Object.entries(model.params).map(([name, value]) => `  param ${name} = ${value}`);
  const nodes = model.nodes.map((node) => [
    String(lineOf(program, node.nameSpan)),
    node.role,
    node.name,
    printType(node.type),
    node.parents.length === 0 ? "" : `<- ${node.parents.join(", ")}`,
  ]);
  const drawn = (model.drawn?.nodes ?? []).map((node) => [
    String(lineOf(program, node.nameSpan)),
    node.latent ? "latent" : "sample",
    node.name,
    node.type === null ? "" : printType(node.type),
    node.parents.length === 0 ? "" : `<- ${node.parents.join(", ")}`,
  ]);
  const both = (model.drawn?.bidirected ?? []).map(([a, b]) => `  ${a} <-> ${b}`);
  return [`model ${model.name}${elsewhere(program, model.span)}`, ...params, ...table(nodes), ...table(drawn), ...both];
}

/** Nothing is reported while printing: errors have been, and leave a shape out. */
function silent(program: CheckedProgram): CheckContext {
  return {
    signatures: program.signatures,
    declarations: { models: new Map(), networks: program.networks, data: new Map() },
    report: () => {},
  };
}

function printSteps(program: CheckedProgram, steps: readonly LayerStep[]): readonly string[] {
  return table(steps.map(({ name, span, shapes }) => [String(lineOf(program, span)), name, printShapes(shapes)]));
}

function printNetwork(program: CheckedProgram, decl: NetworkDecl): readonly string[] {
  const steps: LayerStep[] = [];
  checkNetworkDeclaration(silent(program), decl, { step: (step) => steps.push(step) });
  const constants = decl.parameters.map((parameter) => parameter.name.text).join(", ");
  const inputs = decl.inputs.map((input) => input.text).join(", ");
  return [
    `network ${decl.name.text}(${inputs}${constants === "" ? "" : `; ${constants}`})${elsewhere(program, decl.span)}`,
    ...printSteps(program, steps),
  ];
}

/** The networks of image nodes, with the sizes that they get there. */
function printUses(program: CheckedProgram, model: CheckedModel): readonly (readonly string[])[] {
  return model.nodes.flatMap((node) => {
    const settings = node.mechanism.kind === "learned" ? node.mechanism.settings : {};
    const { network } = settings;
    if (!isReference(network) || node.type.kind !== "image") return [];
    const types = node.parents.flatMap((name) => model.nodes.find((other) => other.name === name)?.type ?? []);
    const inputs = generatorInputs(settings, types);
    const steps: LayerStep[] = [];
    checkNetworkUse(silent(program), network.name, network.args, inputs, node.span, (step) => steps.push(step));
    const given = inputs.map(
      (input: { what: string; shape: FeatureShape }) => `${input.what} ${printShape(input.shape)}`,
    );
    const call = `${network.name}${printConstants(network.args)}`;
    return [[`${model.name}.${node.name} ~ ${call} of ${given.join(", ")}`, ...printSteps(program, steps)]];
  });
}

function printConstants(constants: Constants): string {
  const parts = Object.entries(constants).flatMap(([name, value]) =>
    value === null ? [] : [`${name} = ${printConstant(value)}`],
  );
  return parts.length === 0 ? "" : `(${parts.join(", ")})`;
}

function printConstant(value: Constant): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isReference(value)) return `${value.name}${printConstants(value.args)}`;
  return Array.isArray(value) ? `[${value.map(printConstant).join(", ")}]` : String(value);
}
