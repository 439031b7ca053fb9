/**
 * Fills a junction tree with the tables of a network and passes messages up and down it, so that every clique holds the
 * probabilities of its variables given all evidence (the HUGIN scheme: Jensen, Lauritzen and Olesen 1990). Powers of two are
 * kept apart, so that the probability of much evidence does not underflow.
 */
import type { Factor } from "./factor.ts";
import type { JunctionTree } from "./junction-tree.ts";
import type { Domains } from "./possible-states.ts";
import { gather, marginalise, multiply, rescale, spread } from "./table.ts";

/** Arrays to compute in; one calibration at a time. */
export interface Workspace {
  readonly cliques: readonly Float64Array[];
  readonly messages: readonly Float64Array[];
  readonly separators: readonly Float64Array[];
  readonly factors: readonly Float64Array[];
}

export function createWorkspace(tree: JunctionTree, sizes: ArrayLike<number>): Workspace {
  const separators = () => tree.cliques.map((clique) => new Float64Array(clique.separatorEntries));
  const entries = (scope: readonly number[]) => scope.reduce((product, variable) => product * sizes[variable]!, 1);
  return {
    cliques: tree.cliques.map((clique) => new Float64Array(clique.entries)),
    messages: separators(),
    separators: separators(),
    factors: tree.scopes.map((scope) => new Float64Array(entries(scope))),
  };
}

/** After so many products in a row a table is looked at, whether its numbers have become too small. */
const productsBetweenScalings = 8;
/** Messages are scaled when their largest entry is outside of 2 ^ -32 .. 2 ^ 32. */
const slack = 32;

/** Copies the part of a factor at the possible states, its variables in the order of the tree. */
function load(factor: Factor, scope: readonly number[], domains: Domains, target: Float64Array): void {
  const { vars, sizes, values } = factor;
  let base = 0;
  let step = 1;
  const offsets = new Array<Int32Array>(scope.length);
  for (let axis = vars.length - 1; axis >= 0; axis--) {
    const domain = domains[vars[axis]!]!;
    const at = scope.indexOf(vars[axis]!);
    if (at === -1) base += domain[0]! * step;
    else {
      const steps = new Int32Array(domain.length);
      for (let k = 0; k < domain.length; k++) steps[k] = domain[k]! * step;
      offsets[at] = steps;
    }
    step *= sizes[axis]!;
  }
  gather(target, values, base, offsets);
}

/** Collects towards the roots. @returns log2 of what has been scaled away */
function collect(tree: JunctionTree, factors: readonly Factor[], domains: Domains, space: Workspace): number {
  const { cliques, scopes } = tree;
  let exponent = 0;
  const products = new Int32Array(cliques.length);
  const absorbed = new Int32Array(factors.length);
  const started = new Uint8Array(cliques.length);
  const into = (clique: number, table: Float64Array, embedding: Parameters<typeof multiply>[2]) => {
    const target = space.cliques[clique]!;
    if (started[clique] === 0) spread(target, table, embedding);
    else multiply(target, table, embedding);
    started[clique] = 1;
    if (++products[clique]! % productsBetweenScalings === 0) exponent += rescale(target);
  };
  for (let i = cliques.length - 1; i >= 0; i--) {
    const { operands, parent, inside, above, silent } = cliques[i]!;
    for (const { factor } of operands) load(factors[factor]!, scopes[factor]!, domains, space.factors[factor]!);
    for (const { factor, into: host, embedding } of operands) {
      const table = space.factors[factor]!;
      if (host === null) into(i, table, embedding);
      else {
        multiply(space.factors[host]!, table, embedding);
        if (++absorbed[host]! % productsBetweenScalings === 0) exponent += rescale(space.factors[host]!);
      }
    }
    const table = space.cliques[i]!;
    if (started[i] === 0) table.fill(1);
    if (parent === null || silent) continue;
    const message = space.messages[i]!;
    marginalise(table, message, inside);
    let largest = 0;
    for (const entry of message) if (entry > largest) largest = entry;
    if (largest > 0 && Math.abs(Math.log2(largest)) > slack) {
      const scale = 2 ** -Math.max(-1000, Math.floor(Math.log2(largest)));
      for (let k = 0; k < table.length; k++) table[k]! *= scale;
      for (let k = 0; k < message.length; k++) message[k]! *= scale;
      exponent -= Math.log2(scale);
    }
    into(parent, message, above!);
  }
  return exponent;
}

/** Distributes from the roots, whose tables are normalised. */
function distribute({ cliques }: JunctionTree, space: Workspace): void {
  for (let i = 0; i < cliques.length; i++) {
    const { parent, inside, above, silent } = cliques[i]!;
    if (parent === null) continue;
    const [message, separator] = [space.messages[i]!, space.separators[i]!];
    marginalise(space.cliques[parent]!, separator, above!);
    if (silent) {
      multiply(space.cliques[i]!, separator, inside);
      continue;
    }
    // what came from below is in the parent already; 0 / 0 is 0
    for (let k = 0; k < message.length; k++) message[k] = message[k] === 0 ? 0 : separator[k]! / message[k]!;
    multiply(space.cliques[i]!, message, inside);
  }
}

export interface Calibrated {
  /** probabilities of the possible states by variable id; nothing for variables that are not in the tree */
  readonly marginals: ReadonlyMap<number, Float64Array>;
  /** log2 of the probability of the evidence */
  readonly logEvidence: number;
}

/**
 * All single-variable posteriors. Null when the evidence is impossible.
 * @param factors as the tree was built for, before anything has been taken out of them
 */
export function calibrate(
  tree: JunctionTree,
  factors: readonly Factor[],
  domains: Domains,
  space: Workspace,
): Calibrated | null {
  let logEvidence = collect(tree, factors, domains, space);
  for (const factor of tree.constants) {
    load(factors[factor]!, [], domains, space.factors[factor]!);
    logEvidence += Math.log2(space.factors[factor]![0]!);
  }
  if (logEvidence === Number.NEGATIVE_INFINITY) return null;
  for (const [i, { parent }] of tree.cliques.entries()) {
    if (parent !== null) continue;
    const table = space.cliques[i]!;
    let total = 0;
    for (let k = 0; k < table.length; k++) total += table[k]!;
    if (total === 0) return null;
    logEvidence += Math.log2(total);
    for (let k = 0; k < table.length; k++) table[k]! /= total;
  }
  distribute(tree, space);
  const marginals = new Map<number, Float64Array>();
  for (const { clique, table, rest, variables } of tree.readings) {
    let source = table === "clique" ? space.cliques[clique]! : space.separators[clique]!;
    if (rest !== null) {
      const summed = new Float64Array(rest.entries);
      marginalise(source, summed, rest.embedding);
      source = summed;
    }
    for (const { variable, embedding } of variables) {
      const marginal = new Float64Array(domains[variable]!.length);
      marginalise(source, marginal, embedding);
      let total = 0;
      for (const entry of marginal) total += entry;
      for (let k = 0; k < marginal.length; k++) marginal[k]! /= total;
      marginals.set(variable, marginal);
    }
  }
  return { marginals, logEvidence };
}
