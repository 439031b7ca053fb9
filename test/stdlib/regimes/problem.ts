/** Models, targets and sources for the tests of regimes: built directly, without the front end. */
import type { CausalModel, CausalNode, Mechanism } from "#compiler/causal/model";
import { lowerNetwork } from "#compiler/lower/network";
import type { TrainingTarget } from "#compiler/vocabulary";
import { parseFile } from "#lang/syntax/parse";
import type { NodeType } from "#lang/types/type";
import { shuffledRows } from "#runtime/batches";
import type { TrainingPlan } from "#runtime/program/plan";
import type { BatchSource } from "#runtime/train";
import { vocabulary } from "#stdlib/vocabulary";

const span: CausalNode["span"] = { source: "test", start: 0, end: 0 };

export const neural: Mechanism = { kind: "learned", name: "neural", settings: { hidden: [16, 16] } };

export function node(
  name: string,
  parents: readonly string[] = [],
  type: NodeType = { kind: "bool" },
  mechanism: Mechanism = neural,
): CausalNode {
  return { name, role: type.kind === "image" ? "image" : "sample", type, parents, mechanism, span };
}

export function model(...nodes: readonly CausalNode[]): CausalModel {
  return { name: "Toy", nodes, params: {}, evidence: [] };
}

/** A target whose networks are those of a `.causal` text. */
export function targetOf(causal: CausalModel, rows: number, image: string | null = null, text = ""): TrainingTarget {
  const { file } = parseFile({ name: "networks.causal", text });
  const networks = new Map(
    file.statements.flatMap((item) => (item.kind === "network" ? [[item.name.text, item] as const] : [])),
  );
  return {
    model: causal,
    node: image,
    rows,
    network(builder, reference, inputs, { scope, mode }) {
      const decl = networks.get(reference.name);
      if (decl === undefined) throw new Error(`internal: the test has no network ${reference.name}`);
      return lowerNetwork(builder, decl, reference.args, inputs, { scope, mode, vocabulary, networks });
    },
  };
}

/** Rows of columns as a source, in the order that the plan asks for. */
export function sourceOf(
  columns: Readonly<Record<string, readonly (readonly number[])[]>>,
  order: TrainingPlan["order"],
): BatchSource {
  const count = Object.values(columns)[0]!.length;
  return {
    rows: count,
    batch(_names, index, size) {
      const start = (index % Math.ceil(count / size)) * size;
      const rows =
        order === "shuffled"
          ? [...shuffledRows(count, size, index, "test")]
          : Array.from({ length: size }, (_, i) => (start + i) % count);
      const weight = rows.map((_, i) => (order === "shuffled" || start + i < count ? 1 : 0));
      return {
        weight: Float32Array.from(weight),
        ...Object.fromEntries(
          Object.entries(columns).map(([name, values]) => [
            name,
            Float32Array.from(rows.flatMap((row) => values[row]!)),
          ]),
        ),
      };
    },
  };
}
