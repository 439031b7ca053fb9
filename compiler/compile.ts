/**
 * The compiler as one readable driver, numbered like the pipeline: text to a checked program, to causal models, and a
 * `train` statement to a training plan. It does no I/O: imports are resolved by a function that is handed in.
 */
import { analyze } from "#lang/analyze";
import type { CheckedProgram, CheckedTrain } from "#lang/checked";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { NetworkDecl } from "#lang/syntax/ast";
import { parseFile } from "#lang/syntax/parse";
import type { TrainingPlan } from "#runtime/program/plan";
import { buildModel } from "./causal/from-checked.ts";
import type { CausalModel } from "./causal/model.ts";
import { lowerNetwork } from "./lower/network.ts";
import { verify } from "./tensor/verify.ts";
import type { TrainingTarget, Vocabulary } from "./vocabulary.ts";

export interface CompileOptions {
  readonly vocabulary: Vocabulary;
  /** the source that an `import` names, or null when there is none */
  readonly resolve: (path: string, from: string) => Source | null;
}

export interface Compilation {
  readonly program: CheckedProgram;
  readonly diagnostics: readonly Diagnostic[];
  /** empty when there are errors */
  readonly models: ReadonlyMap<string, CausalModel>;
}

export function compile(source: Source, { vocabulary, resolve }: CompileOptions): Compilation {
  // 1 to 3: lex and parse, abstract, resolve and check
  const { program, diagnostics } = analyze(source, { signatures: vocabulary, resolve });
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
    return { program, diagnostics, models: new Map() };
  }
  // 4: the causal models. 5, transforms, belongs to queries.
  const models = new Map([...program.models].map(([name, checked]) => [name, buildModel(checked)]));
  return { program, diagnostics, models };
}

/** Stages 6 to 9 for one `train` statement of a program without errors; `rows` is what the data has to train on. */
export function planTraining(
  { program, models }: Compilation,
  train: CheckedTrain,
  vocabulary: Vocabulary,
  rows: number,
): TrainingPlan {
  const regime = vocabulary.regimes.get(train.regime);
  const model = models.get(train.model);
  if (regime === undefined || model === undefined)
    throw new Error(`internal: cannot plan ${train.model}.${train.part}`);
  const networks = networksOf(program, vocabulary);
  const target: TrainingTarget = {
    model,
    node: train.part === "labels" ? null : train.part,
    rows,
    network: (builder, reference, inputs, { scope, mode }) => {
      const decl = networks.get(reference.name);
      if (decl === undefined) throw new Error(`internal: there is no network ${reference.name}`);
      return lowerNetwork(builder, decl, reference.args, inputs, { scope, mode, vocabulary, networks });
    },
  };
  // 6, lower; 7, differentiate; 8, simplify: the regime composes them into its programs. 9: the plan
  const plan = regime.plan(target, train.settings);
  for (const step of Object.values(plan.programs)) verify(step);
  return plan;
}

/** The program's own networks shadow those of the library, which regimes use by name. */
function networksOf(program: CheckedProgram, vocabulary: Vocabulary): ReadonlyMap<string, NetworkDecl> {
  const library = [...vocabulary.library].flatMap(([name, text]) =>
    parseFile({ name, text }).file.statements.filter((statement) => statement.kind === "network"),
  );
  return new Map([...library.map((decl) => [decl.name.text, decl] as const), ...program.networks]);
}
