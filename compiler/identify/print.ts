/** Estimands as text, `sum_z P(y | x, z) P(z)`, and as LaTeX. A value is written like its node, with a small letter. */
import { type Admg, meet, type Names, union } from "./admg.ts";
import { type Estimand, freeNames } from "./estimand.ts";

interface Notation {
  sum(names: string, body: string): string;
  probability(of: string, given: string): string;
  fraction(numerator: string, denominator: string): string;
  brackets(body: string): string;
  value(name: string, primes: number): string;
}

const text: Notation = {
  sum: (names, body) => `sum_${names.includes(",") ? `{${names}}` : names} ${body}`,
  probability: (of, given) => (given === "" ? `P(${of})` : `P(${of} | ${given})`),
  fraction: (numerator, denominator) => `${numerator} / ${denominator}`,
  brackets: (body) => `(${body})`,
  value: (name, primes) => (/^[\w]+$/.test(name) ? name : `\`${name}\``) + "'".repeat(primes),
};

const latex: Notation = {
  sum: (names, body) => `\\sum_{${names}} ${body}`,
  probability: (of, given) => (given === "" ? `P(${of})` : `P(${of} \\mid ${given})`),
  fraction: (numerator, denominator) => `\\frac{${numerator}}{${denominator}}`,
  brackets: (body) => `\\left(${body}\\right)`,
  value: (name, primes) => {
    const [, letters = name, digits = ""] = /^([A-Za-z])_?(\d*)$/.exec(name) ?? [];
    const escaped = letters.replace(/[\\{}_^#$%&~]/g, (sign) => (sign === "\\" ? "\\backslash " : `\\${sign}`));
    const word = letters.length > 1 ? `\\mathit{${escaped}}` : escaped;
    return word + (digits === "" ? "" : `_{${digits}}`) + "'".repeat(primes);
  },
};

/** How the values of nodes are written: a small first letter, unless two nodes would be written the same. */
function spelling(names: readonly string[]): (name: string) => string {
  const small = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
  const count = new Map<string, number>();
  for (const name of names) count.set(small(name), (count.get(small(name)) ?? 0) + 1);
  return (name) => (count.get(small(name)) === 1 ? small(name) : name);
}

/** In the notation `sum_z P(y | x, z) P(z)`; a bound value whose name means another value around it gets a prime. */
export function printEstimand(estimand: Estimand, graph: Admg): string {
  return print(estimand, graph, text);
}

/** For a formula of LaTeX, without the dollar signs. */
export function estimandToLatex(estimand: Estimand, graph: Admg): string {
  return print(estimand, graph, latex);
}

function print(estimand: Estimand, graph: Admg, notation: Notation): string {
  const spell = spelling(graph.nodes);
  type Primes = ReadonlyMap<string, number>;

  const rank = new Map(graph.nodes.map((name, i) => [name, i]));
  const last = (names: Names) => Math.max(...[...names].map((name) => rank.get(name)!));
  /** effects before their causes, sums behind everything that is outside them */
  const place = (factor: Estimand) => (factor.kind === "probability" ? last(factor.of) : -1);

  const list = (names: readonly string[], primes: Primes) =>
    names.map((name) => notation.value(spell(name), primes.get(name) ?? 0)).join(", ");

  const inOrder = (names: Names) => graph.nodes.filter((name) => names.has(name));

  /** `taken`: names that have a meaning here, with their primes */
  const walk = (part: Estimand, primes: Primes, taken: Names): string => {
    switch (part.kind) {
      case "probability":
        return notation.probability(list(inOrder(part.of), primes), list(inOrder(part.given).toReversed(), primes));
      case "product":
        if (part.factors.length === 0) return "1";
        return part.factors
          .toSorted((a, b) => place(b) - place(a))
          .map((factor, i) => {
            const printed = walk(factor, primes, taken);
            // a sum reaches to the end, so that only the last one may go without brackets
            const open = factor.kind === "sum" && i < part.factors.length - 1;
            return open || (factor.kind === "fraction" && notation === text) ? notation.brackets(printed) : printed;
          })
          .join(" ");
      case "sum": {
        const clash = meet(part.over, taken);
        const renamed = new Map([...primes, ...[...clash].map((name) => [name, (primes.get(name) ?? 0) + 1] as const)]);
        const body = walk(part.of, renamed, union(taken, part.over));
        const short = part.of.kind === "fraction" && notation === text;
        return notation.sum(list(inOrder(part.over), renamed), short ? notation.brackets(body) : body);
      }
      case "fraction": {
        const [numerator, denominator] = [part.numerator, part.denominator].map((side) => {
          const printed = walk(side, primes, taken);
          const atom = side.kind === "probability" || (side.kind === "product" && side.factors.length === 0);
          return notation === text && !atom ? notation.brackets(printed) : printed;
        });
        return notation.fraction(numerator!, denominator!);
      }
    }
  };
  return walk(estimand, new Map(), freeNames(estimand));
}

/** `P(y | do(x), z)` in the same notation. */
export function printCausal(
  { outcomes, treatments, given }: { readonly outcomes: Names; readonly treatments: Names; readonly given: Names },
  graph: Admg,
  style: "text" | "latex" = "text",
): string {
  const notation = style === "text" ? text : latex;
  const spell = spelling(graph.nodes);
  const list = (names: Names) =>
    graph.nodes.filter((name) => names.has(name)).map((name) => notation.value(spell(name), 0));
  const act = style === "text" ? "do" : "\\mathrm{do}";
  const done = treatments.size === 0 ? [] : [`${act}(${list(treatments).join(", ")})`];
  return notation.probability(list(outcomes).join(", "), [...done, ...list(given)].join(", "));
}
