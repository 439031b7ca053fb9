/** Couplings of the rows of one table: exact joint distributions against their marginals, draws and closed forms. */
import { describe, expect, it } from "vitest";
import { coupledStates } from "#compiler/counterfactual/couplings";
import type { Coupling } from "#compiler/causal/model";
import { createStream, type Stream } from "#runtime/random";
import { coin, labels, model, table } from "../causal/models.ts";
import { ask } from "./brute.ts";

function randomRows(stream: Stream, states: number, count: number): Float64Array[] {
  return Array.from({ length: count }, () => {
    // some states are impossible, and some nearly
    const weights = Array.from({ length: states }, (_, state) => {
      return state > 0 && stream.uniform() < 0.15 ? 0 : 1e-4 + stream.uniform() ** 4;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Float64Array.from(weights, (weight) => weight / total);
  });
}

/** The state under each row for one draw of the noise. */
const draws: Readonly<Record<Coupling, (rows: readonly Float64Array[], stream: Stream) => readonly number[]>> = {
  independent: (rows, stream) => rows.map((row) => cut(row, stream.uniform())),
  monotone: (rows, stream) => {
    const u = stream.uniform();
    return rows.map((row) => cut(row, u));
  },
  gumbel: (rows, stream) => {
    const gumbel = rows[0]!.map(() => -Math.log(-Math.log(stream.uniform())));
    return rows.map((row) => {
      const scores = row.map((p, state) => Math.log(p) + gumbel[state]!);
      return scores.indexOf(Math.max(...scores));
    });
  },
};
const cut = (row: Float64Array, u: number) => {
  let end = 0;
  const state = row.findIndex((p) => {
    end += p;
    return end > u;
  });
  return state === -1 ? row.length - 1 : state;
};

const shapes = [
  [2, 2],
  [2, 5],
  [3, 3],
  [4, 2],
  [4, 3],
  [3, 4],
  [5, 3],
] as const;

describe.each<Coupling>(["monotone", "gumbel", "independent"])("%s rows", (coupling) => {
  it.each(shapes)(
    "of %i states, %i at once, have their tables as marginals and what is drawn as their joint",
    (states, count) => {
      const stream = createStream(states * 10 + count, coupling);
      for (let repeat = 0; repeat < 3; repeat++) {
        const rows = randomRows(stream, states, count);
        const joint = coupledStates(coupling, rows);
        const stateOf = (cell: number, i: number) => Math.floor(cell / states ** (count - 1 - i)) % states;
        expect(Math.min(...joint)).toBeGreaterThan(-1e-12);
        rows.forEach((row, i) => {
          const marginal = new Float64Array(states);
          joint.forEach((p, cell) => {
            marginal[stateOf(cell, i)]! += p;
          });
          for (const [state, p] of row.entries()) expect(Math.abs(marginal[state]! - p)).toBeLessThan(1e-10);
        });
        const drawn = new Float64Array(joint.length);
        const samples = 8000;
        for (let n = 0; n < samples; n++) {
          const cell = draws[coupling](rows, stream).reduce((sum, state) => sum * states + state, 0);
          drawn[cell]! += 1 / samples;
        }
        joint.forEach((p, cell) => {
          expect(Math.abs(drawn[cell]! - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / samples) + 1e-3);
        });
      }
    },
  );
});

describe("Gumbel-max", () => {
  it("agrees on a state as often as its rows do, in closed form", () => {
    const stream = createStream(5, "closed");
    for (let repeat = 0; repeat < 30; repeat++) {
      const rows = randomRows(stream, 4, 3);
      const joint = coupledStates("gumbel", rows);
      for (let state = 0; state < 4; state++) {
        const sum = [0, 1, 2, 3].reduce((total, other) => {
          return total + Math.max(...rows.map((row) => row[other]! / row[state]!));
        }, 0);
        const together = joint[state * (16 + 4 + 1)]!;
        expect(together).toBeCloseTo(rows.some((row) => row[state] === 0) ? 0 : 1 / sum, 10);
      }
    }
  });

  it("is stable: what became likelier relative to all others stays (Oberst and Sontag 2019)", () => {
    const rows = [Float64Array.of(0.2, 0.5, 0.3), Float64Array.of(0.4, 0.4, 0.2)];
    const joint = coupledStates("gumbel", rows);
    // 0.4 / 0.2 is the largest ratio, so that state 0 is never left for another
    expect(joint[1]).toBe(0);
    expect(joint[2]).toBe(0);
  });

  it("answers questions about three worlds at once", () => {
    const levels = labels("a", "b", "c");
    const rows = [0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8];
    const net = model([
      table("X", levels, [], [0.3, 0.3, 0.4]),
      { ...table("Y", levels, ["X"], rows), coupling: "gumbel" },
    ]);
    const joint = coupledStates(
      "gumbel",
      [0, 1, 2].map((row) => Float64Array.from(rows.slice(3 * row, 3 * row + 3))),
    );
    const found = ask(net, "P(Y[X = a] = b, Y[X = b] = a | X = c, Y = c)");
    expect(found.method).toBe("exact");
    expect(found.value).toBeCloseTo(joint[1 * 9 + 0 * 3 + 2]! / 0.8, 10);
  });
});

describe("monotone causes", () => {
  it("make the probabilities of causation points (Tian and Pearl 2000, theorem 3)", () => {
    for (const [a, b] of [
      [0.1, 0.6],
      [0.3, 0.35],
    ] as const) {
      const net = model([coin("X", [], 0.4), { ...coin("Y", ["X"], a, b), coupling: "monotone" }]);
      const value = (text: string) => ask(net, text).value;
      expect(value("PNS(Y; X: false -> true)")).toBeCloseTo(b - a, 10);
      expect(value("PN(Y; X: false -> true)")).toBeCloseTo((b - a) / b, 10);
      expect(value("PS(Y; X: false -> true)")).toBeCloseTo((b - a) / (1 - a), 10);
    }
  });
});
