/** What is thrown, as text (or JSON) on standard error and an exit code. Errors of usage are told by whoever knows it. */
import { frame } from "#lang/diagnostics/frame";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import { RuntimeFault } from "#runtime/fault";
import { ProgramError } from "../api/errors.ts";
import { exitCodes, type Io } from "./command.ts";

/** Warnings, which change no exit code. */
export function warn(
  warnings: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
  json: boolean,
  io: Io,
): void {
  if (warnings.length === 0) return;
  if (json) io.err(`${JSON.stringify({ diagnostics: warnings.map((one) => toJson(one, sources)) })}\n`);
  else io.err(renderDiagnostics(warnings, sources, { colour: io.colour }));
}

/** A fault that has a place in the program, with the line of it. */
export function reportFault(fault: RuntimeFault, sources: ReadonlyMap<string, Source>, io: Io): number {
  const { code, message, advice, origin } = fault;
  const source = origin === null ? undefined : sources.get(origin.source);
  const shown =
    origin === null || source === undefined
      ? ""
      : `${frame(source, [{ span: origin, label: "", sign: "^", hue: "red" }], { colour: io.colour, first: true })}\n`;
  io.err(`fault[${code}]: ${message}\n${shown}  ${advice}\n`);
  return exitCodes.fault;
}

/** What JavaScript throws where an array is larger than the memory, or than any array may be. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError &&
  /Array buffer allocation failed|Invalid (typed )?array (buffer )?length/i.test(error.message);

/** The program is wrong (1), the world or we are (3), or it was stopped (130). */
export function report(thrown: unknown, json: boolean, io: Io): number {
  const error = isOutOfMemory(thrown)
    ? new RuntimeFault("memory", "not enough memory", "use a smaller batch or narrower networks, or draw fewer at once")
    : thrown;
  if (error instanceof ProgramError) {
    if (json) {
      const diagnostics = error.diagnostics.map((diagnostic) => toJson(diagnostic, error.sources));
      io.err(`${JSON.stringify({ diagnostics })}\n`);
    } else io.err(renderDiagnostics(error.diagnostics, error.sources, { colour: io.colour }));
    return exitCodes.program;
  }
  if (error instanceof RuntimeFault) {
    // the user knows what happened
    const plain = error.code === "interrupted";
    if (json)
      io.err(`${JSON.stringify({ fault: { code: error.code, message: error.message, advice: error.advice } })}\n`);
    else if (plain) io.err(`${error.message}; ${error.advice}\n`);
    else io.err(`fault[${error.code}]: ${error.message}\n  ${error.advice}\n`);
    return plain ? exitCodes.interrupted : exitCodes.fault;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`${text.includes("internal:") ? "" : "internal: "}${text}\nThis is a mistake of causal-lang, not yours.\n`);
  return exitCodes.fault;
}
