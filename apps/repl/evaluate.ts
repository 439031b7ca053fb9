/**
 * What a line of a session means: a command of the session, a statement, a query, or `do(...)` and `observe(...)` as a
 * context. A session and a line give the next session, texts to show, and at most one request to carry out.
 */
import { identifyQuery } from "#compiler/identify/question";
import { checkAssertion } from "#compiler/inference/assert";
import { analyzeDraw, analyzeQuery } from "#lang/analyze";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { QueryStatement, Statement } from "#lang/syntax/ast";
import { parseInteraction } from "#lang/syntax/parse";
import { hasErrors, ProgramError } from "../api/errors.ts";
import { lintText } from "../api/lint.ts";
import { askQuery } from "../api/world.ts";
import { answerText } from "../cli/answer-text.ts";
import { identifiedText } from "../cli/commands/identify.ts";
import { captionOf } from "../cli/drawing.ts";
import { findCommand } from "./commands.ts";
import { addContext } from "./context.ts";
import { extend } from "./extend.ts";
import { contextText, currentWorld, type Output, type Session, type Step, sourcesOf } from "./session.ts";

const samples = 100_000;
const seed = 1;

/** The text ends inside brackets: more lines belong to it. */
export function isIncomplete(text: string): boolean {
  return findCommand(text) === null && parseInteraction({ name: "input", text }).incomplete;
}

/** A text of several statements as one text a statement; any other text as it is. */
export function piecesOf(text: string): readonly string[] {
  const { interaction, diagnostics } = parseInteraction({ name: "input", text });
  if (findCommand(text) !== null || interaction.kind !== "statements" || diagnostics.length > 0) return [text];
  const starts = interaction.statements.map(({ span }) => span.start);
  return starts.map((start, i) => text.slice(start, starts[i + 1]));
}

/** Throws a ProgramError, RuntimeFault or UsageError; the session is then as it was. */
export function evaluate(before: Session, text: string): Step {
  const session = { ...before, lines: before.lines + 1 };
  if (/^(\s|\/\/.*)*$/.test(text)) return stepOf(before);
  const command = findCommand(text);
  if (command !== null) return command.run(session, command.rest);
  const line = { name: `input ${session.lines}`, text };
  const { interaction, diagnostics } = parseInteraction(line);
  if (hasErrors(diagnostics)) throw new ProgramError(diagnostics, sourcesOf(session, line));
  switch (interaction.kind) {
    case "context":
      return stepOf(session, addContext(session, interaction.context, line));
    case "query":
      return askLine(session, text, null);
    case "statements":
      return statementLine(session, line, interaction.statements);
  }
}

function stepOf(session: Session, changes: Partial<Step> = {}): Step {
  return { session, outputs: [], request: null, failed: false, ...changes };
}

function statementLine(session: Session, line: Source, statements: readonly Statement[]): Step {
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0) throw new Error("internal: a line of several statements");
  switch (statement.kind) {
    case "query":
      return askLine(session, line.text.slice(statement.value.span.start), nameOf(statement));
    case "draw":
      return drawLine(session, line.text);
    case "identify":
      return identifyLine(session, line, statement);
    case "test":
      return testLine(session, line, statement);
    default:
      return declareLine(session, line, statement);
  }
}

const nameOf = ({ name }: QueryStatement): string | null => name?.text ?? null;

function askLine(session: Session, text: string, name: string | null): Step {
  const { run, known } = session;
  const types = new Map([...known].map(([other, { type }]) => [other, type]));
  const { query, type, model, diagnostics, source } = analyzeQuery(text, run.project.program, session.model, types);
  const sources = sourcesOf(session, source);
  if (hasErrors(diagnostics)) throw new ProgramError(diagnostics, sources);
  // the context is about the current model; a query that names another one is outside of it
  const current = model === session.model ? currentWorld(session) : null;
  const previous = new Map([...known].map(([other, entry]) => [other, entry.answer]));
  const answer = askQuery(current ?? run.worlds.get(model)!, query, { samples, seed }, sources, previous);
  const under = current === null ? "" : contextText(session.given);
  const shown = under === "" ? answer : { ...answer, query: `${answer.query} under ${under}` };
  const lints = lintText(current ?? run.worlds.get(model)!, text).warnings;
  const outputs: Output[] = [
    ...warnings([...diagnostics, ...lints], sources),
    { kind: "text", text: answerText(shown, name) },
  ];
  if (name === null) return stepOf(session, { outputs });
  return stepOf({ ...session, known: new Map([...known, [name, { answer, type }]]) }, { outputs });
}

function warnings(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): readonly Output[] {
  return diagnostics.length === 0 ? [] : [{ kind: "warnings", diagnostics, sources }];
}

function drawLine(session: Session, text: string): Step {
  const { draw, model, diagnostics, source } = analyzeDraw(text, session.run.project.program, session.model);
  const sources = sourcesOf(session, source);
  if (hasErrors(diagnostics)) throw new ProgramError(diagnostics, sources);
  const current = model === session.model ? currentWorld(session) : null;
  const under = current === null ? "" : contextText(session.given);
  const caption = `${captionOf(draw, sources)}${under === "" ? "" : ` under ${under}`}`;
  const world = current ?? session.run.worlds.get(model)!;
  return stepOf(session, {
    outputs: warnings(diagnostics, sources),
    request: { kind: "draw", world, statement: draw, sources, caption },
  });
}

/** About the graph alone: the context is left out. What is `from` data is carried out as a request. */
function identifyLine(session: Session, line: Source, statement: Statement): Step {
  const { run, sources } = extend(session, line, [statement]);
  const { statement: asked, model } = run.project.program.identifies.at(-1)!;
  const world = run.worlds.get(model)!;
  const answer = identifyQuery(world.model, asked.query);
  if (asked.data !== null && answer.identified) {
    const request = { kind: "identify", world, query: asked.query, data: asked.data.text, sources } as const;
    return stepOf(session, { request });
  }
  return stepOf(session, { outputs: [{ kind: "text", text: identifiedText(answer) }], failed: !answer.identified });
}

/** Tests say all their conditions themselves: the context is left out. */
function testLine(session: Session, line: Source, statement: Statement): Step {
  const { run, sources } = extend(session, line, [statement]);
  const { project, worlds } = run;
  const test = project.program.tests.at(-1)!;
  const verdicts = test.statement.assertions.map((assertion) =>
    checkAssertion(worlds.get(test.model)!.model, assertion, {
      vocabulary: project.vocabulary,
      samples,
      seed,
      sources,
    }),
  );
  const outputs = verdicts.flatMap(({ passed, message, diagnostics }): readonly Output[] => [
    { kind: "text", text: `${passed ? "ok    " : "FAILED"}  ${message}` },
    ...warnings(diagnostics, sources),
  ]);
  return stepOf(session, { outputs, failed: verdicts.some(({ passed }) => !passed) });
}

function declareLine(session: Session, line: Source, statement: Statement): Step {
  const extension = extend(session, line, [statement]);
  const outputs: Output[] = [...warnings(extension.warnings, extension.sources)];
  const next = { ...session, run: extension.run };
  switch (statement.kind) {
    case "train": {
      const { program, files } = extension.run.project;
      const root = files[0]!;
      // the line is the end of the program; `train Model with ...` stands for several trainings
      const targets = program.trains.filter(
        ({ span }) => span.source === root.name && span.start >= root.text.length - line.text.length,
      );
      return stepOf(next, { outputs, request: { kind: "train", targets, out: null } });
    }
    case "model": {
      const name = statement.name.text;
      const model = extension.run.project.models.get(name)!;
      const nodes = (model.drawn ?? model).nodes.length;
      outputs.push({ kind: "note", text: `model ${name}: ${nodes} nodes` });
      // what was said of the nodes of another model, or of an earlier one of this name, means nothing here
      return stepOf({ ...next, model: name, given: [] }, { outputs });
    }
    case "import": {
      const model = session.model ?? [...extension.run.worlds.keys()].at(-1) ?? null;
      outputs.push({ kind: "note", text: `imported ${statement.path.value}` });
      return stepOf({ ...next, model }, { outputs });
    }
    case "network":
    case "data":
      outputs.push({ kind: "note", text: `${statement.kind} ${statement.name.text}` });
      return stepOf(next, { outputs });
    default:
      throw new Error(`internal: a ${statement.kind} statement passed the checks`);
  }
}
