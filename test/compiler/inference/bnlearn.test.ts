/** Published networks with known answers. Reads BIF files from a folder beside the project; skips where it is absent. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { verifyModel } from "#compiler/causal/verify";
import { answer } from "#compiler/inference/query";
import { statesOf } from "#lang/types/type";
import { vocabulary } from "#stdlib/vocabulary";
import { labels, model, query, table } from "../causal/models.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/bnlearn");
const present = existsSync(join(folder, "asia.bif.gz"));
if (!present) console.warn("skipped: the bnlearn networks are not there");

/** A reader for the BIF of the bnlearn repository: variables with their states, tables with named rows. */
function readBif(text: string): CausalModel {
  const states = new Map<string, string[]>();
  for (const [, name, list] of text.matchAll(/variable\s+(\S+)\s*\{[^{]*\{([^}]*)\}/g)) {
    states.set(
      name!,
      list!.split(",").map((state) => state.trim()),
    );
  }
  const nodes = new Map<string, CausalNode>();
  for (const [, head, body] of text.matchAll(/probability\s*\(([^)]*)\)\s*\{([^}]*)\}/g)) {
    const [name, ...parents] = head!.split(/[|,]/).map((part) => part.trim());
    const own = states.get(name!)!;
    const sizes = parents.map((parent) => states.get(parent)!.length);
    const probabilities = new Array<number>(sizes.reduce((a, b) => a * b, own.length)).fill(Number.NaN);
    for (const [, key, row] of body!.matchAll(/(?:table|\(([^)]*)\))\s*([^;]*);/g)) {
      const index = (key?.split(",").map((state) => state.trim()) ?? []).reduce(
        (sofar, state, i) => sofar * sizes[i]! + states.get(parents[i]!)!.indexOf(state),
        0,
      );
      const numbers = row!.split(",").map(Number);
      const sum = numbers.reduce((a, b) => a + b, 0);
      numbers.forEach((number, state) => {
        probabilities[index * own.length + state] = number / sum;
      });
    }
    nodes.set(name!, table(name!, labels(...own), parents, probabilities));
  }
  const ordered = new Set<CausalNode>();
  const visit = (name: string) => {
    const node = nodes.get(name)!;
    node.parents.forEach(visit);
    ordered.add(node);
  };
  [...nodes.keys()].forEach(visit);
  const read = model([...ordered]);
  verifyModel(read);
  return read;
}

const load = (name: string) => readBif(gunzipSync(readFileSync(join(folder, `${name}.bif.gz`))).toString("utf8"));

function ask(net: CausalModel, text: string): Readonly<Record<string, number>> {
  const result = answer(net, query(text), { vocabulary, samples: 10, seed: 1 });
  if ("diagnostics" in result) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
  expect(result.answer.method).toBe("exact");
  const { value } = result.answer;
  return typeof value === "number" ? { "": value } : (value as Readonly<Record<string, number>>);
}

describe.skipIf(!present)("published networks", () => {
  const rows: readonly (readonly [string, string, readonly number[], number])[] = [
    ["asia", "P(dysp = yes)", [0.435971], 6],
    ["asia", "P(dysp = yes | smoke = yes)", [0.552808], 6],
    ["asia", "P(lung = yes | xray = yes, asia = yes)", [0.371487155], 9],
    ["asia", "P(smoke = yes | lung = yes)", [0.909090909], 9],
    ["asia", "P(smoke = yes | do(lung = yes))", [0.5], 12],
    ["asia", "P(dysp = yes | do(either = yes))", [0.79], 12],
    ["cancer", "P(Cancer = True | do(Smoker = True))", [0.032], 12],
    ["cancer", "P(Pollution = low | Cancer = True, Smoker = True)", [0.84375], 12],
    ["earthquake", "P(Burglary = True | JohnCalls = True, MaryCalls = True)", [0.556522062], 9],
    ["earthquake", "P(Alarm = True | do(Burglary = False), JohnCalls = True)", [0.109427398], 9],
    ["survey", "P(T | do(E = uni))", [0.56896, 0.27312, 0.15792], 10],
    ["survey", "P(T | E = uni)", [0.56896, 0.27312, 0.15792], 10],
    ["sachs", "P(Akt | Erk = HIGH)", [0.115077, 0.574349, 0.310573], 6],
    ["insurance", "P(PropCost | DrivingSkill = Expert)", [0.693236, 0.301295, 0.004806, 0.000663], 6],
  ];
  it.each(rows)("%s: %s", (net, text, expected, digits) => {
    const value = ask(load(net), text.replace(/\b(True|False)\b/g, "`$1`"));
    const found = Object.values(value);
    expect(found).toHaveLength(expected.length);
    for (const [state, p] of expected.entries()) expect(found[state]).toBeCloseTo(p, digits);
  });

  it.each(["alarm", "barley", "child", "hepar2", "munin1", "water"])("%s: a deep leaf", (net) => {
    const loaded = load(net);
    const leaf = loaded.nodes.at(-1)!;
    const value = ask(loaded, `P(\`${leaf.name}\`)`);
    expect(Object.keys(value)).toEqual(statesOf(leaf.type));
    expect(Object.values(value).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
  });
});
