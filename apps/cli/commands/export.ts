/** `causal export`: a model of a program or a trained run in the format of another program on standard output. */
import { exportText, formatNames, isFormatName } from "#compiler/interchange/formats";
import { ProgramError } from "../../api/errors.ts";
import { type Command, exitCodes, onePositional, stringFlag, UsageError } from "../command.ts";
import { checkpointOption, executorOf, modelOption, openFileOrRun, worldOf } from "../open.ts";

const known = formatNames.join(", ");

export const exportCommand: Command = {
  name: "export",
  usage: "FILE|RUN --to FORMAT",
  summary: "write a model for other programs",
  details:
    "Prints on standard output. bif, xmlbif, net and uai hold discrete networks; dagitty and dot the graph; latex a document with graph and tables; json and causal all of the model. Of a run, what was learned is written.",
  options: {
    to: { type: "string", value: "FORMAT", help: `one of ${known}` },
    model: modelOption,
    checkpoint: checkpointOption,
  },
  examples: ["causal export stones.causal --to bif > stones.bif", "causal export runs/faces --to causal"],
  async run(invocation, io) {
    const path = onePositional(invocation, "FILE or RUN");
    const format = stringFlag(invocation, "to");
    if (format === undefined) throw new UsageError(`missing --to FORMAT, one of ${known}`);
    if (!isFormatName(format)) throw new UsageError(`cannot export ${format}; --to takes one of ${known}`);
    const executor = executorOf(invocation);
    try {
      const { project, model } = worldOf(openFileOrRun(path, executor, invocation, io), invocation);
      const exported = exportText(model, format, project.vocabulary);
      if ("diagnostics" in exported) throw new ProgramError(exported.diagnostics, project.program.sources);
      io.out(exported.text);
      return exitCodes.well;
    } finally {
      await executor.close();
    }
  },
};
