/** Queries under the same conditions: answered together where that is cheaper, with the answers they have alone. */
import { describe, expect, it } from "vitest";
import { answer } from "#compiler/inference/query";
import { shareMarginals } from "#compiler/inference/shared";
import { vocabulary } from "#stdlib/vocabulary";
import { coin, model, query } from "../causal/models.ts";

const net = model([
  coin("X0", [], 0.4),
  ...Array.from({ length: 11 }, (_, i) => coin(`X${i + 1}`, [`X${i}`], 0.2, 0.7)),
]);
const options = { vocabulary, limit: 2 ** 20, extraGiven: [] };
const context = { vocabulary, samples: 100, seed: 1 };

const texts = (bar: string) => [
  ...Array.from({ length: 12 }, (_, i) => `P(X${i}${bar})`),
  `P(X3 = false, X3 = false${bar}) - P(X4${bar}) / 2`,
];

describe("queries under the same conditions", () => {
  it.each(["", " | X11 = true", " | do(X5 = true), X9 = false"])("agree with those asked alone: %s", (bar) => {
    const queries = texts(bar).map(query);
    const shared = shareMarginals(net, queries, options);
    // twelve, and two inside of the difference
    expect(shared.size).toBe(14);
    for (const each of queries) {
      const [together, alone] = [answer(net, each, { ...context, shared }), answer(net, each, context)];
      if ("diagnostics" in together || "diagnostics" in alone) throw new Error("no answer");
      expect(together.answer).toEqual({ ...alone.answer, value: expect.closeTo(alone.answer.value as number, 12) });
    }
  });

  it("are left alone where one tree would cost more, or the conditions differ, or cannot be", () => {
    const share = (...queries: string[]) => shareMarginals(net, queries.map(query), options).size;
    expect(share("P(X0)", "P(X1)")).toBe(0);
    expect(share(...Array.from({ length: 12 }, (_, i) => `P(X${i} | X${i % 3} = ${i % 2 === 0})`))).toBe(0);
    expect(share(...texts(" | X2 = true, X2 = false"))).toBe(0);
  });
});
