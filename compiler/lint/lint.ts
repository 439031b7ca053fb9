/**
 * The lints: questions that have an answer and may not mean what they seem to. A lint is a function in a file of its
 * own and a row here; its words are in the catalogue. `// causal: allow CODE` in the program silences one (silence.ts).
 */
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { CheckedProgram } from "#lang/checked";
import type { QueryExpr } from "#lang/syntax/ast";
import type { CausalModel } from "../causal/model.ts";
import { conditionOnCollider } from "./collider.ts";
import type { LintContext } from "./context.ts";
import { predictedCost } from "./cost.ts";
import { withoutCoupling } from "./coupling.ts";
import { conditionOnDescendant } from "./descendant.ts";
import { positivity } from "./positivity.ts";
import { comparing, type Question, questionOfDraw, questionsOf } from "./question.ts";
import { allowed } from "./silence.ts";
import { outsideSupport } from "./support.ts";
import { neverTrained } from "./unfitted.ts";
import { unusedNodes } from "./unused.ts";

type QuestionLint = (question: Question, context: LintContext) => readonly Diagnostic[];

/** About one question, wherever it is asked. */
const questionLints: Readonly<Record<string, QuestionLint>> = {
  "condition on a descendant of what is set": conditionOnDescendant,
  "condition on a collider": conditionOnCollider,
  "counterfactual without a coupling": withoutCoupling,
  "positivity violated": positivity,
  "do value outside of the support": outsideSupport,
  "predicted cost": predictedCost,
};

/** About a program as a whole. */
const programLints: Readonly<
  Record<string, (questions: readonly Question[], context: LintContext) => readonly Diagnostic[]>
> = {
  "learned and never trained": (questions, context) => questions.flatMap((question) => neverTrained(question, context)),
  "unused nodes": unusedNodes,
};

/**
 * What the lints say about all questions of the root file of a program without errors, in the order of the text. Those
 * that the text allows are left out.
 */
export function lint(context: LintContext): readonly Diagnostic[] {
  const questions = questionsOfProgram(context.program, context.models);
  const found = [
    ...questions.flatMap((question) => lintQuestion(question, context)),
    ...Object.values(programLints).flatMap((rule) => rule(questions, context)),
  ];
  return unique(found.filter((diagnostic) => !allowed(diagnostic, context.program)));
}

/** As `lint`, for one query from outside of a program. */
export function lintQuery(query: QueryExpr, model: CausalModel, context: LintContext): readonly Diagnostic[] {
  return unique(questionsOf(query, model).flatMap((question) => lintQuestion(question, context)));
}

/** A graph without probabilities can only be asked what follows from it. */
function lintQuestion(question: Question, context: LintContext): readonly Diagnostic[] {
  if (question.model.drawn !== undefined) return [];
  return Object.values(questionLints).flatMap((rule) => rule(question, context));
}

function questionsOfProgram(program: CheckedProgram, models: ReadonlyMap<string, CausalModel>): readonly Question[] {
  const inModel = (name: string, ask: (model: CausalModel) => readonly Question[]): readonly Question[] => {
    const model = models.get(name);
    return model === undefined ? [] : ask(model);
  };
  return [
    ...program.queries.flatMap(({ statement, model }) => inModel(model, (of) => questionsOf(statement.value, of))),
    ...program.draws.flatMap(({ statement, model }) => inModel(model, (of) => [questionOfDraw(statement, of)])),
    ...program.identifies.flatMap(({ statement, model }) =>
      inModel(model, (of) => questionsOf({ ...predicateOf, query: statement.query, span: statement.span }, of)),
    ),
    ...program.tests.flatMap(({ statement, model }) =>
      statement.assertions.flatMap(({ left, right }) =>
        inModel(model, (of) =>
          comparing(questionsOf(left, of), right === null || right.kind === "boolean" ? [] : questionsOf(right, of)),
        ),
      ),
    ),
  ];
}

/** `identify P(...)` asks nothing of probabilities; it mentions its nodes. */
const predicateOf = { kind: "predicate", name: "identifiable", variables: [], given: [] } as const;

/** Sorted by place; what two questions share, such as a coupling that both lack, is told once, at the first of them. */
function unique(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return found
    .toSorted((a, b) => a.span.start - b.span.start)
    .filter(({ code, span, message, related }) => {
      const places = related.map((other) => other.span.start);
      const key = JSON.stringify([code, message, span.source, aboutModel.has(code) ? places : [span.start, span.end]]);
      return !seen.has(key) && seen.add(key);
    });
}

/** Codes that say something about nodes of a model, to which a question gives occasion. */
const aboutModel: ReadonlySet<string> = new Set(["C562", "C680"]);
