/** The commands of a session, beside the statements and queries of the language. */
import { printModel, toDot } from "#compiler/causal/print";
import { intervalsByState } from "#compiler/inference/answer";
import { printName } from "#compiler/causal/print-expression";
import { printElaborated } from "#lang/elaborate/print";
import type { CausalModel } from "#compiler/causal/model";
import { applyConditions } from "#compiler/inference/conditions";
import { closest } from "#lang/diagnostics/suggest";
import { parseCst } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { printCst } from "#lang/syntax/print-cst";
import { printTypes } from "#lang/types/print-types";
import { ProgramError } from "../api/errors.ts";
import { answerText } from "../cli/answer-text.ts";
import { UsageError } from "../cli/command.ts";
import { askStatements } from "../cli/statements.ts";
import { currentWorld, type Session, type Step, sourcesOf } from "./session.ts";

interface SessionCommand {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** whether what follows the name belongs to this command; else the line is one of the language */
  accepts(rest: string): boolean;
  run(session: Session, rest: string): Step;
}

export const stages = ["model", "elaborated", "types", "graph", "program", "plan", "ast", "cst"] as const;

const alone = (rest: string) => rest === "";
const words = (rest: string) => /^[\w`][^()=~]*$|^$/.test(rest);
const text = (session: Session, shown: string): Step => ({
  session,
  outputs: shown === "" ? [] : [{ kind: "text", text: shown.trimEnd() }],
  request: null,
  failed: false,
});
const note = (session: Session, shown: string): Step => ({
  ...text(session, ""),
  outputs: [{ kind: "note", text: shown }],
});

export const sessionCommands: readonly SessionCommand[] = [
  {
    name: "reset",
    usage: "reset",
    help: "forget the context",
    accepts: alone,
    run: (session) => note({ ...session, given: [] }, "no context"),
  },
  {
    name: "graph",
    usage: "graph [dot]",
    help: "the edges of the model under the context, or Graphviz's language",
    accepts: words,
    run(session, rest) {
      if (rest !== "" && rest !== "dot")
        throw new UsageError(`graph is written alone or as graph dot, not graph ${rest}`);
      const model = modelUnderContext(session);
      return text(session, rest === "dot" ? toDot(model) : edges(model));
    },
  },
  {
    name: "show",
    usage: `show ${stages.join("|")}`,
    help: "a stage of the compiler; program and plan take Model.part",
    accepts: words,
    run: show,
  },
  {
    name: "queries",
    usage: "queries",
    help: "answer the query statements of the file; their names can be used afterwards",
    accepts: alone,
    run: queries,
  },
  {
    name: "train",
    usage: "train [into DIRECTORY]",
    help: "run the train statements that have not been run",
    accepts: (rest) => rest === "" || /^into\s/.test(rest),
    run(session, rest) {
      if (session.run.project.program.trains.length === 0) throw new UsageError("the program has no train statement");
      const out = rest === "" ? null : rest.replace(/^into\s+/, "");
      return { ...text(session, ""), request: { kind: "train", targets: null, out } };
    },
  },
  { name: "models", usage: "models", help: "the models, and what of them is trained", accepts: alone, run: models },
  { name: "use", usage: "use MODEL", help: "ask another model; forgets the context", accepts: words, run: use },
  { name: "help", usage: "help", help: "this list", accepts: words, run: (session) => text(session, helpText()) },
  {
    name: "quit",
    usage: "quit",
    help: "leave (also Ctrl-D)",
    accepts: alone,
    run: (session) => ({ ...text(session, ""), request: { kind: "quit" } }),
  },
];

export interface FoundCommand {
  readonly rest: string;
  run(session: Session, rest: string): Step;
}

/** The command that a line is; null when it belongs to the language. */
export function findCommand(line: string): FoundCommand | null {
  const [, name = "", rest = ""] = /^\s*([a-z]+)(?:\s+([^\n]*?))?\s*$/.exec(line) ?? [];
  const command = sessionCommands.find((other) => other.name === (name === "exit" ? "quit" : name));
  return command?.accepts(rest) ? { rest, run: command.run } : null;
}

function requireWorld(session: Session) {
  const world = currentWorld(session);
  if (world === null)
    throw new UsageError("there is no model yet; write one: model M { sample X : bool ~ Bernoulli(0.5) }");
  return world;
}

function modelUnderContext(session: Session): CausalModel {
  const { model, given, project } = requireWorld(session);
  const applied = applyConditions(model, given, project.vocabulary);
  if ("diagnostics" in applied) throw new ProgramError(applied.diagnostics, sourcesOf(session));
  return applied.model;
}

/** A line an edge; nodes without edges stand alone. */
function edges({ nodes }: CausalModel): string {
  return nodes
    .flatMap((node) => {
      const name = printName(node.name);
      if (node.parents.length > 0) return node.parents.map((parent) => `${printName(parent)} -> ${name}`);
      return nodes.some((other) => other.parents.includes(node.name)) ? [] : [name];
    })
    .join("\n");
}

function show(session: Session, rest: string): Step {
  const [stage = "", target = null, ...more] = rest.split(/\s+/);
  const { program } = session.run.project;
  const root = program.files.at(-1)!;
  if (more.length > 0) throw new UsageError(`show takes a stage and at most Model.part, not "${rest}"`);
  switch (stage) {
    case "model":
      return text(session, printModel(modelUnderContext(session)));
    case "graph":
      return text(session, toDot(modelUnderContext(session)));
    case "elaborated":
      return text(session, printElaborated(program));
    case "types":
      return text(session, printTypes(program));
    case "ast":
      return text(session, printAst(root));
    case "cst":
      return text(session, printCst(parseCst(program.sources.get(root.source)!).cst));
    case "program":
    case "plan":
      return { ...text(session, ""), request: { kind: "show", stage, target } };
    default: {
      const near = closest(stage, stages);
      const meant = near === null ? "" : `; did you mean "${near}"?`;
      throw new UsageError(`show takes one of ${stages.join(", ")}, not "${stage}"${meant}`);
    }
  }
}

function queries(session: Session): Step {
  const answers = askStatements(session.run, { samples: 100_000, seed: 1 });
  if (answers.length === 0) return note(session, "the program has no query statement");
  const known = new Map(session.known);
  for (const { name, answer } of answers) {
    if (name === null) continue;
    known.set(name, {
      answer,
      type: intervalsByState(answer).has("") ? { kind: "number" } : { kind: "distribution", name },
    });
  }
  return text({ ...session, known }, answers.map(({ name, answer }) => answerText(answer, name)).join("\n"));
}

function models(session: Session): Step {
  const lines = [...session.run.worlds].map(([name, { model, generators }]) => {
    const learned = model.nodes.filter(({ mechanism }) => mechanism.kind === "learned").map((node) => node.name);
    const open = learned.filter((node) => !generators.has(node));
    const state = open.length === 0 ? "" : `, to be trained: ${open.map(printName).join(", ")}`;
    return `${name === session.model ? "*" : " "} ${printName(name)}: ${model.nodes.length} nodes${state}`;
  });
  return lines.length === 0 ? note(session, "there is no model yet") : text(session, lines.join("\n"));
}

function use(session: Session, rest: string): Step {
  const name = rest.replaceAll("`", "");
  const names = [...session.run.worlds.keys()];
  if (name === "") throw new UsageError(`use takes a model: ${names.join(", ") || "there is none yet"}`);
  if (!session.run.worlds.has(name)) {
    const near = closest(name, names);
    const meant = near === null ? `there are ${names.join(", ") || "none yet"}` : `did you mean "${near}"?`;
    throw new UsageError(`there is no model "${name}"; ${meant}`);
  }
  return note({ ...session, model: name, given: name === session.model ? session.given : [] }, `model ${name}`);
}

function helpText(): string {
  const rows: readonly (readonly [string, string])[] = [
    [
      "P(Y | do(X = 1))",
      "a query, answered at once; also E[Y | X = 1], arithmetic between queries, names of earlier ones",
    ],
    ["query q = P(Y)", "a query with a name"],
    ["do(X = 1)", "later queries and draws are under this intervention"],
    ["observe(Z = 0)", "later queries and draws are under this observation"],
    ["draw 8 Face", "pictures (saved as draw-N.png) or samples"],
    ["model, network, data, import", "statements join the program; one of the same name replaces the earlier one"],
    ["train M.labels with mle {...}", "a train statement is run at once"],
    ['test "name" { assert ... }', "an assertion, checked at once"],
    ...sessionCommands.map(({ usage, help }) => [usage, help] as const),
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
