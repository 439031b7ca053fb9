/** The settings that regimes share, and reading of settings whose default depends on others. */
import type { Constants, NetworkReference, Parameter } from "#lang/types/signature";

/** Settings of every regime: the loop reads the data and the seed, the plan the rest. */
export const commonSettings: readonly Parameter[] = [
  { name: "data", kind: "data", doc: "what to learn from: the name of a `data` statement" },
  { name: "seed", kind: "int", default: 1, range: [0, 2 ** 31 - 1], doc: "seed of all random streams" },
];

/** An optional number whose default is said in words, because it depends on other settings. */
export function optional(
  name: string,
  kind: "int" | "number",
  range: readonly [number, number],
  doc: string,
): Parameter {
  return { name, kind, default: null, range, doc };
}

/** The number of that name, or the fallback where the program does not give one. */
export function numberOr(settings: Constants, name: string, fallback: number): number {
  const value = settings[name] ?? fallback;
  if (typeof value !== "number") throw new Error(`internal: the setting ${name} is not a number`);
  return value;
}

/** The numbers of a list setting, or the fallback. */
export function numbersOr(settings: Constants, name: string, fallback: readonly number[]): readonly number[] {
  const value = settings[name] ?? fallback;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) {
    throw new Error(`internal: the setting ${name} is not a list of numbers`);
  }
  return value as readonly number[];
}

export function flagOr(settings: Constants, name: string, fallback: boolean): boolean {
  const value = settings[name] ?? fallback;
  if (typeof value !== "boolean") throw new Error(`internal: the setting ${name} is not a boolean`);
  return value;
}

export function wordOr(settings: Constants, name: string, fallback: string): string {
  const value = settings[name] ?? fallback;
  if (typeof value !== "string") throw new Error(`internal: the setting ${name} is not a string`);
  return value;
}

/** A network of the program, or one of the library with these arguments. */
export function networkOr(settings: Constants, name: string, fallback: NetworkReference): NetworkReference {
  const value = settings[name] ?? fallback;
  if (typeof value !== "object" || !("kind" in value))
    throw new Error(`internal: the setting ${name} is not a network`);
  return value;
}
