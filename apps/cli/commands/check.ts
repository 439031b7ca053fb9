/** `causal check`: all diagnostics of one or more programs. */
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { catalogue } from "#lang/diagnostics/catalogue";
import { applyFixes, safeFixes } from "#lang/diagnostics/fix";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { positionAt } from "#lang/source";
import { hasErrors } from "../../api/errors.ts";
import { allDiagnostics } from "../../api/lint.ts";
import { openProject, type Project, projectOf } from "../../api/project.ts";
import { rewriteFile } from "../../files/rewrite.ts";
import { type Command, exitCodes, type Io, type Invocation, listFlag, UsageError } from "../command.ts";

export const check: Command = {
  name: "check",
  usage: "FILE...",
  summary: "report what is wrong with programs, and questions that may not mean what they seem to",
  details:
    "Exit code 0 when there are no errors (warnings are fine), else 1. A warning is silenced by the comment `// causal: allow CODE` above what it is about, or by --allow. With --fix, the fixes that change neither what is asked nor what is assumed are written into the files.",
  options: {
    json: { type: "boolean", help: "print the diagnostics as JSON on standard output" },
    fix: { type: "boolean", help: "apply the fixes that are safe, and report what is left" },
    allow: { type: "string", multiple: true, value: "CODE", help: "a warning not to show; may be given again" },
  },
  examples: ["causal check faces.causal", "causal check --fix faces.causal", "causal check --allow C563 faces.causal"],
  async run(invocation, io) {
    const { positionals, flags } = invocation;
    if (positionals.length === 0) throw new UsageError("missing FILE");
    const allow = allowedCodes(invocation);
    if (flags.fix === true) for (const path of new Set(positionals)) await fix(path, io, flags.json === true);
    const projects = positionals.map((path) => reported(openProject(path), allow));
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
      if (failed.length === 0) {
        const warnings = projects.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0);
        const count = warnings === 0 ? "" : `, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`;
        io.out(`${positionals.length === 1 ? positionals[0] : `${positionals.length} files`}: no errors${count}\n`);
      }
    }
    return failed.length === 0 ? exitCodes.well : exitCodes.program;
  },
};

/** Only warnings can be allowed. */
function allowedCodes(invocation: Invocation): ReadonlySet<string> {
  const codes = listFlag(invocation, "allow").flatMap((text) => text.toUpperCase().split(","));
  const rows: Readonly<Record<string, { readonly severity: Diagnostic["severity"] }>> = catalogue;
  const wrong = codes.find((code) => rows[code]?.severity !== "warning");
  if (wrong === undefined) return new Set(codes);
  const warnings = Object.keys(rows).filter((code) => rows[code]!.severity === "warning");
  throw new UsageError(`--allow takes the code of a warning (${warnings.join(" ")}), not "${wrong}"`);
}

function reported(project: Project, allow: ReadonlySet<string>): Project {
  return { ...project, diagnostics: allDiagnostics(project).filter(({ code }) => !allow.has(code)) };
}

/** More rounds are for fixes that stood in each other's way, or that let more be read. */
const rounds = 10;

/** Fixes of a file that is imported are left to those who check that file. */
async function fix(path: string, io: Io, quiet: boolean): Promise<void> {
  let project = openProject(path);
  const { name, text } = project.files[0]!;
  let fixed = text;
  const done: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const fixes = safeFixes(allDiagnostics(project), name);
    if (fixes.length === 0) break;
    for (const { title, span } of fixes) {
      const { line, column } = positionAt(fixed, span.start);
      done.push(`${name}:${line}:${column}: ${title}`);
    }
    const next = applyFixes(fixed, fixes);
    if (next === fixed) break;
    fixed = next;
    project = projectOf(fixed, name);
  }
  if (fixed === text) return;
  await rewriteFile(path, fixed);
  if (!quiet) io.out(`${done.join("\n")}\n`);
}
