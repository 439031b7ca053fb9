/** `causal test`: runs the test blocks of programs. */
import { withSolver } from "#compiler/counterfactual/linear-program";
import { checkAssertion } from "#compiler/inference/assert";
import { renderDiagnostics } from "#lang/diagnostics/render";
import { warningsAt } from "../../api/lint.ts";
import { warn } from "../report.ts";
import { type Command, exitCodes, integerFlag, UsageError } from "../command.ts";
import { checkpointOption, deviceOption, executorOf, openFileOrRun } from "../open.ts";

export const test: Command = {
  name: "test",
  usage: "FILE|RUN...",
  summary: "run the test blocks of programs",
  details: "Exit code 0 when every assertion holds, else 1. Give a run directory to test what was trained.",
  options: {
    samples: { type: "string", value: "N", help: "draws, where an answer is sampled (default 100000)" },
    seed: { type: "string", value: "N", help: "of the draws (default 1)" },
    checkpoint: checkpointOption,
    device: deviceOption,
  },
  examples: ["causal test stones.causal", "causal test runs/faces"],
  async run(invocation, io) {
    if (invocation.positionals.length === 0) throw new UsageError("missing FILE or RUN");
    const samples = integerFlag(invocation, "samples", 1, 1e7) ?? 100_000;
    const seed = integerFlag(invocation, "seed", 0, Number.MAX_SAFE_INTEGER) ?? 1;
    const executor = executorOf(invocation);
    let passed = 0;
    let failed = 0;
    try {
      for (const path of invocation.positionals) {
        const run = openFileOrRun(path, executor, invocation, io);
        const { tests, sources } = run.project.program;
        if (tests.length === 0) io.out(`${path}: no test blocks\n`);
        const places = tests.map(({ statement }) => statement.span);
        warn(warningsAt(run, places), sources, false, io);
        for (const { statement, model } of tests) {
          io.out(`${path}: ${statement.name}\n`);
          for (const assertion of statement.assertions) {
            const { vocabulary } = run.project;
            const context = { vocabulary, samples, seed, sources };
            const verdict = await withSolver(() => checkAssertion(run.worlds.get(model)!.model, assertion, context));
            if (verdict.passed) passed++;
            else failed++;
            io.out(`  ${verdict.passed ? "ok    " : "FAILED"}  ${verdict.message}\n`);
            if (verdict.diagnostics.length > 0) {
              io.err(renderDiagnostics(verdict.diagnostics, sources, { colour: io.colour }));
            }
          }
        }
      }
    } finally {
      await executor.close();
    }
    io.out(`${passed} passed, ${failed} failed\n`);
    return failed === 0 ? exitCodes.well : exitCodes.program;
  },
};
