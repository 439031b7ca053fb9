/** Learned mechanisms, `neural(A, B)` and `generator(A, B) { network = ... }`: their parents, settings and networks. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { CallExpr, Identifier, Settings } from "../syntax/ast.ts";
import { checkArguments, settingsAsArguments } from "./check-arguments.ts";
import { type CheckContext, declaredHere, watch } from "./check-context.ts";
import type { Callee } from "./check-match.ts";
import { checkNetworkUse, fits, type LayerStep, printShapes } from "./check-network.ts";
import { countStates, isDiscrete } from "./check-states.ts";
import { shapeOfType } from "./check-type.ts";
import {
  discreteParents,
  failed,
  type MechanismResult,
  type NodeUnderCheck,
  type ParentUse,
  reportMismatch,
  reportUntyped,
  resolveParents,
} from "./mechanism.ts";
import { constantsOf, type ModelView } from "./model-scope.ts";
import type { Constants, MechanismSignature, NetworkReference } from "./signature.ts";
import { type FeatureShape, type NodeType, printShape } from "./type.ts";

export function checkLearned(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  signature: MechanismSignature,
  call: CallExpr,
  settings: Settings | null,
): MechanismResult {
  const { name } = signature;
  const identifiers: Identifier[] = [];
  let ok = true;
  const watched = watch(context);
  for (const arg of call.args) {
    if (arg.name !== null) watched.report(diagnose("C220", arg.span, { callee: name, name: arg.name.text }));
    else if (arg.value.kind === "name") identifiers.push(arg.value.name);
    else if (arg.value.kind !== "missing") {
      watched.report(diagnose("C226", arg.value.span, { what: "an expression", where: "a list of parents" }));
    }
  }
  const parents = resolveParents(watched, model, node, identifiers);
  for (const { name: parent, span } of parents) {
    const role = model.node(parent)?.role;
    if (role !== "latent" && role !== "noise") continue;
    watched.report(diagnose("C308", span, { node: node.name, parent, role: role === "latent" ? "latent" : "noise" }));
  }
  const callee: Callee = { name, span: call.callee.span, word: "setting" };
  const given = settingsAsArguments(watched, callee, signature.settings, settings);
  const { values, complete } = checkArguments(watched, callee, signature.settings, given, constantsOf(model));
  ok &&= complete;

  const { declared } = node;
  if (declared === null) {
    reportUntyped(context, node, name);
    return failed(node, parents);
  }
  if (signature.on === "discrete") {
    if (!isDiscrete(declared)) {
      reportMismatch(watched, node, declared, name, "states", call.callee.span);
    } else if (node.role === "latent") {
      watched.report(diagnose("C615", call.span, { name: node.name, mechanism: name }));
    } else {
      ok = discreteParents(watched, model, node, parents, name) !== null && ok;
    }
  } else if (declared.kind !== "image") {
    reportMismatch(watched, node, declared, name, "an image", call.callee.span);
  } else {
    ok = checkGenerator(watched, model, node, declared, parents, values, settings) && ok;
  }
  return {
    type: declared,
    parents,
    mechanism: ok && watched.sound() ? { kind: "learned", name, settings: values } : null,
  };
}

/** How many numbers encode a parent: 1 for bool and real, one for each state of the rest, n for real[n]. */
export function encodedWidth(type: NodeType): number {
  if (type.kind === "real") return type.size ?? 1;
  return isDiscrete(type) && type.kind !== "bool" ? countStates(type) : 1;
}

/** The tensors that the network of an image node is called with, by its settings and parents. */
export function generatorInputs(
  settings: Constants,
  parents: readonly NodeType[],
): readonly { readonly what: string; readonly shape: FeatureShape }[] {
  const noise = typeof settings.noise === "number" ? settings.noise : null;
  const width = parents.reduce((sum, type) => sum + encodedWidth(type), 0);
  return [
    { what: "noise", shape: [noise] },
    { what: "labels", shape: [width] },
  ];
}

function checkGenerator(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  type: NodeType,
  parents: readonly ParentUse[],
  values: Constants,
  settings: Settings | null,
): boolean {
  const types = parents.map((parent) => model.node(parent.name)?.type ?? null);
  const { network } = values;
  if (!isReference(network) || types.includes(null)) return false;
  const setting = settings?.entries.find((entry) => entry.name.text === "network");
  const span = setting?.value.span ?? node.nameSpan;
  return checkGeneratorNetwork(context, node.name, type, network, generatorInputs(values, types as NodeType[]), span);
}

function checkGeneratorNetwork(
  context: CheckContext,
  node: string,
  type: NodeType,
  network: NetworkReference,
  inputs: ReturnType<typeof generatorInputs>,
  span: Parameters<typeof checkNetworkUse>[4],
  step?: (step: LayerStep) => void,
): boolean {
  const found = checkNetworkUse(context, network.name, network.args, inputs, span, step);
  const expected = shapeOfType(type);
  if (found === null || expected === null) return false;
  if (fits(found, expected)) return true;
  const args = { network: network.name, node, expected: printShape(expected), found: printShapes(found) };
  context.report(diagnose("C236", span, args, { related: declaredHere(context, node, span) }));
  return false;
}

export function isReference(value: Constants[string] | undefined): value is NetworkReference {
  return typeof value === "object" && value !== null && "kind" in value;
}
