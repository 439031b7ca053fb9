/**
 * The front-end driver: from texts to a checked program and diagnostics. It reads no files; whoever calls it says how an
 * import is found. Nothing here throws on any text.
 */
import type { Analysis, CheckedData, CheckedModel, CheckedProgram, CheckedTrain } from "./checked.ts";
import { diagnose } from "./diagnostics/catalogue.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { questionsOf } from "./elaborate/question.ts";
import { collectDeclarations, declare } from "./names/declarations.ts";
import { loadFiles, type Resolve } from "./names/load.ts";
import { withoutLostNames } from "./names/lost-names.ts";
import type { Source, Span } from "./source.ts";
import type {
  Condition,
  DrawStatement,
  File,
  Identifier,
  ProbabilityExpr,
  QueryExpr,
  QueryStatement,
  Statement,
  TrainStatement,
} from "./syntax/ast.ts";
import { parseDraw, parseQuery } from "./syntax/parse.ts";
import { type CheckContext, reportUnknown } from "./types/check-context.ts";
import { checkEffect, checkIdentify } from "./types/check-identify.ts";
import { checkConditions, type EventType } from "./types/check-events.ts";
import { reportedQueries } from "./types/check-counterfactual.ts";
import { checkModel, type ModelCheck } from "./types/check-model.ts";
import { checkNetworkDeclaration } from "./types/check-network.ts";
import { checkAssertion, checkDraw, checkQuery, noQueries, type QueryNames } from "./types/check-query.ts";
import { checkData, checkTrain } from "./types/check-training.ts";
import { type ModelView, viewOf } from "./types/model-scope.ts";
import type { Signatures } from "./types/signature.ts";

export interface AnalyzeOptions {
  readonly signatures: Signatures;
  readonly resolve: Resolve;
}

/**
 * Parses a source and its imports, resolves names, checks everything and evaluates constants. Models, networks, data and
 * trainings of imported files belong to the program; queries, draws and tests are checked everywhere, but only those of
 * `source` are part of it.
 */
export function analyze(source: Source, { signatures, resolve }: AnalyzeOptions): Analysis {
  const { files, sources, diagnostics: syntax } = loadFiles(source, resolve);
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => {
    found.push(diagnostic);
  };
  const incomplete = syntax.some(({ code }) => code === "C204");
  const declarations = collectDeclarations(files, incomplete, report);
  const context: CheckContext = { signatures, declarations, report };

  for (const network of declarations.networks.values()) checkNetworkDeclaration(context, network);
  const models = new Map<string, ModelCheck>();
  // a model is checked after the one that it extends; circles are reported there
  const checkNamed = (name: string, extenders: readonly string[]): ModelCheck | null => {
    const decl = declarations.models.get(name);
    const known = models.get(name);
    if (decl === undefined || known !== undefined || extenders.includes(name)) return known ?? null;
    const base = decl.base === null ? null : checkNamed(decl.base.text, [...extenders, name]);
    const checked = checkModel(context, decl, base);
    models.set(name, checked);
    return checked;
  };
  for (const name of declarations.models.keys()) checkNamed(name, []);
  const data = new Map<string, CheckedData>();
  for (const [name, statement] of declarations.data) {
    const checked = checkData(context, statement);
    if (checked !== null) data.set(name, checked);
  }
  const trains = checkTrains(context, files, models);
  const asked = files.map((file) => checkFile(context, file, models)).at(-1)!;

  const program: CheckedProgram = {
    files,
    sources,
    models: new Map([...declarations.models.keys()].map((name) => [name, models.get(name)!.model])),
    networks: declarations.networks,
    data,
    trains,
    ...asked,
    signatures,
  };
  const checked = withoutLostNames(found, syntax, files, sources);
  return { program, diagnostics: inOrder([...syntax, ...checked], files) };
}

function checkTrains(
  context: CheckContext,
  files: readonly File[],
  models: ReadonlyMap<string, ModelCheck>,
): readonly CheckedTrain[] {
  const first = new Map<string, TrainStatement>();
  const trains: CheckedTrain[] = [];
  for (const statement of files.flatMap((file) => file.statements)) {
    if (statement.kind !== "train") continue;
    for (const checked of checkTrain(context, statement, models)) add(statement, checked);
  }
  return trains;

  /** Each part is trained once (C612). */
  function add(statement: TrainStatement, checked: CheckedTrain): void {
    const target = `${checked.model}.${checked.part}`;
    const reads = context.signatures.regimes.get(checked.regime)?.reads === true;
    const key = reads ? `${target} is read` : target;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, statement);
      trains.push(checked);
    } else {
      const related = [{ span: earlier.regime.span, label: "first trained here" }];
      const span = statement.part?.span ?? statement.model.span;
      context.report(diagnose("C612", span, { target }, { related }));
    }
  }
}

type Asked = Pick<CheckedProgram, "queries" | "draws" | "identifies" | "tests">;

/** The queries, draws and tests of one file; what is wrong with them is reported and leaves them in. */
function checkFile(context: CheckContext, file: File, models: ReadonlyMap<string, ModelCheck>): Asked {
  const queries: Asked["queries"][number][] = [];
  const draws: Asked["draws"][number][] = [];
  const identifies: Asked["identifies"][number][] = [];
  const tests: Asked["tests"][number][] = [];
  const declared = new Map<string, QueryStatement & { readonly name: Identifier }>();
  const types = new Map<string, EventType | null>();
  const names = file.statements.flatMap((other) =>
    (other.kind === "query" || other.kind === "counterfactual") && other.name !== null ? [other.name.text] : [],
  );
  const queryNames: QueryNames = { earlier: types, later: new Set(names) };
  const candidates = candidateModels(file, [...models.keys()]);

  for (const statement of file.statements) {
    switch (statement.kind) {
      case "query": {
        const model = chooseModel(context, candidates, models, statement.model, keyword(statement));
        const asked = model?.view
          ? { ...statement, value: questionsOf(context, model.view).query(statement.value) }
          : statement;
        const type = model?.view ? checkQuery(context, model.view, queryNames, asked.value) : null;
        const { name } = statement;
        if (name !== null && declare("the query", { ...statement, name }, declared, context.report)) {
          types.set(name.text, type);
        }
        if (model !== null) queries.push({ statement: asked, model: model.name });
        break;
      }
      case "draw": {
        const model = chooseModel(context, candidates, models, statement.model, keyword(statement));
        const asked = model?.view ? questionsOf(context, model.view).draw(statement) : statement;
        if (model?.view) checkDraw(context, model.view, asked);
        if (model !== null) draws.push({ statement: asked, model: model.name });
        break;
      }
      case "test": {
        const model = chooseModel(context, candidates, models, statement.model, keyword(statement));
        const view = model?.view ?? null;
        const assertions = view ? statement.assertions.map(questionsOf(context, view).assertion) : statement.assertions;
        if (view) for (const assertion of assertions) checkAssertion(context, view, queryNames, assertion);
        if (model !== null) tests.push({ statement: { ...statement, assertions }, model: model.name });
        break;
      }
      case "identify": {
        const model = chooseModel(context, candidates, models, statement.model, keyword(statement));
        const asked = model?.view
          ? { ...statement, query: questionsOf(context, model.view).probability(statement.query) }
          : statement;
        if (model?.view) checkIdentify(context, model.view, asked);
        if (model !== null) identifies.push({ statement: asked, model: model.name });
        break;
      }
      case "counterfactual": {
        const model = chooseModel(context, candidates, models, statement.model, keyword(statement));
        const view = model?.view ?? null;
        const asked = view ? questionsOf(context, view).counterfactual(statement) : statement;
        for (const query of view ? reportedQueries(view, asked) : []) {
          const type = checkQuery(context, model!.view!, queryNames, query.value);
          const { name } = query;
          if (name !== null && declare("the query", { ...query, name }, declared, context.report)) {
            types.set(name.text, type);
          }
          queries.push({ statement: query, model: model!.name });
        }
        break;
      }
      case "import":
      case "network":
      case "model":
      case "data":
      case "train":
        break;
    }
  }
  return { queries, draws, identifies, tests };
}

/** The word that begins a statement. */
function keyword(statement: Statement): Span {
  const { start, end } = statement.span;
  return { ...statement.span, end: Math.min(end, start + statement.kind.length) };
}

/** The models that a statement may mean without saying so: those of its file, else all. */
function candidateModels(file: File, all: readonly string[]): readonly string[] {
  const own = file.statements.flatMap((statement) => (statement.kind === "model" ? [statement.name.text] : []));
  const declared = [...new Set(own)].filter((name) => all.includes(name));
  return declared.length > 0 ? declared : all;
}

/** The model that is named, or the only one; null where there is none or several, which is reported. */
function chooseModel(
  context: CheckContext,
  candidates: readonly string[],
  models: ReadonlyMap<string, { readonly view: ModelView | null }>,
  named: Identifier | null,
  place: Span,
): { readonly name: string; readonly view: ModelView | null } | null {
  if (named !== null) {
    const model = models.get(named.text);
    if (model !== undefined) return { name: named.text, view: model.view };
    reportUnknown(context, "model", named, models.keys());
    return null;
  }
  const [only, another] = candidates;
  if (only === undefined) {
    if (!context.declarations.incomplete) context.report(diagnose("C206", place, {}));
  } else if (another !== undefined) context.report(diagnose("C205", place, { models: candidates }));
  else return { name: only, view: models.get(only)?.view ?? null };
  return null;
}

/** Sorted by file and place; one code is reported once at a place. */
function inOrder(diagnostics: readonly Diagnostic[], files: readonly File[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, i) => [file.source, i]));
  const seen = new Set<string>();
  return diagnostics
    .filter(({ code, span }) => {
      const key = `${code} ${span.start} ${span.end} ${span.source}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => (rank.get(a.span.source) ?? 0) - (rank.get(b.span.source) ?? 0) || a.span.start - b.span.start);
}

// ---------------------------------------------------------------- questions from outside the program

interface Question {
  /** the name of the model that is asked; empty where it is not clear (reported) */
  readonly model: string;
  readonly diagnostics: readonly Diagnostic[];
  /** the text, for the source frames of its diagnostics */
  readonly source: Source;
}

/**
 * Parses and checks one query from the command line, e.g. `P(Y | do(X = 1))`, about a model of a program without errors.
 * `model` null: the one that the query names (`... in Model`), or the only one. `earlier`: the queries that it may name.
 */
export function analyzeQuery(
  text: string,
  program: CheckedProgram,
  model: string | null,
  earlier: QueryNames["earlier"] = noQueries.earlier,
): Question & { readonly query: QueryExpr; readonly type: EventType | null } {
  const source: Source = { name: "query", text };
  const parsed = parseQuery(source);
  let type: EventType | null = null;
  let { query } = parsed;
  const question = ask(program, source, parsed.model ?? named(model, source), parsed.diagnostics, (context, view) => {
    query = questionsOf(context, view).query(query);
    type = checkQuery(context, view, { ...noQueries, earlier }, query);
  });
  return { query, type, ...question };
}

/** As `analyzeQuery`, for a drawing: `16 Face | do(Mustache = true)`. */
export function analyzeDraw(
  text: string,
  program: CheckedProgram,
  model: string | null,
): Question & { readonly draw: DrawStatement } {
  const source: Source = { name: "draw", text };
  const parsed = parseDraw(source);
  let { draw } = parsed;
  const question = ask(program, source, draw.model ?? named(model, source), parsed.diagnostics, (context, view) => {
    draw = questionsOf(context, view).draw(draw);
    checkDraw(context, view, draw);
  });
  return { draw, ...question };
}

/** As `analyzeQuery`, for `P(Y | do(X))` as a question of identification; null where it is something else. */
export function analyzeIdentify(
  text: string,
  program: CheckedProgram,
  model: string | null,
): Question & { readonly query: ProbabilityExpr | null } {
  const source: Source = { name: "identify", text };
  const parsed = parseQuery(source);
  let query = parsed.query.kind === "probability" ? parsed.query : null;
  const question = ask(program, source, parsed.model ?? named(model, source), parsed.diagnostics, (context, view) => {
    if (query !== null) {
      query = questionsOf(context, view).probability(query);
      checkEffect(context, view, query);
    } else if (parsed.query.kind !== "missing") {
      const found = "another question";
      context.report(diagnose("C211", parsed.query.span, { expected: "an effect such as `P(Y | do(X))`", found }));
    }
  });
  return { query, ...question };
}

/** Checks conditions that were parsed already, such as the `do(...)` and `observe(...)` that a session keeps. */
export function analyzeConditions(
  given: readonly Condition[],
  source: Source,
  program: CheckedProgram,
  model: string | null,
): Question & { readonly conditions: readonly Condition[] } {
  let conditions = given;
  const question = ask(program, source, named(model, source), [], (context, view) => {
    conditions = questionsOf(context, view).conditions(given);
    checkConditions(context, view, conditions);
  });
  return { conditions, ...question };
}

function named(model: string | null, source: Source): Identifier | null {
  return model === null
    ? null
    : { kind: "identifier", text: model, span: { source: source.name, start: 0, end: source.text.length } };
}

function ask(
  program: CheckedProgram,
  source: Source,
  model: Identifier | null,
  syntax: readonly Diagnostic[],
  check: (context: CheckContext, view: ModelView) => void,
): Question {
  const diagnostics = [...syntax];
  const context: CheckContext = {
    signatures: program.signatures,
    declarations: { models: new Map(), networks: program.networks, data: new Map() },
    report: (diagnostic) => {
      diagnostics.push(diagnostic);
    },
  };
  const views = new Map(
    [...program.models].map(([name, checked]: [string, CheckedModel]) => [name, { view: viewOf(checked) }]),
  );
  const root = program.files.at(-1);
  const candidates = root === undefined ? [] : candidateModels(root, [...views.keys()]);
  const place = { source: source.name, start: 0, end: source.text.length };
  const chosen = chooseModel(context, candidates, views, model, place);
  if (chosen?.view) check(context, chosen.view);
  return { model: chosen?.name ?? "", diagnostics, source };
}
