/** `causal fmt`: programs in the one layout of the language, written back or checked. */
import { text } from "node:stream/consumers";
import { format } from "#lang/format/format";
import { ProgramError } from "../../api/errors.ts";
import { readProgram } from "../../files/programs.ts";
import { rewriteFile } from "../../files/rewrite.ts";
import { type Command, exitCodes, UsageError } from "../command.ts";
import { report } from "../report.ts";

export const fmt: Command = {
  name: "fmt",
  usage: "FILE...",
  summary: "lay programs out by the one style",
  details:
    "Rewrites the files that are laid out otherwise and names them; `-` reads a program from standard input and writes it to standard output. What a program means and its comments stay as they are. Files with syntax errors are left alone, with exit code 1.",
  options: {
    check: {
      type: "boolean",
      help: "write nothing; name the files that would change, with exit code 1 if there are any",
    },
  },
  examples: ["causal fmt faces.causal", "causal fmt --check *.causal", "causal fmt - < faces.causal"],
  async run({ positionals, flags }, io) {
    if (positionals.length === 0) throw new UsageError("missing FILE");
    if (positionals.length > 1 && positionals.includes("-")) throw new UsageError("`-` cannot be joined with files");
    const check = flags.check === true;
    let code: number = exitCodes.well;
    for (const path of positionals) {
      const source = path === "-" ? { name: "standard input", text: await text(io.input) } : readProgram(path);
      const result = format(source);
      if ("diagnostics" in result) {
        code = report(new ProgramError(result.diagnostics, new Map([[source.name, source]])), false, io);
        continue;
      }
      const changes = result.text !== source.text;
      if (check && changes) code = exitCodes.program;
      if (path === "-" && !check) io.out(result.text);
      else if (changes) {
        if (!check) await rewriteFile(path, result.text);
        io.out(`${source.name}\n`);
      }
    }
    return code;
  },
};
