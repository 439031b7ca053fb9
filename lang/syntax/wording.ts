/** What the grammar expected at each place, in the words of the language. The sentence around it is in the catalogue. */
import type { IParserErrorMessageProvider, TokenType } from "chevrotain";

/** Signs and words by the name of their token. */
const signs: Readonly<Record<string, string>> = {
  Name: "a name",
  Text: "a text in double quotes",
  Numeral: "a number",
  LeftParen: "`(`",
  RightParen: "`)`",
  LeftBracket: "`[`",
  RightBracket: "`]`",
  LeftBrace: "`{`",
  RightBrace: "`}`",
  Comma: "`,`",
  Semicolon: "`;`",
  Colon: "`:`",
  Dot: "`.`",
  Binder: "`=`",
  Assign: "`=`",
  RightArrow: "`->`",
  ArrowSign: "`->`, `<-` or `<->`",
  Relation: "a comparison",
  EOF: "the end of the text",
};

const statements =
  "a statement (`import`, `network`, `model`, `data`, `train`, `query`, `draw`, `identify`, `counterfactual` or `test`)";
const state = "a state: a name, `true`, `false` or an integer";
const query = "a query such as `P(Y | do(X = 1))`, `E[Y]` or a number";
const event = "an event such as `X = 1`";
const expression = "an expression";

/** `rule/Token`, or `rule` alone where none of the alternatives of the rule fits. */
const places: Readonly<Record<string, string>> = {
  "file/EOF": statements,
  file: statements,
  statement: statements,
  "importStatement/Text": "the path of a file in double quotes",
  "data/Name": 'the name of the data, as in `data celeba = celeba("path")`',
  "data/Binder": "`=` and a data set",
  "train/Name": "a name",
  "train/With": "`with` and a training regime, as in `train Faces.labels with wgan_gp`",
  "inModel/Name": "the name of a model",
  "drawing/Numeral": "the number of draws, as in `draw 16 Face`",
  drawing: "the name of a node to draw, as in `draw 16 Face`",
  "identify/From": "`from`",
  "counterfactual/LeftBrace": "`in` and the name of a model, or `{`",
  "counterfactual/RightBrace": "`given { ... }`, `do { ... }`, `report` or `}`",
  counterfactualPart: "`given { ... }`, `do { ... }` or `report`",
  "test/Text": "the name of the test in double quotes",
  "test/LeftBrace": "`in` and the name of a model, or `{`",
  "test/RightBrace": "`assert` or `}`",
  assertion: query,
  "network/Name": "the name of the network",
  "network/LeftParen": "`(` and the inputs of the network",
  "network/RightParen": "the name of an input, `;` and constants, or `)`",
  "network/LeftBrace": "`{` and the layers",
  "network/RightBrace": "a layer after `|>`, or `}`",
  network: "an expression such as `z |> dense(10) |> relu`",
  networkPart: "an expression such as `z |> dense(10) |> relu`",
  "model/Name": "the name of the model",
  "model/LeftBrace": "`{`",
  "model/RightBrace": "a declaration (`sample`, `let`, `noise`, `latent`, `param`, `image`, `plate`, `graph`) or `}`",
  member: "a declaration (`sample`, `let`, `noise`, `latent`, `param`, `image`, `plate`, `graph`)",
  "plate/Name": "the name of the index",
  "plate/In": "`in` and the number of copies",
  "plate/LeftBrace": "`{`",
  "plate/RightBrace": "a declaration or `}`",
  "graph/RightBrace": "an arrow such as `A -> B`, or `}`",
  nameSet: "a name or a set such as `{A, B}`",
  "declaration/Name": "the name of a node",
  declaration: "a mechanism such as `cpt { ... }`, `neural(A)` or `Normal(0, 1)`, or an expression",
  "cpt/LeftBrace": "`{` and the rows of the table",
  "cpt/RightBrace": "a row such as `(a, b): 0.3`, `else: 0.5`, or `}`",
  cptRow: "`:` and a probability",
  "settings/RightBrace": "a setting such as `steps = 100`, or `}`",
  setting: "`=` and a value",
  type: "a type: `bool`, `{a, b}`, `int[0..9]`, `real`, `rgb(32, 32)` or `gray(28, 28)`",
  names: "a name",
  labels: state,
  label: state,
  operand: expression,
  "choice/Then": "`then`",
  "choice/Else": "`else`",
  "list/RightBracket": "an expression or `]`",
  "map/RightBrace": "a state and its probability, as in `A: 0.9`, or `}`",
  mapEntry: "`:` and a number",
  "callArguments/RightParen": "an argument or `)`",
  queryOperand: query,
  "probability/LeftParen": "`(`",
  "probability/Probability": "a query such as `P(Y | do(X))`",
  "probability/RightParen": "`,`, `|` or `)`",
  "expectation/RightBracket": "`|` or `]`",
  effect: "`;` and the treatment, as in `ATE(Y; X: a -> b)`",
  "effect/Name": "the name of the treatment",
  "effect/Colon": "`:` and two states, as in `X: a -> b`",
  "effect/RightArrow": "`->` and the second state",
  conditions: "a condition: `do(X = 1)`, `observe(X = 1)` or an event such as `X = 1`",
  condition: "a condition: `do(X = 1)`, `observe(X = 1)` or an event such as `X = 1`",
  "intervention/RightParen": "`,` or `)`",
  "observation/RightParen": "`,` or `)`",
  "subscript/RightBracket": "`,` or `]`",
  actions: "an action such as `X = 1`",
  "action/Name": "the name of a variable",
  events: event,
  event: "a value after the comparison",
  "event/LeftBrace": "`{` and states, as in `X in {a, b}`",
  "variable/Name": "the name of a variable",
  queryText: "the end of the query",
};

/** `rule/Token/token before`, or `rule/token before`: where the token before says more than the rule. */
const afterToken: Readonly<Record<string, string>> = {
  "data/Name/Binder": 'a data set, as in `table("data.csv")`',
  "train/Name/Train": "the name of a model",
  "train/Name/Dot": "`labels` or the name of an image node",
  "train/Name/With": "a training regime such as `mle` or `wgan_gp`",
  "identify/Name/From": "the name of a `data` statement",
  "model/Name/Extends": "the name of the model that it extends",
  "counterfactual/Name/In": "the name of a model",
  "plate/Name/Plate": "the name of the index",
  "drawing/Numeral/Seed": "a seed: a whole number",
  "assertion/Numeral/PlusMinus": "a tolerance: a number",
  "networkPart/Binder": expression,
  "declaration/Becomes": expression,
  "declaration/Assign": "a constant",
  "declaration/Tilde": "a mechanism such as `cpt { ... }`, `neural(A)` or `Normal(0, 1)`",
  "operand/Colon": "a number or an expression",
  "operand/Assign": "a value",
  "nameSet/RightArrow": "the node that the arrow points at, or a set such as `{A, B}`",
  "labels/LeftBrace": "states, as in `{small, large}`",
  "probability/Probability": "a query such as `P(Y | do(X))`",
};

function expectedToken(rule: string, type: TokenType, before: TokenType): string {
  const told =
    afterToken[`${rule}/${type.name}/${before.name}`] ?? afterToken[`${rule}/${type.name}/${categoryOf(before)}`];
  if (told !== undefined) return told;
  return places[`${rule}/${type.name}`] ?? signs[type.name] ?? `\`${type.LABEL ?? type.name}\``;
}

function expectedPart(rule: string, before: TokenType): string {
  return afterToken[`${rule}/${before.name}`] ?? places[rule] ?? expression;
}

/** `=`, `~` and `:=` count as one where the table says so. */
const categoryOf = (type: TokenType): string =>
  type.CATEGORIES?.some((category) => category.name === "Binder") === true ? "Binder" : type.name;

/** The message of a Chevrotain exception becomes just what was expected. */
export const wording: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, previous, ruleName }) =>
    expectedToken(ruleName, expected, previous.tokenType),
  buildNotAllInputParsedMessage: ({ ruleName }) => places[ruleName] ?? "the end of the text",
  buildNoViableAltMessage: ({ previous, ruleName }) => expectedPart(ruleName, previous.tokenType),
  buildEarlyExitMessage: ({ previous, ruleName }) => expectedPart(ruleName, previous.tokenType),
};
