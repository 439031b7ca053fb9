/** Networks for the tests of interchange: published ones, random ones, and models as plain values that compare by bits. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { buildModel } from "#compiler/causal/from-checked";
import type { CausalModel } from "#compiler/causal/model";
import { type Exported, exportText, type FormatName, formats } from "#compiler/interchange/formats";
import { analyze } from "#lang/analyze";
import { vocabulary } from "#stdlib/vocabulary";
import { labels, table } from "../causal/models.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/bnlearn");

/** Published networks lie in a folder beside the project. */
export const published = existsSync(join(folder, "asia.bif.gz"));

export const publishedBif = (name: string): string =>
  gunzipSync(readFileSync(join(folder, `${name}.bif.gz`))).toString("utf8");

export function textOf(exported: Exported): string {
  if ("diagnostics" in exported) throw new Error(exported.diagnostics.map(({ message }) => message).join("\n"));
  return exported.text;
}

export const write = (model: CausalModel, format: FormatName): string => textOf(exportText(model, format, vocabulary));

export function read(text: string, format: FormatName): CausalModel {
  const imported = formats[format].read!({ name: `test.${format}`, text });
  if (imported.kind !== "model") throw new Error("not a model");
  return imported.model;
}

/** Compiles a program of one model; throws where it has diagnostics. */
export function compileCausal(text: string): CausalModel {
  const { program, diagnostics } = analyze(
    { name: "test.causal", text },
    { signatures: vocabulary, resolve: () => null },
  );
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return buildModel([...program.models.values()][0]!);
}

/** All of a model but its places, as values in which every bit of every number counts. */
export const plain = ({ name, nodes }: CausalModel, keep: { readonly names: boolean } = { names: true }) => {
  const index = new Map(nodes.map((node, i) => [node.name, i]));
  return {
    name: keep.names ? name : "",
    nodes: nodes.map(({ name: own, type, parents, mechanism }) => ({
      name: keep.names ? own : "",
      type: keep.names ? type : null,
      parents: keep.names ? parents : parents.map((parent) => index.get(parent)),
      table: mechanism.kind === "table" ? [...new BigUint64Array(mechanism.probabilities.buffer)].join(" ") : mechanism,
    })),
  };
};

const awkward = [
  "a",
  "b",
  "<5",
  "12+",
  "0-3_days",
  "Suspect 1",
  "Asy/Patchy",
  "007",
  "-1",
  "0",
  "yes no",
  "if",
  "true",
  "model",
  "a,b",
  "x{y}",
  "(z",
  'q"u"o',
  "back\\slash",
  "// note",
  "a//b",
  "per%cent",
  "<tag>&amp;",
  "ünï",
  "变量",
  "table",
  "default",
  "property",
  "node",
  " padded ",
  "P",
  "in",
  "x;y",
  "[1]",
  "a|b",
  "1e5",
  "N_a_b",
  "N a b",
  ".5",
  "a.b",
];
const anyName = fc.oneof(
  fc.constantFrom(...awkward),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((text) => !/[`\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)),
);

/** A row that sums to 1 as a reader leaves it: what is written is read back to the same bits. */
const rowOf = (states: number) =>
  fc
    .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1, noNaN: true })), {
      minLength: states,
      maxLength: states,
    })
    .map((weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return sum === 0 ? weights.map((_, i) => Number(i === 0)) : weights.map((weight) => weight / sum);
    });

/** Discrete models with awkward names, up to 5 nodes of 2 to 4 states. */
export const anyModel: fc.Arbitrary<CausalModel> = fc
  .uniqueArray(anyName, { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(...names.map(() => fc.uniqueArray(anyName, { minLength: 2, maxLength: 4 }))).chain((states) =>
      fc
        .tuple(
          anyName,
          ...names.map((name, i) =>
            fc.subarray(names.slice(0, i), { maxLength: Math.min(i, 3) }).chain((parents) => {
              const rows = parents.reduce((product, parent) => product * states[names.indexOf(parent)]!.length, 1);
              const width = states[i]!.length;
              return fc
                .array(rowOf(width), { minLength: rows, maxLength: rows })
                .map((values) => table(name, labels(...states[i]!), parents, values.flat()));
            }),
          ),
        )
        .map(([name, ...nodes]) => ({ name, nodes, params: {}, evidence: [] })),
    ),
  );
