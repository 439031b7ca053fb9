/**
 * A finite model made ready for many questions: its tables once, and the plans of the questions asked so far. Given evidence
 * it says which junction tree will be used and what that costs, and then answers for all variables at once.
 */
import { type Calibrated, calibrate, createWorkspace, type Workspace } from "./calibrate.ts";
import { type Factor, hasZeros, makeFactor } from "./factor.ts";
import { type JunctionTree, junctionTree, type Scope } from "./junction-tree.ts";
import { type Elimination, eliminationOrder } from "./order.ts";
import { type Domains, possibleStates } from "./possible-states.ts";
import type { FiniteVariable } from "./tabulate.ts";

/** Weights of the states of a variable by its id, for those that something is known of. */
export type Likelihoods = ReadonlyMap<number, Float64Array>;

export interface Network {
  readonly variables: readonly FiniteVariable[];
  /** factors with zeros */
  readonly sparse: readonly Factor[];
  /** states by variable id; 1 where there is no variable */
  readonly sizes: Int32Array;
  /** by the sizes that the evidence leaves, and where it is */
  readonly plans: Map<string, TreePlan>;
}

/** A tree with its working memory; it fits all evidence that leaves the variables with as many states. */
export interface TreePlan {
  readonly elimination: Elimination;
  readonly tree: JunctionTree;
  workspace: Workspace | null;
}

/** Evidence as the tree sees it. */
export interface Situation {
  readonly plan: TreePlan;
  readonly domains: Domains;
  readonly factors: readonly Factor[];
}

/** Without zeros in the tables, or below so many entries together, it is not worth looking for impossible states. */
const worthReducing = 2 ** 13;
/** Plans that are kept, and the entries of working memory that may be kept with one. */
const keptPlans = 256;
const keptEntries = 2 ** 22;

export function createNetwork(variables: Iterable<FiniteVariable>): Network {
  const list = [...variables];
  const sizes = new Int32Array(list.reduce((most, { id }) => Math.max(most, id + 1), 0)).fill(1);
  for (const { id, domain } of list) sizes[id] = domain.length;
  const sparse = list.map(({ factor }) => factor).filter(hasZeros);
  return { variables: list, sparse, sizes, plans: new Map() };
}

function startingDomains({ variables, sizes }: Network, likelihoods: Likelihoods): Domains | null {
  const domains = new Array<Int32Array>(sizes.length).fill(new Int32Array(0));
  for (const { id } of variables) {
    const weights = likelihoods.get(id);
    const states: number[] = [];
    for (let state = 0; state < sizes[id]!; state++)
      if (weights === undefined || weights[state]! > 0) states.push(state);
    if (states.length === 0) return null;
    domains[id] = Int32Array.from(states);
  }
  return domains;
}

/** Evidence that weighs the states it leaves differently needs a factor of its own. */
const isUneven = (weights: Float64Array): boolean => {
  const positive = weights.filter((weight) => weight > 0);
  return positive.some((weight) => weight !== 1);
};

function makePlan(scopes: readonly Scope[], sizes: ArrayLike<number>): TreePlan {
  const elimination = eliminationOrder(
    scopes.map(({ variables }) => variables),
    new Set(),
    (variable) => sizes[variable]!,
  );
  return { elimination, tree: junctionTree(elimination, scopes, sizes), workspace: null };
}

/**
 * Chooses or makes the tree for the evidence; no table is made. Null when the evidence is seen to be impossible.
 * @param worth entries of a tree from which on states that cannot occur are looked for
 */
export function situate(network: Network, likelihoods: Likelihoods, worth: number = worthReducing): Situation | null {
  const start = startingDomains(network, likelihoods);
  if (start === null) return null;
  const soft = [...likelihoods].filter(([, weights]) => isUneven(weights));
  const factors = network.variables.map(({ factor }) => factor);
  for (const [id, weights] of soft) factors.push(makeFactor([id], [weights.length], weights));
  const planFor = (domains: Domains): TreePlan => {
    const sizes = domains.map(({ length }) => Math.max(1, length));
    const key = `${sizes.join()} ${[...likelihoods.keys()].join()} ${soft.map(([id]) => id).join()}`;
    const known = network.plans.get(key);
    if (known !== undefined) {
      // the last used is the last to go
      network.plans.delete(key);
      network.plans.set(key, known);
      return known;
    }
    const left = (vars: readonly number[]) => vars.filter((id) => sizes[id]! > 1);
    const scopes = network.variables.map(({ id, factor }): Scope => {
      const isDistribution = sizes[id]! > 1 && !likelihoods.has(id);
      return { variables: left(factor.vars), head: isDistribution ? id : null };
    });
    const plan = makePlan([...scopes, ...soft.map(([id]) => ({ variables: left([id]), head: null }))], sizes);
    network.plans.set(key, plan);
    if (network.plans.size > keptPlans) network.plans.delete(network.plans.keys().next().value!);
    return plan;
  };
  const plan = planFor(start);
  if (network.sparse.length === 0 || plan.tree.total < worth) return { plan, domains: start, factors };
  const domains = possibleStates(network.sparse, start);
  if (domains === null) return null;
  const smaller = domains.some((domain, id) => domain.length < start[id]!.length);
  return { plan: smaller ? planFor(domains) : plan, domains, factors };
}

export interface Marginals {
  /** probabilities of all states by variable id */
  readonly byVariable: ReadonlyMap<number, Float64Array>;
  /** log2 of the probability of the evidence */
  readonly logEvidence: number;
}

/** The posteriors of all variables, those that are known included. Null when the evidence is impossible. */
export function allMarginals(network: Network, { plan, domains, factors }: Situation): Marginals | null {
  const sizes = domains.map(({ length }) => Math.max(1, length));
  const workspace = plan.workspace ?? createWorkspace(plan.tree, sizes);
  plan.workspace = plan.tree.total <= keptEntries ? workspace : null;
  const calibrated: Calibrated | null = calibrate(plan.tree, factors, domains, workspace);
  if (calibrated === null) return null;
  const byVariable = new Map<number, Float64Array>();
  for (const { id } of network.variables) {
    const values = new Float64Array(network.sizes[id]!);
    const marginal = calibrated.marginals.get(id);
    for (const [k, state] of domains[id]!.entries()) values[state] = marginal === undefined ? 1 : marginal[k]!;
    byVariable.set(id, values);
  }
  return { byVariable, logEvidence: calibrated.logEvidence };
}
