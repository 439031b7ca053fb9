/**
 * How the labels of an image or a batch of rows become a tensor [rows, width] and back: which columns a node takes, and
 * with which numbers. Columns of nodes hold states as indices (false 0, true 1) and reals as they are.
 */
import { type NodeType, statesOf } from "#lang/types/type";
import type { CausalNode } from "../causal/model.ts";

export interface LabelEntry {
  readonly name: string;
  /** first column */
  readonly offset: number;
  /** bool: 1, holding 0 or 1; k states: k, one-hot; real: 1 or the size of the vector */
  readonly width: number;
  /** number of states, or null for a real node */
  readonly states: number | null;
}

export interface LabelLayout {
  /** columns in all */
  readonly width: number;
  readonly entries: readonly LabelEntry[];
}

/** Values of nodes by name; a vector-valued real node has its vectors one after the other. */
export type LabelColumns = Readonly<Record<string, ArrayLike<number>>>;

function widthOf(type: NodeType, name: string): number {
  switch (type.kind) {
    case "bool":
      return 1;
    case "labels":
    case "int":
      return statesOf(type)!.length;
    case "real":
      return type.size ?? 1;
    case "image":
      throw new Error(`internal: ${name} is an image, not a label`);
  }
}

/** The columns of these nodes, in their order. */
export function labelLayout(nodes: readonly Pick<CausalNode, "name" | "type">[]): LabelLayout {
  let width = 0;
  const entries = nodes.map(({ name, type }) => {
    const entry = { name, offset: width, width: widthOf(type, name), states: statesOf(type)?.length ?? null };
    width += entry.width;
    return entry;
  });
  return { width, entries };
}

function isOneHot({ width, states }: LabelEntry): boolean {
  return states !== null && width > 1;
}

/** Rows [rows, width] from the columns of the nodes; `rows` defaults to what the first column holds. */
export function encodeLabels(layout: LabelLayout, columns: LabelColumns, rows?: number): Float32Array {
  const columnOf = (name: string): ArrayLike<number> => {
    const column = columns[name];
    if (column === undefined) throw new Error(`internal: there is no column ${name} to encode`);
    return column;
  };
  const perRow = (entry: LabelEntry): number => (isOneHot(entry) ? 1 : entry.width);
  const [first] = layout.entries;
  const count = rows ?? (first === undefined ? 0 : columnOf(first.name).length / perRow(first));
  const encoded = new Float32Array(count * layout.width);
  for (const entry of layout.entries) {
    const column = columnOf(entry.name);
    if (column.length < count * perRow(entry)) {
      throw new Error(`internal: column ${entry.name} has ${column.length} values for ${count} rows`);
    }
    for (let row = 0; row < count; row++) {
      const start = row * layout.width + entry.offset;
      if (isOneHot(entry)) encoded[start + stateIn(entry, column[row]!)] = 1;
      else for (let i = 0; i < entry.width; i++) encoded[start + i] = column[row * entry.width + i]!;
    }
  }
  return encoded;
}

function stateIn(entry: LabelEntry, state: number): number {
  if (!Number.isInteger(state) || state < 0 || state >= entry.states!) {
    throw new Error(`internal: ${entry.name} has no state of index ${state}`);
  }
  return state;
}

/**
 * The columns of the nodes from rows [rows, width]. A bool is true from 0.5 on, and a state is the largest of its
 * columns, so that probabilities decode to the likeliest state.
 */
export function decodeLabels(layout: LabelLayout, encoded: ArrayLike<number>): Readonly<Record<string, Float64Array>> {
  const rows = layout.width === 0 ? 0 : encoded.length / layout.width;
  return Object.fromEntries(
    layout.entries.map((entry) => {
      const size = isOneHot(entry) ? 1 : entry.width;
      const column = new Float64Array(rows * size);
      for (let row = 0; row < rows; row++) {
        const start = row * layout.width + entry.offset;
        if (isOneHot(entry)) column[row] = largest(encoded, start, entry.width);
        else if (entry.states !== null) column[row] = encoded[start]! >= 0.5 ? 1 : 0;
        else for (let i = 0; i < size; i++) column[row * size + i] = encoded[start + i]!;
      }
      return [entry.name, column];
    }),
  );
}

/** The index of the first largest of `count` numbers. */
function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
