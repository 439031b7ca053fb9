/** The numbers of a part of a mixture: its forms in each configuration of the discrete nodes, given what has been seen. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Expr } from "#lang/syntax/ast";
import { compileExpression, type Scope, type Words } from "../../causal/evaluate.ts";
import { nodesByName } from "../../causal/graph.ts";
import type { CausalModel, CausalNode } from "../../causal/model.ts";
import { describeRow, enumerateRows } from "../tabulate.ts";
import { addScaled, type Affine, isFiniteForm, noiseForm } from "./affine.ts";
import { conditionForms } from "./condition.ts";
import type { Part } from "./parts.ts";
import { compileAffine, type Forms } from "./polynomial.ts";
import { massOfRegions } from "./regions.ts";

export interface Configuration {
  /** dimensions of the density; of several configurations those with the fewest have all the probability */
  readonly rank: number;
  /** natural logarithm of the density of what has been seen */
  readonly logWeight: number;
  /** of all nodes, given the values that have been seen, but not the regions */
  readonly forms: Forms;
}

/** `null`: what has been seen cannot be. */
type Outcome = Configuration | null | { readonly problem: Diagnostic };

type FormFunction = (row: number, forms: Forms) => Affine | { readonly problem: (at: string) => Diagnostic };

/** How a node follows from its parents. `noise`: the index of its own noise, for distributions. */
function compileNode(node: CausalNode, noise: number, scope: Scope, unknown: (name: string) => boolean): FormFunction {
  const affine = (expr: Expr) => compileAffine(expr, scope, unknown);
  const { mechanism } = node;
  if (mechanism.kind === "distribution") {
    const mean = affine(mechanism.args[0]!);
    const std = compileExpression(mechanism.args[1]!, scope);
    return (row, forms) => {
      const spread = std(row);
      if (spread > 0) return addScaled(mean(row, forms), noiseForm(noise), spread);
      const fault = { node: node.name, distribution: mechanism.name, problem: `its std is ${spread}` };
      return { problem: (at) => diagnose("C451", node.span, { ...fault, at }) };
    };
  }
  if (mechanism.kind !== "equation") throw new Error(`internal: ${node.name} has no form`);
  const { value } = mechanism;
  if (node.type.kind !== "bool" || value.kind !== "binary") return affine(value);
  const [left, right] = [affine(value.left), affine(value.right)];
  return (row, forms) => addScaled(left(row, forms), right(row, forms), -1);
}

/** The configurations of the part by row: states of its scope, the last variable fastest. */
export function compilePart(part: Part, model: CausalModel, words: Words): (row: number) => Outcome {
  const { columns } = enumerateRows(part.scope);
  const unknown = new Set(part.nodes.map(({ name }) => name));
  const noisy = part.nodes.filter(({ mechanism }) => mechanism.kind === "distribution");
  const byName = nodesByName(model);
  const compiled = part.nodes.map((node) => {
    const form = compileNode(node, noisy.indexOf(node), { model, words, columns }, (name) => unknown.has(name));
    return { node, form };
  });
  return (row) => {
    const prior = new Map<string, Affine>();
    for (const { node, form } of compiled) {
      const found = form(row, prior);
      const at = () => {
        const parents = node.parents.filter((name) => columns.has(name)).map((name) => byName.get(name)!);
        return describeRow(parents, columns, row);
      };
      if ("problem" in found) return { problem: found.problem(at()) };
      if (!isFiniteForm(found)) {
        const fault = { what: `\`${node.name}\`${at()}`, problem: String(found.constant) };
        return { problem: diagnose("C454", node.span, fault) };
      }
      prior.set(node.name, found);
    }
    const given = conditionForms(part.values.map(({ node, value }) => ({ form: prior.get(node)!, value })));
    if (given === null) return null;
    const known = new Map<string, Affine>();
    // most forms are never asked for
    const forms: Forms = {
      get(name) {
        const form = known.get(name) ?? given.posterior(prior.get(name)!);
        known.set(name, form);
        return form;
      },
    };
    const mass = massOfRegions(part.regions, forms);
    if (!(mass > 0)) return null;
    return { rank: given.rank, logWeight: given.logDensity + Math.log(mass), forms };
  };
}
