/**
 * Evidence `X = v` on a continuous equation: finds a noise term that can be computed from v and the rest. X := f(U), where f is one to
 * one, has the density p_U(u) |du/dv| at v. How an equation is turned around is `causal/invert.ts`.
 */
import type { Expr } from "#lang/syntax/ast";
import { nodesOf, type Words } from "../causal/evaluate.ts";
import { childrenOf } from "../causal/graph.ts";
import { isInvertible } from "../causal/invert.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";

/** One piece of evidence solved for one node. */
export interface Solution {
  /** the equation that has been observed */
  readonly observed: string;
  /** the continuous node that takes up the difference */
  readonly solved: string;
  /** the observed equation in terms of stochastic nodes and of other observed equations */
  readonly expression: Expr;
  /** what must be known before `solved` can be computed, its own parents included */
  readonly needs: readonly string[];
}

/** Replaces names of nodes by expressions. */
function substitute(expr: Expr, replacement: (name: string) => Expr | null): Expr {
  const inside = (part: Expr) => substitute(part, replacement);
  switch (expr.kind) {
    case "name":
      return replacement(expr.name.text) ?? expr;
    case "unary":
      return { ...expr, operand: inside(expr.operand) };
    case "binary":
      return { ...expr, left: inside(expr.left), right: inside(expr.right) };
    case "if":
      // biome-ignore lint/suspicious/noThenProperty: the branch of an expression; nothing awaits it
      return { ...expr, test: inside(expr.test), then: inside(expr.then), else: inside(expr.else) };
    case "call":
      return { ...expr, args: expr.args.map((arg) => ({ ...arg, value: inside(arg.value) })) };
    case "pipe":
      return { ...expr, left: inside(expr.left), right: inside(expr.right) as typeof expr.right };
    default:
      return expr;
  }
}

/**
 * Solves for as many pieces of evidence as possible. `observed` names the continuous equations with an observed value;
 * `free` says which nodes may be solved for: continuous, with a distribution, without evidence of their own.
 * @returns a solution for each solvable name; no two share a node, and together they leave an order of computation
 */
export function solveEvidence(
  model: CausalModel,
  observed: readonly string[],
  free: (node: CausalNode) => boolean,
  words: Words,
): readonly Solution[] {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const children = childrenOf(model);
  const solutions: Solution[] = [];
  const expand = (expr: Expr, top: string): Expr =>
    substitute(expr, (name) => {
      const node = nodes.get(name);
      if (node?.type.kind !== "real" || node.mechanism.kind !== "equation") return null;
      return name !== top && observed.includes(name) ? null : expand(node.mechanism.value, top);
    });
  for (const name of observed) {
    const node = nodes.get(name)!;
    if (node.mechanism.kind !== "equation") throw new Error(`internal: ${name} is no equation`);
    const expression = expand(node.mechanism.value, name);
    const reads = nodesOf(expression, model);
    const candidates = reads
      .map((other) => nodes.get(other)!)
      .filter((other) => free(other) && isInvertible(expression, other.name, words))
      .filter((other) => solutions.every((solution) => solution.solved !== other.name));
    // noise that nothing else reads is the natural choice and leaves the rest of the order as it is
    const rank = (other: CausalNode) => (other.role === "noise" ? 0 : 1000) + children.get(other.name)!.length;
    for (const candidate of candidates.sort((a, b) => rank(a) - rank(b))) {
      const needs = [...new Set([...reads.filter((other) => other !== candidate.name), ...candidate.parents])];
      const solution: Solution = { observed: name, solved: candidate.name, expression, needs };
      if (computationOrder(model, [...solutions, solution]) === null) continue;
      solutions.push(solution);
      break;
    }
  }
  return solutions;
}

/**
 * An order in which every node can be computed when observed equations are known beforehand and solved nodes come after
 * what they need; null when there is none. Without solutions it is the order of the model.
 */
export function computationOrder(model: CausalModel, solutions: readonly Solution[]): readonly CausalNode[] | null {
  const known = new Set(solutions.map((solution) => solution.observed));
  const needs = new Map(solutions.map((solution) => [solution.solved, solution.needs]));
  const done = new Set<string>();
  const order: CausalNode[] = [];
  let waiting = [...model.nodes];
  while (waiting.length > 0) {
    const rest: CausalNode[] = [];
    for (const node of waiting) {
      const wanted = known.has(node.name) ? [] : (needs.get(node.name) ?? node.parents);
      if (wanted.every((name) => done.has(name))) {
        done.add(node.name);
        order.push(node);
      } else {
        rest.push(node);
      }
    }
    if (rest.length === waiting.length) return null;
    waiting = rest;
  }
  return order;
}
