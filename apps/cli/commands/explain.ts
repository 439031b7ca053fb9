/** `causal explain`: what a diagnostic code means, at length. */
import { catalogue } from "#lang/diagnostics/catalogue";
import { explain as explanation } from "#lang/diagnostics/explain";
import { type Command, exitCodes, onePositional, UsageError } from "../command.ts";

export const explain: Command = {
  name: "explain",
  usage: "CODE",
  summary: "say what a diagnostic means",
  options: {},
  examples: ["causal explain C401"],
  async run(invocation, io) {
    const code = onePositional(invocation, "CODE").toUpperCase();
    const text = explanation(code);
    if (text === null) {
      throw new UsageError(`there is no diagnostic ${code}; the codes are ${Object.keys(catalogue).join(" ")}`);
    }
    io.out(`${text.trimEnd()}\n`);
    return exitCodes.well;
  },
};
