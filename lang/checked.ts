/**
 * What the front end hands to the compiler: the AST with names resolved and constants evaluated beside it. Only
 * programs without errors are compiled, so that nothing here is optional for want of a diagnostic.
 */
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { Source, Span } from "./source.ts";
import type {
  DrawStatement,
  Expr,
  File,
  IdentifyStatement,
  NetworkDecl,
  QueryStatement,
  Statement,
  TestStatement,
} from "./syntax/ast.ts";
import type { Constant, Constants, NetworkReference, Signatures } from "./types/signature.ts";
import type { NodeType } from "./types/type.ts";

/** How the value of a node comes about; parents are names of nodes, in the order of the mechanism. */
export type CheckedMechanism =
  /** probabilities[row * states + state]; rows enumerate the parents' states, the last parent fastest */
  | { readonly kind: "table"; readonly probabilities: readonly number[] }
  /** e.g. Normal, with an expression for each parameter in the order of its signature */
  | { readonly kind: "distribution"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "equation"; readonly value: Expr }
  /** learned: `neural`, `generator`; settings completed with their defaults */
  | { readonly kind: "learned"; readonly name: string; readonly settings: Constants };

/**
 * How the states of one node under different parents hang together: `monotone`, one uniform number against the cumulated
 * probabilities; `gumbel`, the largest of log-probability plus Gumbel noise; `independent`, each row has its own noise.
 */
export type Coupling = "monotone" | "gumbel" | "independent";

export interface CheckedNode {
  readonly name: string;
  readonly role: "sample" | "latent" | "noise" | "let" | "image";
  readonly type: NodeType;
  readonly parents: readonly string[];
  readonly mechanism: CheckedMechanism;
  /** absent where it is not declared: then only bounds of counterfactuals are known */
  readonly coupling?: Coupling;
  /** the name where it is declared */
  readonly nameSpan: Span;
  readonly span: Span;
}

/** A node of a graph without mechanisms. */
export interface DrawnNode {
  readonly name: string;
  readonly parents: readonly string[];
  readonly latent: boolean;
  /** null where the program does not say it */
  readonly type: NodeType | null;
  readonly nameSpan: Span;
}

/** A model of which the graph is known, but not all mechanisms: it has no probabilities. */
export interface DrawnGraph {
  /** parents first */
  readonly nodes: readonly DrawnNode[];
  /** two-headed arrows: unobserved common causes */
  readonly bidirected: readonly (readonly [string, string])[];
  /** what is missing, as a clause: "`X` has no mechanism" */
  readonly lacks: string;
}

export interface CheckedModel {
  readonly name: string;
  /** topological order; parents first, else in the order of the text */
  readonly nodes: readonly CheckedNode[];
  readonly params: Readonly<Record<string, number>>;
  /** where not every mechanism is known; then `nodes` is empty */
  readonly drawn?: DrawnGraph;
  readonly span: Span;
  /** the declarations that it extends, the nearest first */
  readonly bases: readonly Span[];
}

export interface CheckedData {
  readonly name: string;
  readonly dataset: string;
  readonly args: Constants;
  readonly span: Span;
}

export interface CheckedTrain {
  readonly model: string;
  /** "labels" or the name of an image node */
  readonly part: string;
  readonly regime: string;
  /** completed with the defaults of the regime's signature */
  readonly settings: Constants;
  readonly span: Span;
}

export interface CheckedProgram {
  /** all files, imports before their importers */
  readonly files: readonly File[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly models: ReadonlyMap<string, CheckedModel>;
  readonly networks: ReadonlyMap<string, NetworkDecl>;
  readonly data: ReadonlyMap<string, CheckedData>;
  readonly trains: readonly CheckedTrain[];
  /** queries, draws and tests are those of the root file: importing a file asks nothing */
  readonly queries: readonly { readonly statement: QueryStatement; readonly model: string }[];
  readonly draws: readonly { readonly statement: DrawStatement; readonly model: string }[];
  readonly identifies: readonly { readonly statement: IdentifyStatement; readonly model: string }[];
  readonly tests: readonly { readonly statement: TestStatement; readonly model: string }[];
  /** what it was checked against, so that more queries can be checked later */
  readonly signatures: Signatures;
}

export interface Analysis {
  /** as complete as the errors allow */
  readonly program: CheckedProgram;
  /** in the order of files and places; at least one error means that the program must not be compiled */
  readonly diagnostics: readonly Diagnostic[];
}

export type { Constant, Constants, NetworkReference, Statement };
