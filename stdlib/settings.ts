/**
 * Reading constants by name: the settings of layers and regimes have been checked against their signatures, so that a
 * value of another kind is an internal error. What may be written and what is the default lives in the signatures.
 */
import type { Constant, Constants, NetworkReference, Parameter } from "#lang/types/signature";

function wrong(settings: Constants, name: string, expected: string): Error {
  return new Error(`internal: setting ${name} is ${JSON.stringify(settings[name])}, not ${expected}`);
}

/** The number of that name; integers and probabilities are numbers too. */
export function numberSetting(settings: Constants, name: string): number {
  const value = settings[name];
  if (typeof value !== "number") throw wrong(settings, name, "a number");
  return value;
}

/** The number of that name, or null where it was left out. */
export function optionalNumber(settings: Constants, name: string): number | null {
  return (settings[name] ?? null) === null ? null : numberSetting(settings, name);
}

export function booleanSetting(settings: Constants, name: string): boolean {
  const value = settings[name];
  if (typeof value !== "boolean") throw wrong(settings, name, "true or false");
  return value;
}

export function stringSetting(settings: Constants, name: string): string {
  const value = settings[name];
  if (typeof value !== "string") throw wrong(settings, name, "a string");
  return value;
}

/** A list of integers, e.g. `hidden = [32, 32]`. */
export function integersSetting(settings: Constants, name: string): readonly number[] {
  const value = settings[name];
  if (!Array.isArray(value) || !value.every((item: Constant) => typeof item === "number")) {
    throw wrong(settings, name, "a list of integers");
  }
  return value as readonly number[];
}

/** The network of that name, or null where none was given. */
export function networkSetting(settings: Constants, name: string): NetworkReference | null {
  const value = settings[name] ?? null;
  if (value === null) return null;
  if (typeof value !== "object" || !("kind" in value)) throw wrong(settings, name, "a network");
  return value;
}

/** What was written, completed with the defaults of the parameters; null for what is optional and absent. */
export function withDefaults(parameters: readonly Parameter[], written: Constants): Constants {
  return Object.fromEntries(
    parameters.map(({ name, default: fallback }) => {
      const value = written[name] ?? fallback;
      if (value === undefined) throw new Error(`internal: setting ${name} is required`);
      return [name, value];
    }),
  );
}
