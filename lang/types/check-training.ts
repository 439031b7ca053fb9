/** Data and train statements: which words they use, with which settings, on which part of a model. */
import type { CheckedData, CheckedTrain } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { DataStatement, TrainStatement } from "../syntax/ast.ts";
import { checkArguments, settingsAsArguments } from "./check-arguments.ts";
import { emptyScope } from "./check-constant.ts";
import { type CheckContext, reportUnknown, reportUnsupported } from "./check-context.ts";
import { reportLack } from "./check-lack.ts";
import type { Callee } from "./check-match.ts";
import type { ModelCheck } from "./check-model.ts";
import { checkNetworkUse } from "./check-network.ts";
import { isReference } from "./check-learned.ts";
import { isDiscrete } from "./check-states.ts";
import { shapeOfType } from "./check-type.ts";
import type { Constants, RegimeSignature } from "./signature.ts";
import type { NodeType } from "./type.ts";

/** The data with its arguments completed, or null where something is wrong, which is reported. */
export function checkData(context: CheckContext, statement: DataStatement): CheckedData | null {
  const { source, settings, name, span } = statement;
  const { datasets } = context.signatures;
  const signature = datasets.get(source.callee.text);
  if (signature === undefined) {
    reportUnknown(context, "dataset", source.callee, datasets.keys());
    return null;
  }
  const callee: Callee = { name: signature.name, span: source.callee.span, word: "argument" };
  const args = [...source.args, ...settingsAsArguments(context, settings)];
  const { values, complete } = checkArguments(context, callee, signature.parameters, args, emptyScope);
  return complete ? { name: name.text, dataset: signature.name, args: values, span } : null;
}

/** The training with its settings completed, or null where something is wrong, which is reported. */
export function checkTrain(
  context: CheckContext,
  statement: TrainStatement,
  models: ReadonlyMap<string, ModelCheck>,
): CheckedTrain | null {
  const { regimes } = context.signatures;
  const regime = regimes.get(statement.regime.text);
  if (regime === undefined) reportUnknown(context, "regime", statement.regime, regimes.keys());
  const { declarations } = context;
  const modelName = statement.model.text;
  if (!declarations.models.has(modelName)) {
    reportUnknown(context, "model", statement.model, declarations.models.keys());
  }
  const trained = models.get(modelName);
  if (trained?.view) reportLack(context, trained.view, statement.model.span);
  const image = trained === undefined ? null : checkPart(context, statement, trained, regime ?? null);
  if (regime === undefined) return null;

  const callee: Callee = { name: regime.name, span: statement.regime.span, word: "setting" };
  const given = settingsAsArguments(context, statement.settings);
  const { values, complete } = checkArguments(context, callee, regime.settings, given, emptyScope);
  if (image !== null && image !== "labels") checkNetworks(context, statement, regime, values, image);
  if (!complete || image === null || statement.part === null) return null;
  return { model: modelName, part: statement.part.text, regime: regime.name, settings: values, span: statement.span };
}

/** "labels", the type of the image node that is trained, or null where the part is wrong (reported) or not known. */
function checkPart(
  context: CheckContext,
  { part, model: modelName }: TrainStatement,
  { view, model }: ModelCheck,
  regime: RegimeSignature | null,
): "labels" | NodeType | null {
  if (part === null) {
    reportUnsupported(context, modelName.span, "training a whole model at once");
    return null;
  }
  if (view === null) return null;
  const name = part.text;
  const mismatch = (): null => {
    if (regime !== null) {
      context.report(diagnose("C610", part.span, { regime: regime.name, target: regime.target, part: name }));
    }
    return null;
  };
  if (name === "labels") {
    if (regime?.target === "image") return mismatch();
    const learned = model.nodes.some((node) => node.mechanism.kind === "learned" && isDiscrete(node.type));
    const broken = view.nodeNames().length > model.nodes.length;
    if (learned || broken) return "labels";
    context.report(diagnose("C611", part.span, { model: modelName.text }));
    return null;
  }
  const node = view.node(name);
  if (node === null) {
    const images = view.nodeNames().filter((other) => view.node(other)?.role === "image");
    reportUnknown(context, `part of \`${modelName.text}\``, part, ["labels", ...images]);
    return null;
  }
  if (node.role !== "image") {
    context.report(diagnose("C614", part.span, { model: modelName.text, part: name }));
    return null;
  }
  return regime?.target === "labels" ? mismatch() : node.type;
}

/** Networks of one tensor in the settings read the image, as discriminators and labelers do, or a vector, as decoders do. */
function checkNetworks(
  context: CheckContext,
  statement: TrainStatement,
  { settings }: RegimeSignature,
  values: Constants,
  type: NodeType,
): void {
  const shape = shapeOfType(type);
  if (shape === null) return;
  for (const { name, value } of statement.settings?.entries ?? []) {
    const network = values[name.text];
    if (!isReference(network)) continue;
    const decl = context.declarations.networks.get(network.name);
    if (decl?.inputs.length !== 1) continue;
    const reads = settings.find((parameter) => parameter.name === name.text)?.reads;
    const input = reads === "vector" ? { what: "a vector", shape: [null] } : { what: "the image", shape };
    checkNetworkUse(context, network.name, network.args, [input], value.span);
  }
}
