/**
 * The page `docs/vocabulary.md`, made from the signatures of the standard library, so that it cannot fall behind them. The
 * test of the documentation compares it and rewrites it with `npx vitest run test/docs -u`.
 */
import type { Constant, Parameter } from "#lang/types/signature";
import { vocabulary } from "#stdlib/vocabulary";

export function vocabularyPage(): string {
  const { distributions, functions, mechanisms, layers, regimes, datasets } = vocabulary;
  return [
    "# Vocabulary",
    "",
    "Every word of the standard library with its arguments. This page is made from the code; how the words are used is in",
    "[language.md](language.md).",
    "",
    "## Distributions",
    "",
    ...table(
      ["word", "of a node that is", "what it is"],
      [...distributions.values()].map(({ name, parameters, support, doc }) => [
        `\`${name}(${parameters.map((parameter) => parameter.name).join(", ")})\``,
        supports[support],
        [doc, ...parameters.map((parameter) => `\`${parameter.name}\`: ${parameter.doc}.`)].join(" "),
      ]),
    ),
    "",
    "## Functions of expressions",
    "",
    ...table(
      ["word", "value"],
      [...functions.values()].map(({ name, arity, doc }) => [
        `\`${name}(${["x", "y", "z"].slice(0, arity).join(", ")})\``,
        doc,
      ]),
    ),
    "",
    "## Learned mechanisms",
    "",
    ...sections([...mechanisms.values()].map(({ name, doc, settings }) => ({ name, doc, parameters: settings }))),
    "## Layers of networks",
    "",
    "A tensor comes from the left of `|>`, or as the first argument. `[n]` is a vector, `[height, width, channels]` a map.",
    "",
    ...table(
      ["word", "tensors", "what it does"],
      [...layers.values()].map(({ name, inputs, doc }) => [
        `\`${name}\``,
        inputs === null ? "one or more" : String(inputs),
        doc,
      ]),
    ),
    "",
    ...table(
      ["layer", "argument", "default", "meaning"],
      [...layers.values()].flatMap(({ name, parameters }) => parameters.map((p) => [`\`${name}\``, ...cells(p)])),
    ),
    "",
    "## Regimes",
    "",
    ...sections(
      [...regimes.values()].map(({ name, doc, settings, target, reads }) => ({
        name,
        doc: `${doc} Trains ${target === "labels" ? "`Model.labels`" : "an image node"}${reads === true ? ", which it reads and does not draw" : ""}.`,
        parameters: settings,
      })),
    ),
    "## Data sets",
    "",
    ...sections([...datasets.values()]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

const supports = { bool: "`bool`", states: "any discrete type", int: "`int`", real: "`real`" } as const;

function sections(
  words: readonly { readonly name: string; readonly doc: string; readonly parameters: readonly Parameter[] }[],
): readonly string[] {
  return words.flatMap(({ name, doc, parameters }) => [
    `### ${name}`,
    "",
    doc,
    "",
    ...table(["setting", "default", "meaning"], parameters.map(cells)),
    "",
  ]);
}

function cells({ name, kind, doc, choices, ...rest }: Parameter): readonly [string, string, string] {
  const spellings = choices === undefined ? "" : ` (${choices.map((choice) => JSON.stringify(choice)).join(", ")})`;
  const fallback =
    rest.default === undefined ? "required" : rest.default === null ? "" : `\`${spelled(rest.default)}\``;
  const [group, inner] = name.split(".");
  const written = inner === undefined ? `${name} : ${kind}` : `${group} { ${inner} : ${kind} }`;
  return [`\`${written}\``, fallback, `${doc}${spellings}`];
}

function spelled(value: Constant): string {
  if (typeof value === "object") {
    return "kind" in value ? value.name : `[${value.map((item) => spelled(item)).join(", ")}]`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
