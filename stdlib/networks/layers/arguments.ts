/**
 * Reading the constants of a layer by name. They have been checked against its signature and completed with defaults,
 * so that a value of another kind is an internal error.
 */
import type { Constants } from "#lang/types/signature";

function wrong(args: Constants, name: string, expected: string): Error {
  return new Error(`internal: argument ${name} is ${JSON.stringify(args[name])}, not ${expected}`);
}

/** The number of that name; integers and probabilities are numbers too. */
export function numberArgument(args: Constants, name: string): number {
  const value = args[name];
  if (typeof value !== "number") throw wrong(args, name, "a number");
  return value;
}

/** The number of that name, or null where it was left out. */
export function optionalNumber(args: Constants, name: string): number | null {
  return (args[name] ?? null) === null ? null : numberArgument(args, name);
}

export function flagArgument(args: Constants, name: string): boolean {
  const value = args[name];
  if (typeof value !== "boolean") throw wrong(args, name, "true or false");
  return value;
}

export function wordArgument(args: Constants, name: string): string {
  const value = args[name];
  if (typeof value !== "string") throw wrong(args, name, "a word");
  return value;
}
