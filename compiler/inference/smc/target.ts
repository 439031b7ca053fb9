/**
 * The posterior of a model as a program over columns, for samplers that move: what each node is computed from, and the terms of the
 * log density that change with it. A row is a particle.
 */
import { statesOf } from "#lang/types/type";
import type { Stream } from "#runtime/random";
import { compileArguments, compileExpression, type RowFunction, toStored, type Words } from "../../causal/evaluate.ts";
import { compileInverse } from "../../causal/invert.ts";
import type { CausalModel, CausalNode, Evidence } from "../../causal/model.ts";
import { pinnedValue } from "../../transforms/prune.ts";
import { fillMass, wordOf } from "../distribution.ts";
import { likelihood, pick } from "../exact.ts";
import { computationOrder, type Solution } from "../solve.ts";
import { compileDistance } from "./distance.ts";

/**
 * `prior`: counts from the start; `likelihood`: is tempered, from power 0 to 1; `distance`: from the evidence, 0 where it is met, is
 * tempered towards infinity.
 */
export interface Term {
  readonly kind: "prior" | "likelihood" | "distance";
  readonly values: Float64Array;
  readonly compute: RowFunction;
  /** of a distance: what counts as one */
  unit: number;
}

export interface Step {
  readonly name: string;
  readonly column: Float64Array;
  /** names of the nodes that its column or its terms follow from */
  readonly needs: readonly string[];
  /** of what follows from other columns; null for sites and constants */
  readonly update: RowFunction | null;
  readonly terms: readonly Term[];
  /** a coordinate of the sampler: how many states it has, or null for a number */
  readonly site: { readonly states: number | null; draw(row: number, stream: Stream): number } | null;
}

export interface Target {
  readonly count: number;
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** in an order of computation */
  readonly steps: readonly Step[];
}

export interface TargetOptions {
  readonly words: Words;
  readonly count: number;
  /** nodes whose evidence the first particles meet already */
  readonly met: ReadonlySet<string>;
  readonly solutions: readonly Solution[];
}

/** Log probabilities or densities at a value by row; -Infinity where the arguments are no distribution. */
interface Law {
  readonly at: (row: number, value: number) => number;
  readonly draw: (row: number, stream: Stream) => number;
}

function lawOf(node: CausalNode, model: CausalModel, columns: Map<string, Float64Array>, words: Words): Law {
  const { mechanism, type } = node;
  const states = statesOf(type)?.length ?? null;
  if (mechanism.kind === "table") {
    const parents = node.parents.map((parent) => ({
      values: columns.get(parent)!,
      states: statesOf(model.nodes.find(({ name }) => name === parent)!.type)!.length,
    }));
    const start = (row: number) =>
      parents.reduce((index, parent) => index * parent.states + parent.values[row]!, 0) * states!;
    return {
      at: (row, value) => Math.log(mechanism.probabilities[start(row) + value]!),
      draw: (row, stream) => pick(mechanism.probabilities.subarray(start(row), start(row) + states!), stream.uniform()),
    };
  }
  if (mechanism.kind !== "distribution") throw new Error(`internal: ${node.name} has no law`);
  const word = wordOf(words, mechanism.name);
  const functions = compileArguments(mechanism.args, { model, words, columns }, type);
  const args = new Array<number>(functions.length).fill(0);
  const evaluate = (row: number) => {
    for (let i = 0; i < functions.length; i++) args[i] = functions[i]!(row);
    return args;
  };
  if (states !== null) {
    const mass = new Float64Array(states);
    const fill = (row: number) => fillMass(word, evaluate(row), mass) === null;
    return {
      at: (row, value) => (fill(row) ? Math.log(mass[value]!) : Number.NEGATIVE_INFINITY),
      draw: (row, stream) => (fill(row) ? pick(mass, stream.uniform()) : 0),
    };
  }
  const lows = word.parameters.map(({ range }) => range?.[0] ?? Number.NEGATIVE_INFINITY);
  const highs = word.parameters.map(({ range }) => range?.[1] ?? Number.POSITIVE_INFINITY);
  return {
    at(row, value) {
      evaluate(row);
      for (let i = 0; i < args.length; i++) {
        if (!(args[i]! >= lows[i]! && args[i]! <= highs[i]!)) return Number.NEGATIVE_INFINITY;
      }
      return word.logDensity(value, args);
    },
    draw: (row, stream) =>
      word.sample(
        evaluate(row),
        () => stream.uniform(),
        () => stream.normal(),
      ),
  };
}

/** Compiles the posterior. The model is fitted and without images. */
export function compileTarget(model: CausalModel, { words, count, met, solutions }: TargetOptions): Target {
  const columns = new Map<string, Float64Array>(model.nodes.map(({ name }) => [name, new Float64Array(count)]));
  const scope = { model, words, columns };
  const solved = new Map(solutions.map((solution) => [solution.solved, solution]));
  const given = new Set(solutions.map(({ observed }) => observed));
  const term = (kind: Term["kind"], compute: RowFunction): Term => {
    return { kind, values: new Float64Array(count), compute, unit: 1 };
  };

  /** What evidence says about a value that is drawn or computed. */
  const weigh = (node: CausalNode, pieces: readonly Evidence[]): Term[] => {
    const column = columns.get(node.name)!;
    return pieces.map((piece) => {
      const agreement = (row: number) => Math.log(likelihood(piece, column[row]!));
      if (met.has(node.name)) return term("prior", agreement);
      if (piece.kind === "interval") {
        const { low, high } = piece;
        return term("distance", (row) => Math.max(0, low - column[row]!, column[row]! - high));
      }
      const { mechanism } = node;
      if (piece.kind === "states" && mechanism.kind === "equation" && node.type.kind === "bool") {
        const value = pinnedValue(piece);
        if (value !== null) return term("distance", compileDistance(mechanism.value, value === 1, scope));
      }
      return term("likelihood", agreement);
    });
  };

  const stepOf = (node: CausalNode): Step => {
    const { name, mechanism, type } = node;
    const column = columns.get(name)!;
    const pieces = model.evidence.filter((piece) => piece.node === name);
    const base = { name, column, needs: node.parents, update: null, site: null };
    if (mechanism.kind === "fixed") {
      column.fill(mechanism.value);
      return { ...base, terms: weigh(node, pieces) };
    }
    const value = pieces.find((piece) => piece.kind === "value");
    if (given.has(name) && value?.kind === "value") {
      column.fill(value.value);
      return { ...base, needs: [], terms: weigh(node, pieces) };
    }
    if (mechanism.kind === "equation") {
      const compute = compileExpression(mechanism.value, scope, type);
      return { ...base, update: (row) => toStored(type, compute(row)), terms: weigh(node, pieces) };
    }
    const law = lawOf(node, model, columns, words);
    const solution = solved.get(name);
    if (solution !== undefined) {
      const inverse = compileInverse(solution.expression, name, scope, count);
      const observed = columns.get(solution.observed)!;
      const slope = new Float64Array(count);
      const update = (row: number) => {
        const { value: found, logSlope } = inverse(row, observed[row]!);
        slope[row] = logSlope;
        return found;
      };
      const density = term("likelihood", (row) => law.at(row, column[row]!) + slope[row]!);
      return { ...base, needs: [...solution.needs, ...node.parents], update, terms: [density] };
    }
    const pinned = pieces.find((piece) => pinnedValue(piece) !== null);
    if (pinned !== undefined) {
      column.fill(pinnedValue(pinned)!);
      const kind = met.has(name) ? "prior" : "likelihood";
      const density = term(kind, (row) => law.at(row, column[row]!));
      return { ...base, terms: [density, ...weigh(node, pieces)] };
    }
    const prior = term("prior", (row) => law.at(row, column[row]!));
    const states = statesOf(type)?.length ?? null;
    return { ...base, terms: [prior, ...weigh(node, pieces)], site: { states, draw: law.draw } };
  };

  const order = computationOrder(model, solutions);
  if (order === null) throw new Error("internal: a model without an order of computation");
  return { count, columns, steps: order.map(stepOf) };
}
