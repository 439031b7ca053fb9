/** Every word of the vocabulary is under its own name, says what it is, and has defaults that its own checks accept. */
import { describe, expect, it } from "vitest";
import type { Parameter } from "#lang/types/signature";
import { vocabulary } from "#stdlib/vocabulary";

const families = Object.entries({
  layers: vocabulary.layers,
  distributions: vocabulary.distributions,
  mechanisms: vocabulary.mechanisms,
  regimes: vocabulary.regimes,
  datasets: vocabulary.datasets,
  functions: vocabulary.functions,
});

interface Word {
  readonly name: string;
  readonly doc: string;
  readonly parameters?: readonly Parameter[];
  readonly settings?: readonly Parameter[];
}

const words = families.flatMap(([family, table]) =>
  [...(table as ReadonlyMap<string, Word>)].map(([key, word]) => ({ family, key, word })),
);

/** What is wrong with the default of a parameter, or null. */
function wrongDefault({ kind, default: value, range, choices }: Parameter): string | null {
  if (value === undefined || value === null) return null;
  const numbers = Array.isArray(value) ? value : [value];
  switch (kind) {
    case "int":
    case "ints":
    case "number":
    case "probability": {
      if (Array.isArray(value) !== (kind === "ints")) return "a list or a number";
      const [low, high] = range ?? (kind === "probability" ? [0, 1] : [-Infinity, Infinity]);
      const fits = (x: unknown) =>
        typeof x === "number" && x >= low && x <= high && (!kind.startsWith("int") || Number.isInteger(x));
      return numbers.every(fits) ? null : "out of range";
    }
    case "boolean":
      return typeof value === "boolean" ? null : "not a boolean";
    case "string":
      return typeof value === "string" && (choices?.includes(value) ?? true) ? null : "not one of the choices";
    default:
      return "a default that cannot be written";
  }
}

describe("the vocabulary", () => {
  it.each(families)("has %s", (_, table) => expect(table.size).toBeGreaterThan(0));

  it.each(words)("$family: $key", ({ key, word }) => {
    expect(word.name).toBe(key);
    expect(word.doc).not.toBe("");
    const parameters = word.parameters ?? word.settings ?? [];
    expect(new Set(parameters.map((parameter) => parameter.name)).size).toBe(parameters.length);
    for (const parameter of parameters) {
      expect(parameter.doc, parameter.name).not.toBe("");
      expect(wrongDefault(parameter), parameter.name).toBeNull();
    }
  });

  it("puts required arguments of layers before those with a default, so that they can be given by place", () => {
    for (const { name, parameters } of vocabulary.layers.values()) {
      const firstOptional = parameters.findIndex((parameter) => parameter.default !== undefined);
      const rest = firstOptional === -1 ? [] : parameters.slice(firstOptional);
      expect(
        rest.every((parameter) => parameter.default !== undefined),
        name,
      ).toBe(true);
    }
  });
});
