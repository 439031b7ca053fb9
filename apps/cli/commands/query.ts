/** `causal query`: asks a program or a run. */
import { withSolver } from "#compiler/counterfactual/linear-program";
import { worldOfQuery } from "../../api/run.ts";
import { parseGiven } from "../../api/conditions.ts";
import { lintText, warningsAt } from "../../api/lint.ts";
import { ask, askPosteriors } from "../../api/world.ts";
import { answerText, posteriorsJson, posteriorsText } from "../answer-text.ts";
import { type Command, exitCodes, integerFlag, stringFlag, UsageError } from "../command.ts";
import { warn } from "../report.ts";
import { checkpointOption, deviceOption, executorOf, modelOption, openFileOrRun, worldOf } from "../open.ts";
import { askStatements } from "../statements.ts";

export const query: Command = {
  name: "query",
  usage: "FILE|RUN ['P(Y | do(X = 1))' ...]",
  summary: "answer queries about a program or a trained run",
  details:
    "Without a query, the `query` statements of the program are answered. A query says what rung it is on: P(Y | X = 1) sees, P(Y | do(X = 1)) does.",
  options: {
    model: modelOption,
    samples: { type: "string", value: "N", help: "draws, where an answer is sampled (default 100000)" },
    seed: { type: "string", value: "N", help: "of the draws (default 1)" },
    posteriors: { type: "boolean", help: "the posterior of every discrete node, instead of queries" },
    given: { type: "string", value: "CONDITIONS", help: "for --posteriors, e.g. 'X = a, Y = b' or 'do(X = a)'" },
    json: { type: "boolean", help: "print one JSON object a query on standard output" },
    checkpoint: checkpointOption,
    device: deviceOption,
  },
  examples: [
    "causal query stones.causal 'P(Recovered | do(Treatment = A))'",
    "causal query runs/faces 'P(Male | Mustache = true)' --json",
    "causal query asia.bif.gz --posteriors --given 'xray = yes, smoke = no'",
  ],
  async run(invocation, io) {
    const [path, ...texts] = invocation.positionals;
    if (path === undefined) throw new UsageError("missing FILE or RUN");
    const options = {
      samples: integerFlag(invocation, "samples", 1, 1e7) ?? 100_000,
      seed: integerFlag(invocation, "seed", 0, Number.MAX_SAFE_INTEGER) ?? 1,
    };
    const executor = executorOf(invocation);
    try {
      const run = openFileOrRun(path, executor, invocation, io);
      const json = invocation.flags.json === true;
      if (invocation.flags.posteriors === true) {
        if (texts.length > 0) throw new UsageError("--posteriors takes no queries; conditions go into --given");
        const world = worldOf(run, invocation);
        const text = stringFlag(invocation, "given");
        const given = text === undefined ? [] : parseGiven(world, text);
        const sources = new Map([...run.project.program.sources, ["given", { name: "given", text: text ?? "" }]]);
        const found = askPosteriors({ ...world, given: [...world.given, ...given] }, options, sources);
        io.out(json ? posteriorsJson(found) : posteriorsText(found));
        return exitCodes.well;
      }
      if (invocation.flags.given !== undefined) throw new UsageError("--given goes with --posteriors");
      if (texts.length === 0) {
        if (run.project.program.queries.length === 0)
          throw new UsageError(`missing a query: ${path} has no query statement`);
        const { queries, sources } = run.project.program;
        const places = queries.map(({ statement }) => statement.span);
        warn(warningsAt(run, places), sources, json, io);
        for (const { name, answer } of await withSolver(() => askStatements(run, options))) {
          io.out(
            `${json ? JSON.stringify({ ...(name === null ? {} : { name }), ...answer }) : answerText(answer, name)}\n`,
          );
        }
        return exitCodes.well;
      }
      const world = worldOf(run, invocation);
      for (const text of texts) {
        const asked = worldOfQuery(run, text, world);
        const { warnings, sources } = lintText(asked, text);
        warn(warnings, sources, json, io);
        const answer = await withSolver(() => ask(asked, text, options));
        io.out(`${json ? JSON.stringify(answer) : answerText(answer)}\n`);
      }
      return exitCodes.well;
    } finally {
      await executor.close();
    }
  },
};
