/** Factors: non-negative functions of a few discrete variables as dense tables, and the sum-product kernel. */

import { gather } from "./table.ts";

/** Row-major: the last variable varies fastest. `vars` are ids without repetition; no variables: one number. */
export interface Factor {
  readonly vars: readonly number[];
  readonly sizes: readonly number[];
  readonly values: Float64Array;
}

export function makeFactor(vars: readonly number[], sizes: readonly number[], values: Float64Array): Factor {
  const length = sizes.reduce((product, size) => product * size, 1);
  if (vars.length !== sizes.length || values.length !== length) {
    throw new Error(`internal: ${values.length} values do not fill a factor of sizes [${sizes.join(", ")}]`);
  }
  return { vars, sizes, values };
}

/** Step in `values` for each variable of `axes`; 0 for variables that the factor does not have. */
export function stridesOver(factor: Factor, axes: readonly number[]): number[] {
  const strides = new Map<number, number>();
  let step = 1;
  for (let i = factor.vars.length - 1; i >= 0; i--) {
    strides.set(factor.vars[i]!, step);
    step *= factor.sizes[i]!;
  }
  return axes.map((axis) => strides.get(axis) ?? 0);
}

/**
 * The product of the factors as a function of `out`, summed over `sum`: the one kernel of exact inference. All
 * variables of the factors must be in one of the two lists. Nothing larger than the result is stored; the time is the
 * product of all sizes.
 */
export function contract(
  factors: readonly Factor[],
  out: readonly number[],
  sum: readonly number[],
  sizeOf: (variable: number) => number,
): Factor {
  const axes = [...out, ...sum];
  const sizes = axes.map(sizeOf);
  const outSizes = out.map(sizeOf);
  const result = makeFactor(out, outSizes, new Float64Array(outSizes.reduce((product, size) => product * size, 1)));
  const last = axes.length - 1;
  if (last < 0) {
    result.values[0] = factors.reduce((product, factor) => product * factor.values[0]!, 1);
    return result;
  }
  const operands = [result, ...factors].map((factor) => ({
    values: factor.values,
    strides: stridesOver(factor, axes),
  }));
  const count = operands.length;
  const arrays = operands.map(({ values }) => values);
  const inner = Int32Array.from(operands, ({ strides }) => strides[last]!);
  const position = new Int32Array(count);
  const index = new Int32Array(axes.length);
  const innerSize = sizes[last]!;
  const target = result.values;
  for (;;) {
    for (let k = 0; k < innerSize; k++) {
      let product = 1;
      for (let f = 1; f < count; f++) product *= arrays[f]![position[f]! + k * inner[f]!]!;
      target[position[0]! + k * inner[0]!]! += product;
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      const carry = index[axis]! + 1 === sizes[axis]!;
      const step = carry ? -index[axis]! : 1;
      index[axis]! += step;
      for (let f = 0; f < count; f++) position[f]! += step * operands[f]!.strides[axis]!;
      if (!carry) break;
    }
    if (axis < 0) return result;
  }
}

const zeros = new WeakMap<Float64Array, boolean>();

/** Whether some entry is zero; the tables of a model do not change, so each is looked at once. */
export function hasZeros({ values }: Factor): boolean {
  const known = zeros.get(values);
  if (known !== undefined) return known;
  const found = values.includes(0);
  zeros.set(values, found);
  return found;
}

/** The factor at the given states. A variable of which a single one is left goes, unless it is in `keep`. */
export function restrict(
  factor: Factor,
  domains: readonly (ArrayLike<number> & Iterable<number>)[],
  keep: readonly number[],
): Factor {
  const { vars, sizes, values } = factor;
  if (vars.every((id, axis) => domains[id]!.length === sizes[axis] && (sizes[axis]! > 1 || keep.includes(id)))) {
    return factor;
  }
  const left = vars.filter((id) => domains[id]!.length > 1 || keep.includes(id));
  const offsets: Int32Array[] = [];
  let base = 0;
  let step = 1;
  for (let axis = vars.length - 1; axis >= 0; axis--) {
    const domain = domains[vars[axis]!]!;
    if (left.includes(vars[axis]!)) offsets.unshift(Int32Array.from(domain, (state) => state * step));
    else base += domain[0]! * step;
    step *= sizes[axis]!;
  }
  const result = new Float64Array(offsets.reduce((product, { length }) => product * length, 1));
  gather(result, values, base, offsets);
  return makeFactor(
    left,
    offsets.map(({ length }) => length),
    result,
  );
}
