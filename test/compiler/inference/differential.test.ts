/**
 * Both exact methods, variable elimination and the junction tree, against the whole joint distribution of random models: each
 * combination of states is multiplied out here, with nothing of the engine.
 */
import { describe, expect, it } from "vitest";
import type { CausalModel, CausalNode, Evidence } from "#compiler/causal/model";
import { applyConditions } from "#compiler/inference/conditions";
import { evidenceWeights, posterior } from "#compiler/inference/exact";
import { allMarginals, createNetwork, situate } from "#compiler/inference/network";
import { tabulate } from "#compiler/inference/tabulate";
import { posteriors } from "#compiler/inference/posteriors";
import { answer } from "#compiler/inference/query";
import { observe } from "#compiler/transforms/observe";
import type { Condition } from "#lang/syntax/ast";
import { createStream, type Stream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { model, query, table } from "../causal/models.ts";

const context = { vocabulary, samples: 1000, seed: 1 };
/** Combinations of states that the oracle goes through. */
const most = 2 ** 11;

interface Random {
  readonly model: CausalModel;
  readonly sizes: readonly number[];
}

/** Up to 12 nodes with the states 0 .. k - 1, a random order of parents, and rows with zeros, some of them deterministic. */
function randomNetwork(stream: Stream): Random {
  const count = 2 + stream.integer(11);
  const sizes: number[] = [];
  const nodes: CausalNode[] = [];
  for (let i = 0; i < count; i++) {
    const room = most / sizes.reduce((a, b) => a * b, 1) / 2 ** (count - i - 1);
    sizes.push(Math.max(2, Math.min(2 + stream.integer(3), Math.floor(room))));
    const density = 0.15 + 0.4 * stream.uniform();
    const chosen = nodes.map((_, id) => id).filter(() => stream.uniform() < density);
    const parents = [...stream.permutation(chosen.length)].map((k) => chosen[k]!).slice(0, 4);
    const rows = parents.reduce((product, id) => product * sizes[id]!, 1);
    const zeros = stream.uniform() < 0.5 ? 0.3 : 0;
    const values = Array.from({ length: rows }, () => {
      if (stream.uniform() < 0.2) {
        const sure = stream.integer(sizes[i]!);
        return Array.from({ length: sizes[i]! }, (_, s) => Number(s === sure));
      }
      const row = Array.from({ length: sizes[i]! }, () => (stream.uniform() < zeros ? 0 : 0.02 + stream.uniform()));
      if (!row.some((entry) => entry > 0)) row[0] = 1;
      const sum = row.reduce((a, b) => a + b);
      return row.map((entry) => entry / sum);
    }).flat();
    const type = { kind: "int", low: 0, high: sizes[i]! - 1 } as const;
    nodes.push(
      table(
        `N${i}`,
        type,
        parents.map((id) => `N${id}`),
        values,
      ),
    );
  }
  return { model: model(nodes), sizes };
}

interface Conditions {
  readonly text: string;
  readonly set: ReadonlyMap<number, number>;
  readonly drawn: ReadonlyMap<number, readonly number[]>;
  /** weights of the states */
  readonly seen: ReadonlyMap<number, readonly number[]>;
  /** those that are no events: virtual evidence, which the language writes as a node of its own */
  readonly virtual: readonly Evidence[];
}

function randomConditions(stream: Stream, sizes: readonly number[]): Conditions {
  const set = new Map<number, number>();
  const drawn = new Map<number, readonly number[]>();
  const seen = new Map<number, readonly number[]>();
  const virtual: Evidence[] = [];
  const parts: string[] = [];
  const acting = stream.uniform() < 0.5;
  const rate = 0.3 * stream.uniform();
  for (const [i, size] of sizes.entries()) {
    const state = stream.integer(size);
    const states = Array.from({ length: size }, (_, s) => s);
    if (acting && stream.uniform() < 0.15) {
      if (stream.uniform() < 0.7) {
        set.set(i, state);
        parts.push(`do(N${i} = ${state})`);
      } else {
        const row = states.map((s) => (s === state ? 0.5 : 0.5 / (size - 1)));
        drawn.set(i, row);
        parts.push(`do(N${i} ~ {${states.map((s) => `${s}: ${row[s]}`).join(", ")}})`);
      }
    } else if (stream.uniform() < rate) {
      const kind = stream.uniform();
      if (kind < 0.6) {
        seen.set(
          i,
          states.map((s) => Number(s === state)),
        );
        parts.push(`N${i} = ${state}`);
      } else if (kind < 0.8) {
        seen.set(
          i,
          states.map((s) => Number(s >= state)),
        );
        parts.push(`N${i} >= ${state}`);
      } else {
        const weights = states.map((s) => (s === state ? 0 : 0.25 * (s + 1)));
        seen.set(i, weights);
        virtual.push({ kind: "states", node: `N${i}`, weights });
      }
    }
  }
  return { text: parts.join(", "), set, drawn, seen, virtual };
}

/** Calls `visit` for every combination of states with its unnormalised probability given the conditions. */
function enumerateWorlds(
  { model: { nodes }, sizes }: Random,
  { set, drawn, seen }: Conditions,
  visit: (states: readonly number[], weight: number) => void,
): void {
  const parents = nodes.map((node) => node.parents.map((name) => Number(name.slice(1))));
  const states = sizes.map(() => 0);
  for (;;) {
    let weight = 1;
    for (let i = 0; i < sizes.length && weight > 0; i++) {
      const { mechanism } = nodes[i]!;
      if (mechanism.kind !== "table") throw new Error("a node without a table");
      const row = parents[i]!.reduce((index, id) => index * sizes[id]! + states[id]!, 0);
      const forced = set.get(i);
      if (forced !== undefined) weight *= Number(states[i] === forced);
      else weight *= drawn.get(i)?.[states[i]!] ?? mechanism.probabilities[row * sizes[i]! + states[i]!]!;
      weight *= seen.get(i)?.[states[i]!] ?? 1;
    }
    if (weight > 0) visit(states, weight);
    let axis = sizes.length - 1;
    for (; axis >= 0; axis--) {
      if (++states[axis]! < sizes[axis]!) break;
      states[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function ask(net: CausalModel, text: string): { value: unknown; rung: number } {
  const result = answer(net, query(text), context);
  if ("diagnostics" in result) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
  expect(result.answer.method, text).toBe("exact");
  return result.answer;
}

function givenOf(text: string): readonly Condition[] {
  const parsed = query(`P(N0${text === "" ? "" : ` | ${text}`})`);
  return parsed.kind === "probability" ? parsed.given : [];
}

describe("exact answers of both methods", () => {
  it("are those of enumeration on 500 random models: marginals, joints, events and means, seen and done", () => {
    const counts = { possible: 0, impossible: 0, doing: 0, large: 0 };
    let worst = 0;
    const compare = (found: unknown, truth: number) => {
      worst = Math.max(worst, Math.abs((found as number) - truth));
    };
    for (let seed = 0; seed < 500; seed++) {
      const stream = createStream(seed, "differential");
      const net = randomNetwork(stream);
      const conditions = randomConditions(stream, net.sizes);
      const [a, b] = [...stream.permutation(net.sizes.length)] as [number, number];
      const marginals = net.sizes.map((size) => new Array<number>(size).fill(0));
      const joint = new Array<number>(net.sizes[a]! * net.sizes[b]!).fill(0);
      let [total, event, mean] = [0, 0, 0];
      enumerateWorlds(net, conditions, (states, weight) => {
        total += weight;
        for (const [i, state] of states.entries()) marginals[i]![state]! += weight;
        joint[states[a]! * net.sizes[b]! + states[b]!]! += weight;
        if (states[a]! > 0 && states[b]! === 0) event += weight;
        mean += weight * (states[a]! ** 2 * states[b]! - states[b]!);
      });
      const asked = observe(net.model, conditions.virtual);
      const bar = conditions.text === "" ? "" : ` | ${conditions.text}`;
      const all = posteriors(asked, givenOf(conditions.text), { ...context, limit: 2 ** 20 });
      if (total === 0) {
        counts.impossible++;
        const refused = answer(asked, query(`P(N${a} = 0${bar})`), context);
        expect("diagnostics" in refused && refused.diagnostics[0]!.code, bar).toBe("C450");
        expect("diagnostics" in all && all.diagnostics[0]!.code, bar).toBe("C450");
        continue;
      }
      if ("diagnostics" in all) throw new Error(all.diagnostics[0]!.message);
      counts.possible++;
      if (net.sizes.length > 9) counts.large++;
      const doing = conditions.set.size + conditions.drawn.size > 0;
      if (doing) counts.doing++;
      expect(all.rung).toBe(doing ? 2 : 1);
      for (const [i, sums] of marginals.entries()) {
        const { method, value } = all.nodes[`N${i}`]!;
        expect(method).toBe("exact");
        for (const [state, sum] of sums.entries()) compare(value[state], sum / total);
      }
      const one = ask(asked, `P(N${a}${bar})`);
      expect(one.rung).toBe(doing ? 2 : 1);
      for (const [state, sum] of marginals[a]!.entries()) {
        compare((one.value as Record<string, number>)[state], sum / total);
      }
      const whole = ask(asked, `P(N${a}, N${b}${bar})`).value as Record<string, Record<string, number>>;
      const two = Object.values(whole).flatMap((row) => Object.values(row));
      for (const [cell, sum] of joint.entries()) compare(two[cell], sum / total);
      // without the states that cannot occur, which is done for larger networks only
      const conditioned = applyConditions(asked, givenOf(conditions.text), vocabulary);
      if ("diagnostics" in conditioned) throw new Error(conditioned.diagnostics[0]!.message);
      const { variables } = tabulate(conditioned.model, vocabulary);
      const weights = evidenceWeights(conditioned.model.evidence, variables);
      const likelihoods = new Map([...weights].map(([name, w]) => [variables.get(name)!.id, w]));
      const network = createNetwork(variables.values());
      const reduced = allMarginals(network, situate(network, likelihoods, 0)!)!;
      for (const [i, sums] of marginals.entries()) {
        for (const [state, sum] of sums.entries()) compare(reduced.byVariable.get(i)![state], sum / total);
      }
      compare(2 ** reduced.logEvidence, total);
      const { table: cells, exponent } = posterior(variables, weights, [`N${a}`, `N${b}`], 0);
      for (const [cell, sum] of joint.entries()) compare(cells[cell]! * 2 ** exponent, sum);
      compare(ask(asked, `P(N${a} > 0, N${b} = 0${bar})`).value, event / total);
      compare(ask(asked, `E[N${a} ^ 2 * N${b} - N${b}${bar}]`).value, mean / total);
    }
    expect(worst).toBeLessThan(1e-10);
    expect(counts.possible).toBeGreaterThan(400);
    expect(counts.doing).toBeGreaterThan(150);
    expect(counts.large).toBeGreaterThan(100);
    expect(counts.impossible).toBeGreaterThan(5);
  });
});
