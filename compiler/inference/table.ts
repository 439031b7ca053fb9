/**
 * The kernels of the junction tree: loops over dense tables whose variables all stand in one global order, so that a table
 * over fewer variables is walked along with a larger one in runs that are contiguous in both. Nothing is allocated in them.
 */

/**
 * How a smaller table lies in a larger one: variables of the larger that stand together and are either all in the smaller
 * or all not, as one axis. The two fastest axes are the loops `blocks` and `run`; exactly one of them is shared.
 */
export interface Embedding {
  /** slower axes, the slowest first, and the step in the smaller table for each (0 where it is not shared) */
  readonly outer: Int32Array;
  readonly steps: Int32Array;
  /** where the walk is; all zero between walks */
  readonly index: Int32Array;
  readonly blocks: number;
  readonly run: number;
  readonly runShared: boolean;
}

/** Entries of a table over the variables. May be infinite; such a table is never made. */
export function entriesOf(scope: readonly number[], sizes: ArrayLike<number>): number {
  let entries = 1;
  for (const variable of scope) entries *= sizes[variable]!;
  return entries;
}

/** `part` must be a subsequence of `scope`. */
export function embed(scope: readonly number[], part: readonly number[], sizes: ArrayLike<number>): Embedding {
  const axes: { size: number; shared: boolean }[] = [];
  let at = 0;
  for (const variable of scope) {
    const shared = part[at] === variable;
    if (shared) at++;
    const last = axes.at(-1);
    if (last !== undefined && last.shared === shared) last.size *= sizes[variable]!;
    else axes.push({ size: sizes[variable]!, shared });
  }
  if (at < part.length)
    throw new Error("internal: a table with a variable that the larger one lacks, or in another order");
  if (axes.length === 0) axes.push({ size: 1, shared: true });
  if (axes.length === 1) axes.unshift({ size: 1, shared: !axes[0]!.shared });
  const run = axes.pop()!;
  const blocks = axes.pop()!;
  let step = run.shared ? run.size : blocks.size;
  const steps = new Int32Array(axes.length);
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    if (!axes[axis]!.shared) continue;
    steps[axis] = step;
    step *= axes[axis]!.size;
  }
  return {
    outer: Int32Array.from(axes, ({ size }) => size),
    steps,
    index: new Int32Array(axes.length),
    blocks: blocks.size,
    run: run.size,
    runShared: run.shared,
  };
}

/** Moves on by one along the outer axes; the new place in the smaller table, or -1 at the end. */
function advance({ outer, steps, index }: Embedding, place: number): number {
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const next = index[axis]! + 1;
    if (next < outer[axis]!) {
      index[axis] = next;
      return place + steps[axis]!;
    }
    index[axis] = 0;
    place -= steps[axis]! * (next - 1);
  }
  return -1;
}

/** large[...] *= small[...] */
export function multiply(large: Float64Array, small: Float64Array, embedding: Embedding): void {
  const { blocks, run, runShared } = embedding;
  let t = 0;
  for (let q = 0; q !== -1; q = advance(embedding, q)) {
    for (let block = 0; block < blocks; block++) {
      if (runShared) for (let k = 0; k < run; k++) large[t + k]! *= small[q + k]!;
      else {
        const value = small[q + block]!;
        for (let k = 0; k < run; k++) large[t + k]! *= value;
      }
      t += run;
    }
  }
}

/** large[...] = small[...] */
export function spread(large: Float64Array, small: Float64Array, embedding: Embedding): void {
  const { blocks, run, runShared } = embedding;
  let t = 0;
  for (let q = 0; q !== -1; q = advance(embedding, q)) {
    for (let block = 0; block < blocks; block++) {
      if (runShared) for (let k = 0; k < run; k++) large[t + k] = small[q + k]!;
      else {
        const value = small[q + block]!;
        for (let k = 0; k < run; k++) large[t + k] = value;
      }
      t += run;
    }
  }
}

/** small[...] = sum of large over what small does not have */
export function marginalise(large: Float64Array, small: Float64Array, embedding: Embedding): void {
  const { blocks, run, runShared } = embedding;
  small.fill(0);
  let t = 0;
  for (let q = 0; q !== -1; q = advance(embedding, q)) {
    for (let block = 0; block < blocks; block++) {
      if (runShared) for (let k = 0; k < run; k++) small[q + k]! += large[t + k]!;
      else {
        let sum = 0;
        for (let k = 0; k < run; k++) sum += large[t + k]!;
        small[q + block]! += sum;
      }
      t += run;
    }
  }
}

/**
 * target = the entries of a table at chosen states, in another order of the variables. `offsets` has, for each variable of
 * the target, the slowest first, the step in `values` for each of its states.
 */
export function gather(target: Float64Array, values: Float64Array, base: number, offsets: readonly Int32Array[]): void {
  const last = offsets.length - 1;
  if (last < 0) {
    target[0] = values[base]!;
    return;
  }
  const inner = offsets[last]!;
  const index = new Int32Array(last);
  let t = 0;
  for (;;) {
    let place = base;
    for (let axis = 0; axis < last; axis++) place += offsets[axis]![index[axis]!]!;
    for (let k = 0; k < inner.length; k++) target[t++] = values[place + inner[k]!]!;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! < offsets[axis]!.length) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Scales the largest entry into [1, 2) by a power of two, which is without rounding, and returns its exponent. */
export function rescale(table: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < table.length; i++) if (table[i]! > largest) largest = table[i]!;
  if (largest === 0 || (largest >= 1 && largest < 2)) return 0;
  // 2 ^ 1000 is far from overflow, and entries below that are far from what probabilities are
  const exponent = Math.max(-1000, Math.floor(Math.log2(largest)));
  const scale = 2 ** -exponent;
  for (let i = 0; i < table.length; i++) table[i]! *= scale;
  return exponent;
}
