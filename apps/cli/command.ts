/** What a command is, and what it may use of the world: streams, colours, a signal that the user pressed Ctrl-C. */
import type { ParseArgsConfig } from "node:util";

export interface Io {
  readonly input: NodeJS.ReadableStream;
  readonly inputIsTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
  /** whether standard output / standard error are terminals */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly colour: boolean;
  readonly columns: number;
  /**
   * Aborted by Ctrl-C. Who reads it takes Ctrl-C over; where nobody does, there is nothing to be saved, and it ends the process
   * there and then, whatever that computes.
   */
  readonly signal: AbortSignal;
}

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** how the value is written in the help, e.g. "DIR" */
  readonly value?: string;
  readonly help: string;
}

export interface Invocation {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

export interface Command {
  readonly name: string;
  /** after `causal NAME`, e.g. "FILE..." */
  readonly usage: string;
  readonly summary: string;
  readonly details?: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  run(invocation: Invocation, io: Io): Promise<number>;
}

export const exitCodes = { well: 0, program: 1, commandLine: 2, fault: 3, interrupted: 130 } as const;

/** The command line is wrong; exit code 2. */
export class UsageError extends Error {}

export function parseArgsOptions(options: Command["options"]): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
}

export function stringFlag(invocation: Invocation, name: string): string | undefined {
  const value = invocation.flags[name];
  return typeof value === "string" ? value : undefined;
}

export function listFlag(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.flags[name];
  return Array.isArray(value) ? value : [];
}

/** A whole number given as a flag; throws a UsageError when it is none or out of range. */
export function integerFlag(invocation: Invocation, name: string, low: number, high: number): number | undefined {
  const text = stringFlag(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < low || value > high) {
    throw new UsageError(`--${name} takes a whole number from ${low} to ${high}, not "${text}"`);
  }
  return value;
}

export function onePositional(invocation: Invocation, what: string): string {
  const [first, ...rest] = invocation.positionals;
  if (first === undefined) throw new UsageError(`missing ${what}`);
  if (rest.length > 0) throw new UsageError(`expected one ${what}, got ${invocation.positionals.length}`);
  return first;
}
