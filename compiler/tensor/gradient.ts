/**
 * Reverse-mode differentiation as a pass over the program: appends the adjoints of a value to the builder that made it.
 * Since every rule is made of operations of the table, gradients of gradients work. The rules are in `gradient/`.
 */
import type { OpName, OpTable } from "#runtime/program/ops";
import type { Node } from "#runtime/program/program";
import { sameShape, sizeOf, tensor } from "#runtime/tensor";
import type { Builder, Value } from "./build.ts";
import { contraction } from "./gradient/contraction.ts";
import { elementwise } from "./gradient/elementwise.ts";
import type { GradientRule, GradientRules } from "./gradient/rule.ts";
import { structure, sumTo } from "./gradient/structure.ts";

const rules: GradientRules<OpName> = { ...elementwise, ...structure, ...contraction };

/**
 * The gradient of a scalar in each value of `wrt`, in their order and shapes; zeros where the loss does not depend on it.
 * Only nodes between `wrt` and the loss are visited: frozen networks cost no filter gradients.
 */
export function gradient(b: Builder, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) {
    throw new Error(`internal: the gradient of a value of shape [${loss.shape.join(", ")}], which is not a scalar`);
  }
  return vectorJacobian(b, loss, b.constant(1), wrt);
}

/** The products seed^T (d y / d x) for each x of `wrt`; the seed has the shape of y. */
export function vectorJacobian(b: Builder, y: Value, seed: Value, wrt: readonly Value[]): Value[] {
  if (!sameShape(y.shape, seed.shape)) {
    throw new Error(`internal: a seed of shape [${seed.shape.join(", ")}] for a value of [${y.shape.join(", ")}]`);
  }
  const dependent = dependents(b.nodes, wrt, y.id);
  const adjoints = new Map<number, Value>([[y.id, seed]]);
  for (let id = y.id; id >= 0; id--) {
    const dy = adjoints.get(id);
    if (dy === undefined || !dependent[id]) continue;
    const node = b.nodes[id]!;
    if (node.op === "input" || node.op === "constant") continue;
    const rule = ruleOf(node.op);
    if (rule === null) continue;
    b.at(node.origin, () => {
      const inputs = node.inputs.map((input) => ({ id: input, shape: b.nodes[input]!.shape }));
      const contributions = rule(b, { attrs: node.attrs, inputs, output: { id, shape: node.shape }, dy });
      contributions.forEach((contribution, i) => {
        const input = inputs[i]!;
        if (contribution === null || !dependent[input.id]) return;
        const part = sumTo(b, contribution(), input.shape);
        const known = adjoints.get(input.id);
        adjoints.set(input.id, known === undefined ? part : b.add(known, part));
      });
    });
  }
  return wrt.map((x) => {
    const adjoint = dependent[x.id] ? adjoints.get(x.id) : undefined;
    return adjoint ?? b.constant(tensor(x.shape, new Float32Array(sizeOf(x.shape))));
  });
}

/** The table maps each operation to the rule of its own attributes; the pass reads both from one node. */
function ruleOf(op: OpName): GradientRule<OpName> | null {
  return (rules as OpTable<unknown>)[op] as GradientRule<OpName> | null;
}

/** For each node up to `last`: whether its value depends on one of `wrt`. */
function dependents(nodes: readonly Node[], wrt: readonly Value[], last: number): boolean[] {
  const dependent = new Array<boolean>(last + 1).fill(false);
  for (const { id } of wrt) if (id <= last) dependent[id] = true;
  for (let id = 0; id <= last; id++) {
    const node = nodes[id]!;
    if (node.op === "input" || node.op === "constant" || ruleOf(node.op) === null) continue;
    dependent[id] ||= node.inputs.some((input) => dependent[input]);
  }
  return dependent;
}
