/** Data and train statements: which words they use, with which settings, on which part of a model. */
import type { CheckedData, CheckedTrain } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { DataStatement, Identifier, Settings, TrainStatement } from "../syntax/ast.ts";
import { checkArguments, settingsAsArguments } from "./check-arguments.ts";
import { emptyScope } from "./check-constant.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
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
  const args = [...source.args, ...settingsAsArguments(context, callee, signature.parameters, settings)];
  const { values, complete } = checkArguments(context, callee, signature.parameters, args, emptyScope);
  return complete ? { name: name.text, dataset: signature.name, args: values, span } : null;
}

/** The trainings with their settings completed; none where something is wrong, which is reported. */
export function checkTrain(
  context: CheckContext,
  statement: TrainStatement,
  models: ReadonlyMap<string, ModelCheck>,
): readonly CheckedTrain[] {
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
  if (statement.part === null) return checkWhole(context, statement, trained ?? null, regime ?? null);
  const image = trained === undefined ? null : checkPart(context, statement, statement.part, trained, regime ?? null);
  if (regime === undefined) return [];
  const settings = checkSettings(context, regime, statement.regime.span, statement.settings);
  if (image !== null && image !== "labels") checkNetworks(context, statement, regime, settings.values, image);
  if (!settings.complete || image === null) return [];
  return [trainOf(statement, statement.part.text, regime, settings.values)];
}

function checkSettings(context: CheckContext, regime: RegimeSignature, span: Span, settings: Settings | null) {
  const callee: Callee = { name: regime.name, span, word: "setting" };
  const given = settingsAsArguments(context, callee, regime.settings, settings);
  return checkArguments(context, callee, regime.settings, given, emptyScope);
}

const trainOf = (
  { model, span }: TrainStatement,
  part: string,
  regime: RegimeSignature,
  settings: Constants,
): CheckedTrain => ({ model: model.text, part, regime: regime.name, settings, span });

/**
 * `train Model with causalgan`: the labels by the standard regime, or by the one that the group `labels` names, with the
 * same data and seed; then every image that is generated, in the order of the model.
 */
function checkWhole(
  context: CheckContext,
  statement: TrainStatement,
  trained: ModelCheck | null,
  regime: RegimeSignature | null,
): readonly CheckedTrain[] {
  if (trained?.view == null || trained.view.lacks !== null || regime === null) return [];
  const learned = trained.model.nodes.filter(({ mechanism }) => mechanism.kind === "learned");
  const images = learned.filter(({ type }) => type.kind === "image");
  const hasLabels = learned.length > images.length;
  const model = statement.model.text;
  const broken = trained.view.nodeNames().length > trained.model.nodes.length;
  if (regime.target === "labels" && images.length > 0) {
    const names = images.map(({ name }) => name);
    context.report(diagnose("C616", statement.regime.span, { model, regime: regime.name, images: names }));
    return [];
  }
  if (learned.length === 0 || (regime.target === "image" && images.length === 0)) {
    if (broken) return [];
    const found = learned.length === 0 ? null : "labels";
    if (found === null) context.report(diagnose("C617", statement.model.span, { model, part: null }));
    else {
      const args = { regime: regime.name, target: regime.target, part: found } as const;
      context.report(diagnose("C610", statement.regime.span, args));
    }
    return [];
  }
  const { own, rest } = splitLabels(statement.settings);
  const settings = checkSettings(
    context,
    regime,
    statement.regime.span,
    regime.target === "image" ? rest : statement.settings,
  );
  if (regime.target === "labels")
    return settings.complete ? [trainOf(statement, "labels", regime, settings.values)] : [];
  for (const { type } of images) checkNetworks(context, statement, regime, settings.values, type);
  const labels = hasLabels && regime.reads !== true ? checkLabels(context, statement, own) : [];
  if (labels === null || !settings.complete) return [];
  return [...labels, ...images.map(({ name }) => trainOf(statement, name, regime, settings.values))];
}

/** The group `labels { regime = cpt, steps = 100 }`, and the settings beside it. */
function splitLabels(settings: Settings | null): { readonly own: Settings | null; readonly rest: Settings | null } {
  const entry = settings?.entries.find(({ name, value }) => name.text === "labels" && value.kind === "settings");
  if (settings === null || entry?.value.kind !== "settings") return { own: null, rest: settings };
  return { own: entry.value, rest: { ...settings, entries: settings.entries.filter((other) => other !== entry) } };
}

/** The training of the labels of a whole model; null where it is wrong (reported). */
function checkLabels(
  context: CheckContext,
  statement: TrainStatement,
  own: Settings | null,
): readonly CheckedTrain[] | null {
  const { regimes } = context.signatures;
  const named = own?.entries.find(({ name }) => name.text === "regime");
  const ofLabels = [...regimes.values()].filter(({ target }) => target === "labels");
  let regime = ofLabels.find(({ standard }) => standard === true);
  if (named !== undefined) {
    const { value } = named;
    if (value.kind === "missing") return null;
    regime = value.kind === "name" ? ofLabels.find(({ name }) => name === value.name.text) : undefined;
    if (regime === undefined) {
      const name = value.kind === "name" ? value.name : named.name;
      reportUnknown(
        context,
        "regime of labels",
        name,
        ofLabels.map(({ name: known }) => known),
      );
      return null;
    }
  }
  if (regime === undefined) throw new Error("internal: no regime of labels is the standard one");
  const known = new Set(regime.settings.map(({ name }) => name));
  const entries = (own?.entries ?? []).filter((entry) => entry !== named);
  const shared = (statement.settings?.entries ?? []).filter(
    ({ name: { text } }) =>
      (text === "data" || text === "seed") && known.has(text) && !entries.some(({ name }) => name.text === text),
  );
  const { span } = statement.regime;
  const settings = { kind: "settings", entries: [...shared, ...entries], span } as const;
  const { values, complete } = checkSettings(context, regime, span, settings);
  return complete ? [trainOf(statement, "labels", regime, values)] : null;
}

/** "labels", the type of the image node that is trained, or null where the part is wrong (reported) or not known. */
function checkPart(
  context: CheckContext,
  { model: modelName }: TrainStatement,
  part: Identifier,
  { view, model }: ModelCheck,
  regime: RegimeSignature | null,
): "labels" | NodeType | null {
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
  const { mechanism } = model.nodes.find((other) => other.name === name) ?? {};
  if (mechanism?.kind === "equation") {
    context.report(diagnose("C617", part.span, { model: modelName.text, part: name }));
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
