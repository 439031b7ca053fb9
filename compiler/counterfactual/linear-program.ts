/**
 * Linear programs, solved by HiGHS (Huangfu and Hall 2018, Parallelizing the dual revised simplex method), which is
 * WebAssembly and has to be loaded before the first program. This is the only file that knows it.
 */
import { RuntimeFault } from "#runtime/fault";
import highs, { type Highs } from "highs";

// its types are those of its CommonJS build; as an ES module the default export is the loader itself
const loadHighs = highs as unknown as typeof highs.default;

/** maximise or minimise cost . x with x >= 0 and each equation true */
export interface LinearProgram {
  readonly columns: number;
  readonly equations: readonly Equation[];
}

/** A linear function of the columns; a column at most once. */
export type LinearTerms = readonly { readonly column: number; readonly value: number }[];

/** sum of value * x[column] = right, or at least `right` */
export interface Equation {
  readonly terms: LinearTerms;
  readonly right: number;
  readonly atLeast?: boolean;
}

export interface Optimum {
  readonly value: number;
  /** where it is attained: a vertex */
  readonly x: Float64Array;
}

let loaded: Highs | null = null;

/** Loads the solver; the programs of bounds need it. Safe to call again. */
export async function prepareSolver(): Promise<void> {
  loaded ??= await loadHighs({ print: () => {}, printErr: () => {} });
}

/** Asks, and asks again with the solver loaded where it turns out to be needed. `ask` must change nothing. */
export async function withSolver<T>(ask: () => T): Promise<T> {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof RuntimeFault) || error.code !== "not-ready") throw error;
    await prepareSolver();
    return ask();
  }
}

/** Programs with more columns are solved by the interior point method, and then brought to a vertex. */
const manyColumns = 500;

/** HiGHS calls an optimum 7 and infeasible 8, see `highs.constants.modelStatus`. */
const optimal = 7;
const infeasible = 8;

/**
 * The largest (sign 1) or smallest (sign -1) value of each cost over one program, or null where nothing is feasible.
 * Throws RuntimeFault("not-ready") before the solver is loaded.
 */
export function optimise(
  program: LinearProgram,
  goals: readonly { readonly cost: Float64Array; readonly sign: 1 | -1 }[],
): readonly (Optimum | null)[] {
  if (loaded === null) {
    const advice = "call `await prepareSolver()` once before asking for counterfactuals";
    throw new RuntimeFault("not-ready", "the solver for bounds of counterfactuals is not loaded", advice);
  }
  const { infinity } = loaded;
  const { columns, equations } = program;
  const rights = Float64Array.from(equations, ({ right }) => right);
  const most = Float64Array.from(equations, ({ right, atLeast }) => (atLeast === true ? infinity : right));
  const starts = new Int32Array(equations.length + 1);
  equations.forEach(({ terms }, row) => {
    starts[row + 1] = starts[row]! + terms.length;
  });
  const terms = equations.flatMap((equation) => equation.terms);
  const matrix = {
    format: "csr",
    numRows: equations.length,
    numCols: columns,
    starts,
    indices: Int32Array.from(terms, ({ column }) => column),
    values: Float64Array.from(terms, ({ value }) => value),
  } as const;
  return goals.map(({ cost, sign }) => {
    const source = {
      numCols: columns,
      numRows: equations.length,
      colCost: cost.map((entry) => -sign * entry),
      colLower: new Float64Array(columns),
      colUpper: new Float64Array(columns).fill(infinity),
      rowLower: rights,
      rowUpper: most,
      matrix,
    };
    return loaded!.withModel(source, (model): Optimum | null => {
      model.options.set("output_flag", false);
      model.options.set("primal_feasibility_tolerance", 1e-10);
      model.options.set("dual_feasibility_tolerance", 1e-10);
      // large programs of products are degenerate, which the simplex method takes longer for
      if (columns > manyColumns) model.options.set("solver", "ipm");
      const { modelStatus } = model.run();
      if (modelStatus === infeasible) return null;
      if (modelStatus !== optimal) throw new Error(`internal: a linear program ended with status ${modelStatus}`);
      const x = Float64Array.from(model.getSolution().colValue);
      let value = 0;
      for (let column = 0; column < columns; column++) value += cost[column]! * x[column]!;
      return { value, x };
    });
  });
}
