/** `causal check`: all diagnostics of one or more programs. */
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { hasErrors } from "../../api/errors.ts";
import { openProject } from "../../api/project.ts";
import { type Command, exitCodes, UsageError } from "../command.ts";

export const check: Command = {
  name: "check",
  usage: "FILE...",
  summary: "report what is wrong with programs",
  details: "Exit code 0 when there are no errors (warnings are fine), else 1.",
  options: { json: { type: "boolean", help: "print the diagnostics as JSON on standard output" } },
  examples: ["causal check faces.causal"],
  async run({ positionals, flags }, io) {
    if (positionals.length === 0) throw new UsageError("missing FILE");
    const projects = positionals.map((path) => openProject(path));
    const failed = projects.filter((project) => hasErrors(project.diagnostics));
    if (flags.json === true) {
      const all = projects.flatMap(({ diagnostics, program }) =>
        diagnostics.map((one) => toJson(one, program.sources)),
      );
      io.out(`${JSON.stringify({ diagnostics: all })}\n`);
    } else {
      for (const { diagnostics, program } of projects) {
        if (diagnostics.length > 0) io.err(renderDiagnostics(diagnostics, program.sources, { colour: io.colour }));
      }
      if (failed.length === 0)
        io.out(`${positionals.length === 1 ? positionals[0] : `${positionals.length} files`}: no errors\n`);
    }
    return failed.length === 0 ? exitCodes.well : exitCodes.program;
  },
};
