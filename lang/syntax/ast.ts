/**
 * The abstract syntax of `.causal`: plain readonly data, each node with its span. It says what was written, not what it
 * means; names are unresolved. Where the parser recovered from an error (which is then already reported) there stands a
 * `missing` expression, a `missing-type`, or an identifier or label whose text is empty, each with an empty span.
 */
import type { Span } from "../source.ts";

export interface Identifier {
  readonly kind: "identifier";
  /** without backquotes; `X[1,2]` where it is written with an index */
  readonly text: string;
  /** `X[i - 1]`: the name and what its brackets hold; `text` is then as written where they are no constants */
  readonly element?: { readonly base: string; readonly index: readonly Expr[] };
  readonly span: Span;
}

// ---------------------------------------------------------------- expressions

export type UnaryOperator = "-" | "not";
export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";

export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
  readonly span: Span;
}
export interface BooleanLiteral {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly span: Span;
}
export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}
/** A variable, a state, a network: whatever the name resolves to. */
export interface NameExpr {
  readonly kind: "name";
  readonly name: Identifier;
  readonly span: Span;
}
export interface UnaryExpr {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expr;
  readonly span: Span;
}
export interface BinaryExpr {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
}
export interface IfExpr {
  readonly kind: "if";
  readonly test: Expr;
  readonly then: Expr;
  readonly else: Expr;
  readonly span: Span;
}
/** `f(a, b, k = 1)`; a bare name in a pipe (`|> relu`) is a call without arguments. */
export interface CallExpr {
  readonly kind: "call";
  readonly callee: Identifier;
  readonly args: readonly Argument[];
  readonly span: Span;
}
/** `left |> right`: right is called with left as its first argument. */
export interface PipeExpr {
  readonly kind: "pipe";
  readonly left: Expr;
  readonly right: CallExpr;
  readonly span: Span;
}
export interface ListExpr {
  readonly kind: "list";
  readonly items: readonly Expr[];
  readonly span: Span;
}
/** `{A: 0.9, B: 0.1}` */
export interface MapExpr {
  readonly kind: "map";
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}
/** `M[X = 0]`: the variable M in the submodel; only where counterfactuals may stand. */
export interface CounterfactualExpr {
  readonly kind: "counterfactual";
  readonly variable: CounterfactualVariable;
  readonly span: Span;
}
/** Stands where the parser recovered; already reported. */
export interface MissingExpr {
  readonly kind: "missing";
  readonly span: Span;
}

export type Expr =
  | NumberLiteral
  | BooleanLiteral
  | StringLiteral
  | NameExpr
  | UnaryExpr
  | BinaryExpr
  | IfExpr
  | CallExpr
  | PipeExpr
  | ListExpr
  | MapExpr
  | CounterfactualExpr
  | MissingExpr;

export interface Argument {
  readonly name: Identifier | null;
  readonly value: Expr;
  readonly span: Span;
}
export interface MapEntry {
  readonly key: Label;
  readonly value: Expr;
  readonly span: Span;
}

/** The name of a state: an identifier, `true`, `false`, an integer or a quoted name. `text` is its canonical spelling. */
export interface Label {
  readonly kind: "label";
  readonly text: string;
  readonly span: Span;
}

// ---------------------------------------------------------------- types, settings, mechanisms

export type TypeExpr =
  | { readonly kind: "bool-type"; readonly span: Span }
  | { readonly kind: "labels-type"; readonly labels: readonly Label[]; readonly span: Span }
  | { readonly kind: "int-type"; readonly low: Expr | null; readonly high: Expr | null; readonly span: Span }
  | { readonly kind: "real-type"; readonly size: Expr | null; readonly span: Span }
  | {
      readonly kind: "image-type";
      readonly channels: "rgb" | "gray";
      readonly height: Expr;
      readonly width: Expr;
      readonly span: Span;
    }
  /** stands where the parser recovered; already reported */
  | { readonly kind: "missing-type"; readonly span: Span };

/** `{ hidden = [32, 32], optimizer { rate = 1e-3 } }` */
export interface Settings {
  readonly kind: "settings";
  readonly entries: readonly Setting[];
  readonly span: Span;
}
export interface Setting {
  readonly name: Identifier;
  readonly value: Expr | Settings;
  readonly span: Span;
}

/** The condition of a CPT row: `else`, or one label for each parent in the order of the parent list. */
export interface CptRow {
  readonly kind: "cpt-row";
  readonly labels: readonly Label[] | "else";
  /** a number (for bool: P(true)) or a map from states to probabilities */
  readonly value: Expr;
  readonly span: Span;
}
export interface CptMechanism {
  readonly kind: "cpt";
  readonly parents: readonly Identifier[];
  readonly rows: readonly CptRow[];
  readonly settings: Settings | null;
  readonly span: Span;
}
/** `neural(A, B)`, `Normal(0, 1)`, `generator(A)`, followed by settings. */
export interface CallMechanism {
  readonly kind: "call-mechanism";
  readonly call: CallExpr;
  readonly settings: Settings | null;
  readonly span: Span;
}
export type MechanismExpr = CptMechanism | CallMechanism;

// ---------------------------------------------------------------- models

export interface ParamMember {
  readonly kind: "param";
  readonly name: Identifier;
  readonly type: TypeExpr | null;
  readonly value: Expr;
  readonly span: Span;
}
export interface NoiseMember {
  readonly kind: "noise";
  readonly names: readonly Identifier[];
  readonly type: TypeExpr | null;
  readonly distribution: Expr;
  readonly span: Span;
}
export interface LatentMember {
  readonly kind: "latent";
  readonly name: Identifier;
  readonly type: TypeExpr | null;
  readonly mechanism: MechanismExpr | null;
  readonly span: Span;
}
export interface SampleMember {
  readonly kind: "sample";
  readonly name: Identifier;
  readonly type: TypeExpr | null;
  readonly mechanism: MechanismExpr | null;
  readonly span: Span;
}
export interface LetMember {
  readonly kind: "let";
  readonly name: Identifier;
  readonly type: TypeExpr | null;
  readonly value: Expr;
  readonly span: Span;
}
export interface ImageMember {
  readonly kind: "image";
  readonly name: Identifier;
  readonly type: TypeExpr;
  readonly mechanism: MechanismExpr | null;
  readonly value: Expr | null;
  readonly span: Span;
}
/** `1..n`, `{north, south}`; or an expression: a number of copies, a list, a node whose states they are. */
export type PlateRange =
  | { readonly kind: "between"; readonly low: Expr; readonly high: Expr; readonly span: Span }
  | { readonly kind: "labels"; readonly labels: readonly Label[]; readonly span: Span }
  | { readonly kind: "value"; readonly value: Expr; readonly span: Span };
export interface PlateMember {
  readonly kind: "plate";
  readonly index: Identifier;
  readonly range: PlateRange;
  readonly members: readonly Member[];
  readonly span: Span;
}
export type ArrowKind = "->" | "<-" | "<->";
/** `{A, B} -> C -> D`: sets.length === arrows.length + 1 */
export interface GraphChain {
  readonly kind: "chain";
  readonly sets: readonly (readonly Identifier[])[];
  readonly arrows: readonly ArrowKind[];
  readonly span: Span;
}
export interface GraphMember {
  readonly kind: "graph";
  readonly chains: readonly GraphChain[];
  readonly span: Span;
}

export type Member =
  | ParamMember
  | NoiseMember
  | LatentMember
  | SampleMember
  | LetMember
  | ImageMember
  | PlateMember
  | GraphMember;

export interface ModelDecl {
  readonly kind: "model";
  readonly name: Identifier;
  readonly base: Identifier | null;
  readonly members: readonly Member[];
  readonly span: Span;
}

// ---------------------------------------------------------------- networks

/** Before `;` tensors, after it constants: `network dcgan(z, labels; width : int = 64) -> rgb(64, 64) { ... }` */
export interface NetworkParameter {
  readonly name: Identifier;
  readonly type: Identifier | null;
  readonly value: Expr | null;
  readonly span: Span;
}
/** `let h = ...;`-like bindings are written `let h := expr`; the last expression is the result. */
export interface NetworkBinding {
  readonly name: Identifier;
  readonly value: Expr;
  readonly span: Span;
}
export interface NetworkDecl {
  readonly kind: "network";
  readonly name: Identifier;
  readonly inputs: readonly Identifier[];
  readonly parameters: readonly NetworkParameter[];
  readonly result: TypeExpr | null;
  readonly bindings: readonly NetworkBinding[];
  readonly body: Expr;
  readonly span: Span;
}

// ---------------------------------------------------------------- queries

/** `Y`, or `Y[X = x]` with the actions that define the submodel. */
export interface CounterfactualVariable {
  readonly name: Identifier;
  readonly actions: readonly Action[];
  readonly span: Span;
}

export type RelationalOperator = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=";

export type EventTest =
  /** `X = v`, `X < 3` */
  | { readonly kind: "compare"; readonly operator: RelationalOperator; readonly value: Expr }
  /** `X in {a, b}` */
  | { readonly kind: "in"; readonly labels: readonly Label[] }
  /** soft evidence `X ~ {a: 0.7, b: 0.3}` */
  | { readonly kind: "soft"; readonly weights: MapExpr };

/** A bare variable has no test: for bool `X = true`, else the whole distribution. */
export interface Event {
  readonly kind: "event";
  readonly variable: CounterfactualVariable;
  readonly test: EventTest | null;
  readonly span: Span;
}

/** What holds or not of several nodes, computed: `2 * X + Y > 3`, `not A`, `(A or B)`. A single `=` is read as `==`. */
export interface Claim {
  readonly kind: "claim";
  readonly value: Expr;
  readonly span: Span;
}

export type EventExpr = Event | Claim;

/** `X = v` atomic, `X ~ D` stochastic, `X := e` policy; without operator every state of X in turn. */
export interface Action {
  readonly kind: "action";
  readonly target: Identifier;
  readonly operator: "=" | "~" | ":=" | null;
  readonly value: Expr | null;
  readonly span: Span;
}

export type Condition =
  | { readonly kind: "do"; readonly actions: readonly Action[]; readonly span: Span }
  | { readonly kind: "observe"; readonly events: readonly EventExpr[]; readonly span: Span }
  | EventExpr;

export interface ProbabilityExpr {
  readonly kind: "probability";
  readonly events: readonly EventExpr[];
  readonly given: readonly Condition[];
  readonly span: Span;
}
export interface ExpectationExpr {
  readonly kind: "expectation";
  readonly value: Expr;
  readonly given: readonly Condition[];
  readonly span: Span;
}
export type EffectName = "ATE" | "CATE" | "ETT" | "NDE" | "NIE" | "CDE" | "PN" | "PS" | "PNS";
/** `ATE(Y; X: a -> b | Z = z)` */
export interface EffectExpr {
  readonly kind: "effect";
  readonly effect: EffectName;
  readonly outcome: EventExpr;
  readonly treatment: Identifier;
  readonly from: Label;
  readonly to: Label;
  readonly given: readonly Condition[];
  readonly span: Span;
}
/** `independent(A, B)`, `independent(A, B | C)`, `identifiable(P(Y | do(X)))` */
export interface PredicateExpr {
  readonly kind: "predicate";
  readonly name: "independent" | "identifiable";
  readonly variables: readonly Identifier[];
  readonly given: readonly Identifier[];
  readonly query: ProbabilityExpr | null;
  readonly span: Span;
}

export type QueryExpr =
  | NumberLiteral
  | ProbabilityExpr
  | ExpectationExpr
  | EffectExpr
  | PredicateExpr
  /** the name of an earlier query */
  | NameExpr
  | { readonly kind: "query-unary"; readonly operator: "-"; readonly operand: QueryExpr; readonly span: Span }
  | {
      readonly kind: "query-binary";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: QueryExpr;
      readonly right: QueryExpr;
      readonly span: Span;
    }
  | MissingExpr;

// ---------------------------------------------------------------- statements

export interface ImportStatement {
  readonly kind: "import";
  readonly path: StringLiteral;
  readonly span: Span;
}
export interface DataStatement {
  readonly kind: "data";
  readonly name: Identifier;
  readonly source: CallExpr;
  readonly settings: Settings | null;
  readonly span: Span;
}
/** `train Faces.Face with causalgan { ... }`; `part` is "labels" or the name of a node; null for the whole model. */
export interface TrainStatement {
  readonly kind: "train";
  readonly model: Identifier;
  readonly part: Identifier | null;
  readonly regime: Identifier;
  readonly settings: Settings | null;
  readonly span: Span;
}
export interface QueryStatement {
  readonly kind: "query";
  readonly name: Identifier | null;
  readonly value: QueryExpr;
  readonly model: Identifier | null;
  readonly span: Span;
}
export interface DrawStatement {
  readonly kind: "draw";
  readonly count: NumberLiteral;
  readonly variables: readonly CounterfactualVariable[];
  readonly given: readonly Condition[];
  readonly seed: NumberLiteral | null;
  readonly model: Identifier | null;
  readonly span: Span;
}
export interface IdentifyStatement {
  readonly kind: "identify";
  readonly query: ProbabilityExpr;
  readonly model: Identifier | null;
  readonly data: Identifier | null;
  readonly span: Span;
}
export interface CounterfactualStatement {
  readonly kind: "counterfactual";
  readonly name: Identifier | null;
  readonly model: Identifier | null;
  readonly given: readonly EventExpr[];
  readonly actions: readonly Action[];
  readonly report: readonly Identifier[];
  readonly span: Span;
}
/** `left op right +- tolerance`; a bare predicate has no operator. */
export interface Assertion {
  readonly kind: "assert";
  readonly left: QueryExpr;
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=" | null;
  readonly right: QueryExpr | BooleanLiteral | null;
  readonly tolerance: NumberLiteral | null;
  readonly span: Span;
}
export interface TestStatement {
  readonly kind: "test";
  readonly name: string;
  readonly model: Identifier | null;
  readonly assertions: readonly Assertion[];
  readonly span: Span;
}

export type Statement =
  | ImportStatement
  | NetworkDecl
  | ModelDecl
  | DataStatement
  | TrainStatement
  | QueryStatement
  | DrawStatement
  | IdentifyStatement
  | CounterfactualStatement
  | TestStatement;

export interface File {
  readonly kind: "file";
  readonly source: string;
  readonly statements: readonly Statement[];
  readonly span: Span;
}
