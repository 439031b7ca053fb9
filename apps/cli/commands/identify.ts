/** `causal identify`: whether and how effects follow from observed data. */
import { type EstimatedCell, type Identified, identifyQuery } from "#compiler/identify/question";
import { type Estimated, estimateFrom, identifyText } from "../../api/identify.ts";
import { worldOfQuery } from "../../api/run.ts";
import { type Command, exitCodes, UsageError } from "../command.ts";
import { executorOf, modelOption, openFileOrRun, worldOf } from "../open.ts";
import { formatNumber, table } from "../text.ts";

export const identify: Command = {
  name: "identify",
  usage: "FILE|RUN ['P(Y | do(X))' ...]",
  summary: "say how an effect follows from observed data",
  details:
    "Only the graph counts: mechanisms may be missing. Without a question, the `identify` statements of the program are answered, those `from` data with numbers. Exit code 1 when an effect is not identifiable.",
  options: {
    model: modelOption,
    latex: { type: "boolean", help: "print estimands as LaTeX" },
    json: { type: "boolean", help: "print one JSON object a question on standard output" },
  },
  examples: ["causal identify napkin.causal", "causal identify napkin.causal 'P(Y | do(X))' --latex"],
  async run(invocation, io) {
    const [path, ...texts] = invocation.positionals;
    if (path === undefined) throw new UsageError("missing FILE or RUN");
    const { json, latex } = invocation.flags;
    const executor = executorOf(invocation);
    let known = true;
    const show = (answer: Identified | Estimated) => {
      known &&= answer.identified;
      io.out(`${json === true ? JSON.stringify(answer) : identifiedText(answer, latex === true)}\n`);
    };
    try {
      const run = openFileOrRun(path, executor, invocation, io);
      const { identifies, sources } = run.project.program;
      if (texts.length === 0 && identifies.length === 0) {
        throw new UsageError(`missing a question: ${path} has no identify statement`);
      }
      if (texts.length === 0) {
        for (const { statement, model } of identifies) {
          const world = run.worlds.get(model)!;
          const answer = identifyQuery(world.model, statement.query);
          const { data } = statement;
          const estimable = data !== null && answer.identified;
          show(estimable ? await estimateFrom(world, statement.query, data.text, sources) : answer);
        }
      } else {
        const world = worldOf(run, invocation);
        for (const text of texts) show(identifyText(worldOfQuery(run, text, world), text));
      }
      return known ? exitCodes.well : exitCodes.program;
    } finally {
      await executor.close();
    }
  },
};

const setsText = (sets: readonly (readonly string[])[]) =>
  sets.length === 0 ? "none" : sets.map((set) => `{${set.join(", ")}}`).join(" ");

/** The estimand with the sets to adjust for and numbers where there are some, or the hedge. */
export function identifiedText(answer: Identified | Estimated, latex = false): string {
  if (!answer.identified) {
    const { outer, inner, bidirected } = answer.hedge;
    return [
      `${answer.query} is not identifiable`,
      `  hedge: {${outer.join(", ")}} around {${inner.join(", ")}}`,
      `  to blame: ${bidirected.map(([a, b]) => `${a} <-> ${b}`).join(", ")}`,
    ].join("\n");
  }
  if (latex) return answer.latex;
  const { arbitrary, backDoor, frontDoor, adjustment } = answer;
  const sets = [
    ["back-door sets", backDoor],
    ["front-door sets", frontDoor],
    ["adjustment sets", adjustment],
  ] as const;
  return [
    answer.estimand,
    ...(arbitrary.length === 0 ? [] : [`  for any value of ${arbitrary.join(", ")}`]),
    ...sets.flatMap(([name, list]) => (list === undefined ? [] : [`  ${name}: ${setsText(list)}`])),
    ...("value" in answer ? [valueText(answer.value), `  from ${answer.rows} rows of ${answer.data}`] : []),
  ].join("\n");
}

function valueText(cells: readonly EstimatedCell[]): string {
  const names = Object.keys(cells[0]?.states ?? {});
  const rows = cells.map(({ states, probability }) => [
    ...names.map((name) => states[name]!),
    probability === null ? "undefined" : formatNumber(probability),
  ]);
  return table([...names, "probability"], rows)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
