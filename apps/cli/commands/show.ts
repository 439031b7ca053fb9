/** `causal show`: every intermediate form of the compiler, as tests compare it. */
import { createReader } from "../../files/reader.ts";
import { dirname } from "node:path";
import { printModel, toDot } from "#compiler/causal/print";
import { applyConditions } from "#compiler/inference/conditions";
import { planTraining } from "#compiler/compile";
import { isComposite, lowerComposite } from "#compiler/lower/composite";
import { print } from "#compiler/tensor/print";
import type { CheckedTrain } from "#lang/checked";
import { printElaborated } from "#lang/elaborate/print";
import { positionAt } from "#lang/source";
import { parseCst } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { printCst } from "#lang/syntax/print-cst";
import { printTypes } from "#lang/types/print-types";
import { encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import type { Origin } from "#runtime/program/program";
import { printPlan } from "#stdlib/regimes/print";
import { parseConditions } from "../../api/conditions.ts";
import { openData } from "../../api/data.ts";
import { ProgramError } from "../../api/errors.ts";
import { openProject, type Project, requireSound } from "../../api/project.ts";
import { readProgram } from "../../files/programs.ts";
import { type Command, exitCodes, listFlag, stringFlag, UsageError } from "../command.ts";

const stages = ["cst", "ast", "elaborated", "types", "model", "graph", "program", "plan"] as const;

export const show: Command = {
  name: "show",
  usage: `${stages.join("|")} FILE`,
  summary: "print a stage of the compiler",
  details:
    "cst and ast: what was parsed; elaborated: models after extends, plates and vectors; types: names, types and shapes; model and graph: the causal model; program and plan: what a train statement compiles to.",
  options: {
    do: { type: "string", multiple: true, value: "X=1", help: "intervene before showing model or graph" },
    observe: { type: "string", multiple: true, value: "X=1", help: "condition before showing model or graph" },
    dot: { type: "boolean", help: "graph in Graphviz's language (the default of graph)" },
    json: { type: "boolean", help: "as JSON" },
    target: { type: "string", value: "MODEL.PART", help: "for program and plan: which train statement (default: all)" },
  },
  examples: ["causal show model stones.causal --do Treatment=A", "causal show plan faces.causal --target Faces.Face"],
  async run(invocation, io) {
    const [stage, file, ...rest] = invocation.positionals;
    if (stage === undefined || file === undefined || rest.length > 0) throw new UsageError("missing STAGE or FILE");
    const json = invocation.flags.json === true;
    switch (stage) {
      case "cst": {
        const { cst } = parseCst(readProgram(file));
        io.out(json ? `${JSON.stringify(cst)}\n` : printCst(cst));
        break;
      }
      case "ast": {
        const project = openProject(file);
        const ast = project.program.files.at(-1)!;
        io.out(json ? `${JSON.stringify(ast)}\n` : printAst(ast));
        break;
      }
      case "elaborated":
        io.out(printElaborated(requireSound(openProject(file)).program));
        break;
      case "types":
        io.out(printTypes(requireSound(openProject(file)).program));
        break;
      case "model":
      case "graph": {
        const project = requireSound(openProject(file));
        const dot = stage === "graph" || invocation.flags.dot === true;
        for (const model of transformed(project, listFlag(invocation, "do"), listFlag(invocation, "observe"))) {
          io.out(json ? `${JSON.stringify(model)}\n` : dot ? toDot(model) : printModel(model));
        }
        break;
      }
      case "program":
      case "plan": {
        const project = requireSound(openProject(file));
        const target = stringFlag(invocation, "target");
        const composites = stage === "program" && !json ? compositePrograms(project, target) : [];
        for (const text of composites) io.out(text);
        if (composites.length > 0 && !project.program.trains.some((train) => isTarget(train, target))) break;
        for (const plan of await plansOf(project, file, stringFlag(invocation, "target"))) {
          io.out(json ? `${encodePlan(plan)}\n` : planText(plan, stage, project));
        }
        break;
      }
      default:
        throw new UsageError(`there is no stage "${stage}"; the stages are ${stages.join(", ")}`);
    }
    return exitCodes.well;
  },
};

const isTarget = (train: CheckedTrain, target: string | undefined): boolean =>
  target === undefined || `${train.model}.${train.part}` === target;

/** The programs of computed images, for one picture. */
function compositePrograms({ models, vocabulary, program }: Project, target: string | undefined): readonly string[] {
  return [...models.values()].flatMap((model) =>
    model.nodes
      .filter((node) => isComposite(node) && (target === undefined || `${model.name}.${node.name}` === target))
      .map((node) => {
        const composite = lowerComposite(model, node.name, vocabulary, 1);
        return `${print(composite.program, lineOf({ program }))}\n`;
      }),
  );
}

/** All models after the transforms. */
function transformed(project: Project, actions: readonly string[], events: readonly string[]) {
  const texts = [...actions.map((text) => `do(${text})`), ...events.map((text) => `observe(${text})`)];
  return [...project.models.values()].map((model) => {
    const conditions = texts.flatMap((text) => parseConditions({ project, model }, text));
    const result = applyConditions(model, conditions, project.vocabulary);
    if ("diagnostics" in result) {
      const text = texts.join("\n");
      throw new ProgramError(result.diagnostics, new Map([["condition", { name: "condition", text }]]));
    }
    return result.model;
  });
}

/** A plan as text, or the programs that it is made of. */
export function planText(plan: TrainingPlan, stage: "program" | "plan", project: Project): string {
  if (stage === "plan") return printPlan(plan);
  return Object.values(plan.programs)
    .map((program) => `${print(program, lineOf(project))}\n`)
    .join("");
}

/** Opens the data, whose size is part of a plan. */
export async function plansOf(
  project: Project,
  file: string,
  target: string | undefined,
): Promise<readonly TrainingPlan[]> {
  const { trains, data } = project.program;
  const chosen = trains.filter((train) => isTarget(train, target));
  if (chosen.length === 0) {
    const known = trains.map((train) => `${train.model}.${train.part}`).join(", ");
    throw new UsageError(
      target === undefined ? `${file} has no train statement` : `no train statement for ${target}; there are ${known}`,
    );
  }
  const reader = createReader(dirname(file), {}, { labelsOnly: true });
  const plans: TrainingPlan[] = [];
  for (const train of chosen) {
    const opened = await openData(data.get(String(train.settings.data))!, reader);
    plans.push(planTraining(project, train, project.vocabulary, opened.training.length));
  }
  return plans;
}

function lineOf(project: Pick<Project, "program">): (origin: Origin) => number | null {
  return ({ source, start }) => {
    const text = project.program.sources.get(source)?.text;
    return text === undefined ? null : positionAt(text, start).line;
  };
}
