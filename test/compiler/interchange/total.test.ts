/** Any text is read or refused with a place: readers never crash, never hang, never blame us. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FormatName, formats, readableFormats } from "#compiler/interchange/formats";
import { RuntimeFault } from "#runtime/fault";
import { writeDagitty } from "#compiler/interchange/dagitty";
import { anyModel, write } from "./networks.ts";

function readsOrRefuses(format: FormatName, text: string): "read" | "refused" {
  try {
    formats[format].read!({ name: "f", text });
    return "read";
  } catch (error) {
    if (!(error instanceof RuntimeFault) || error.code !== "bad-file") throw error;
    expect(error.message).toMatch(/^f:\d+:\d+: ./s);
    expect(error.message.length).toBeLessThan(1000);
    expect(error.origin!.start).toBeLessThanOrEqual(text.length);
    return "refused";
  }
}

/** A piece taken out, doubled, replaced, or the end cut off. */
const edit = fc.record({
  kind: fc.constantFrom("cut", "double", "replace", "end"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 12 }),
  text: fc.oneof(
    fc.constantFrom(
      "{",
      "}",
      "(",
      ")",
      '"',
      ";",
      ",",
      "|",
      "<",
      ">",
      "&",
      "/*",
      "<!--",
      "1e999",
      "-1",
      "NaN",
      "99999999",
      "%",
    ),
    fc.string({ unit: "binary", maxLength: 4 }),
  ),
});

function mutate(
  text: string,
  { kind, at, length, text: piece }: typeof edit extends fc.Arbitrary<infer T> ? T : never,
) {
  const from = Math.floor(at * text.length);
  if (kind === "end") return text.slice(0, from);
  if (kind === "cut") return text.slice(0, from) + text.slice(from + length);
  if (kind === "double") return text.slice(0, from + length) + text.slice(from);
  return text.slice(0, from) + piece + text.slice(from + length);
}

describe.each(readableFormats)("%s", (format) => {
  it("survives mutated files", () => {
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyModel, fc.array(edit, { minLength: 1, maxLength: 3 }), (model, edits) => {
        outcomes[readsOrRefuses(format, edits.reduce(mutate, write(model, format)))]++;
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(outcomes.refused).toBeGreaterThan(100);
  });

  it("survives any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        readsOrRefuses(format, text);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("survives deep and long files", () => {
    for (const piece of ["{", "(", "<a>", '"', "<!--", "/*", "<!DOCTYPE [", "a ", "dag {", " ", "\n", "[", "x -> {"]) {
      readsOrRefuses(format, piece.repeat(20_000));
      readsOrRefuses(format, `dag { ${piece.repeat(20_000)}`);
    }
  });
});

it("any graph is the same after dagitty's text", () => {
  const names = ["X", "the outcome", "U.1", "ü", "dag", 'q"', "a->b"];
  const anyGraph = fc.record({
    nodes: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
    edges: fc.uniqueArray(fc.tuple(fc.nat(6), fc.nat(6), fc.boolean()), {
      selector: ([a, b, arc]) => `${[a, b].sort()}${arc}`,
    }),
    latent: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  });
  fc.assert(
    fc.property(anyGraph, ({ nodes, edges, latent }) => {
      const inside = edges.filter(([a, b]) => a < b && b < nodes.length);
      const ends = (arc: boolean) =>
        inside.filter((edge) => edge[2] === arc).map(([a, b]) => [nodes[a]!, nodes[b]!] as const);
      const graph = {
        name: "",
        nodes: nodes.map((name, i) => ({ name, latent: latent[i]!, marks: i === 0 ? (["exposure"] as const) : [] })),
        arrows: ends(false),
        arcs: ends(true),
      };
      const back = formats.dagitty.read({ name: "f", text: writeDagitty(graph) });
      expect(back).toEqual({ kind: "graph", graph });
    }),
    { numRuns: 200, seed: 1 },
  );
});
