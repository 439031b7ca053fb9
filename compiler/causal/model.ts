/**
 * The structural causal model as immutable data: what transforms map to each other, inference answers from and
 * lowering turns into tensor programs. Building one from a checked program is `from-checked.ts`.
 */

import type { Coupling, DrawnGraph } from "#lang/checked";
import type { Span } from "#lang/source";
import type { Expr } from "#lang/syntax/ast";
import type { Constants } from "#lang/types/signature";
import type { NodeType } from "#lang/types/type";

/** The assignment f_X of Pearl's X := f_X(pa_X, U_X). */
export type Mechanism =
  /**
   * P(X | parents) by rows: probabilities[row * states + state], rows enumerate the parents' states with the last
   * parent fastest. The coupling of the exogenous noise U_X ~ Uniform(0, 1) is not determined.
   */
  | { readonly kind: "table"; readonly probabilities: Float64Array }
  /** a distribution of the vocabulary with an expression over the parents for each of its parameters */
  | { readonly kind: "distribution"; readonly name: string; readonly args: readonly Expr[] }
  /** deterministic: X := value(parents) */
  | { readonly kind: "equation"; readonly value: Expr }
  /** to be learned; replaced by a table when a discrete node has been fitted. Images stay learned. */
  | { readonly kind: "learned"; readonly name: string; readonly settings: Constants }
  /** set by do(X = v): the index of the state of a discrete node, else the number */
  | { readonly kind: "fixed"; readonly value: number };

export type { Coupling };

export interface CausalNode {
  readonly name: string;
  readonly role: "sample" | "latent" | "noise" | "let" | "image";
  readonly type: NodeType;
  /** in the order in which the mechanism reads them */
  readonly parents: readonly string[];
  readonly mechanism: Mechanism;
  /** how the noise of a table or distribution couples its rows; absent where it is not declared */
  readonly coupling?: Coupling;
  readonly span: Span;
  /** do() has given it another mechanism; `span` is then where that was written */
  readonly intervened?: true;
  /**
   * the node of the program whose natural value this is: what it would have been had do() not given it another mechanism.
   * The random half of a split node of a single-world intervention graph (Richardson and Robins 2013).
   */
  readonly naturalOf?: string;
  /** computed for an event of a query, `X > Y`: no node of the program */
  readonly claim?: true;
}

/** What has been seen of a node; `observe` adds it, inference conditions on it. */
export type Evidence =
  /** likelihood of each state: 1 and 0 for hard evidence, any non-negative weights for virtual evidence */
  | {
      readonly kind: "states";
      readonly node: string;
      readonly weights: readonly number[];
      /** soft evidence: the distribution that the node is to have. `inference/soft.ts` finds the weights that give it */
      readonly target?: readonly number[];
    }
  /** a continuous node had exactly this value */
  | { readonly kind: "value"; readonly node: string; readonly value: number }
  /** a continuous node was in this interval */
  | { readonly kind: "interval"; readonly node: string; readonly low: number; readonly high: number };

export interface CausalModel {
  readonly name: string;
  /** topological order */
  readonly nodes: readonly CausalNode[];
  readonly params: Readonly<Record<string, number>>;
  /** conditions that hold in this model; several on one node multiply */
  readonly evidence: readonly Evidence[];
  /** where the program only draws the graph: then `nodes` is empty, and there are no probabilities */
  readonly drawn?: DrawnGraph;
}

export function nodeOf(model: CausalModel, name: string): CausalNode {
  const found = model.nodes.find((node) => node.name === name);
  if (found === undefined) throw new Error(`internal: model ${model.name} has no node ${name}`);
  return found;
}
