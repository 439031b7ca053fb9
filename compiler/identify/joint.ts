/** The observed distribution of discrete nodes, from rows of data or from a table, asked for by its marginals. */

export interface Joint {
  /** number of states */
  sizeOf(name: string): number;
  /** P(names): one entry a combination of states, the last name fastest */
  marginal(names: readonly string[]): Float64Array;
}

/** The empirical distribution: `columns` hold indices of states, `rows` says which entries of the columns count. */
export function jointOfRows(
  columns: Readonly<Record<string, ArrayLike<number>>>,
  sizes: Readonly<Record<string, number>>,
  rows: ArrayLike<number>,
): Joint {
  const sizeOf = (name: string) => sizes[name]!;
  return {
    sizeOf,
    marginal(names) {
      const table = new Float64Array(names.reduce((count, name) => count * sizeOf(name), 1));
      const axes = names.map((name) => ({ column: columns[name]!, size: sizeOf(name) }));
      for (let i = 0; i < rows.length; i++) {
        let cell = 0;
        for (const { column, size } of axes) cell = cell * size + column[rows[i]!]!;
        table[cell]! += 1 / rows.length;
      }
      return table;
    },
  };
}

/** A joint given as a table over `names`, the last name fastest; it should sum to 1. */
export function jointOfTable(names: readonly string[], sizes: readonly number[], table: Float64Array): Joint {
  const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, size) => product * size, 1));
  const at = new Map(names.map((name, i) => [name, i]));
  const sizeOf = (name: string) => sizes[at.get(name)!]!;
  return {
    sizeOf,
    marginal(wanted) {
      const result = new Float64Array(wanted.reduce((count, name) => count * sizeOf(name), 1));
      const axes = wanted.map((name) => ({ size: sizeOf(name), stride: strides[at.get(name)!]! }));
      for (let entry = 0; entry < table.length; entry++) {
        let cell = 0;
        for (const { size, stride } of axes) cell = cell * size + (Math.floor(entry / stride) % size);
        result[cell]! += table[entry]!;
      }
      return result;
    },
  };
}
