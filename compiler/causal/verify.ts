/** What must hold of every causal model between stages. A violation is our mistake, never the user's. */
import { statesOf } from "#lang/types/type";
import { nodesByName } from "./graph.ts";
import type { CausalModel, CausalNode, Evidence } from "./model.ts";

const rowTolerance = 1e-6;

/** Tables whose rows have been looked at, with the number of states; transforms keep them, and nothing changes them. */
const sound = new WeakMap<Float64Array, number>();

function problemsOfNode(node: CausalNode, earlier: ReadonlyMap<string, CausalNode>): string[] {
  const problems = node.parents
    .filter((parent) => !earlier.has(parent))
    .map((parent) => `parent ${parent} of ${node.name} does not come before it`);
  if (new Set(node.parents).size !== node.parents.length) problems.push(`${node.name} lists a parent twice`);
  const states = statesOf(node.type)?.length ?? null;
  const { mechanism } = node;
  if (mechanism.kind === "fixed") {
    if (node.parents.length > 0) problems.push(`${node.name} is fixed but has parents`);
    const inside = states === null || (Number.isInteger(mechanism.value) && mechanism.value < states);
    if (!Number.isFinite(mechanism.value) || !inside || (states !== null && mechanism.value < 0)) {
      problems.push(`${node.name} is fixed to ${mechanism.value}, which it cannot be`);
    }
  }
  if (mechanism.kind !== "table" || problems.length > 0) return problems;
  if (states === null) return [`${node.name} has a table but is not discrete`];
  let rows = 1;
  for (const parent of node.parents) {
    const parentStates = statesOf(earlier.get(parent)!.type)?.length;
    if (parentStates === undefined) return [`${node.name} has a table but its parent ${parent} is not discrete`];
    rows *= parentStates;
  }
  const { probabilities } = mechanism;
  if (probabilities.length !== rows * states) {
    return [`the table of ${node.name} has ${probabilities.length} entries, not ${rows} x ${states}`];
  }
  if (sound.get(probabilities) === states) return problems;
  for (let row = 0; row < rows; row++) {
    const entries = probabilities.subarray(row * states, (row + 1) * states);
    const sum = entries.reduce((total, entry) => total + entry, 0);
    if (!entries.every((entry) => entry >= 0) || !(Math.abs(sum - 1) <= rowTolerance)) {
      return [`row ${row} of the table of ${node.name} is not a distribution (sum ${sum})`];
    }
  }
  sound.set(probabilities, states);
  return problems;
}

function problemsOfEvidence(evidence: Evidence, nodes: ReadonlyMap<string, CausalNode>): string[] {
  const node = nodes.get(evidence.node);
  if (node === undefined) return [`evidence on ${evidence.node}, which is no node`];
  const states = statesOf(node.type)?.length ?? null;
  if (evidence.kind === "states") {
    const fits = evidence.weights.length === states && evidence.weights.every((w) => w >= 0 && Number.isFinite(w));
    return fits ? [] : [`evidence on ${evidence.node} does not fit its states`];
  }
  if (states !== null) return [`evidence on ${evidence.node} is by number, but the node is discrete`];
  const numbers = evidence.kind === "value" ? [evidence.value] : [evidence.low, evidence.high];
  return numbers.some(Number.isNaN) ? [`evidence on ${evidence.node} is not a number`] : [];
}

/** Everything that is wrong with the model; empty when it is sound. */
export function modelProblems(model: CausalModel): string[] {
  const earlier = new Map<string, CausalNode>();
  const problems: string[] = [];
  for (const node of model.nodes) {
    if (earlier.has(node.name)) problems.push(`two nodes are named ${node.name}`);
    problems.push(...problemsOfNode(node, earlier));
    earlier.set(node.name, node);
  }
  return [...problems, ...model.evidence.flatMap((evidence) => problemsOfEvidence(evidence, earlier))];
}

/** Throws an internal error naming what is wrong with the evidence, about a model that has been verified. */
export function verifyEvidence(model: CausalModel, evidence: readonly Evidence[]): void {
  const nodes = nodesByName(model);
  const problems = evidence.flatMap((piece) => problemsOfEvidence(piece, nodes));
  if (problems.length > 0) throw new Error(`internal: model ${model.name}: ${problems.join("; ")}`);
}

/** Throws an internal error naming every violation. */
export function verifyModel(model: CausalModel): void {
  const problems = modelProblems(model);
  if (problems.length > 0) throw new Error(`internal: model ${model.name}: ${problems.join("; ")}`);
}
