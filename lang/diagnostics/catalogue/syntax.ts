/** C1xx: the text is not in the grammar, or in a part of the language that is not supported yet. */
import { entry } from "../entry.ts";

const quote = (text: string): string => {
  const line = text.split("\n")[0]!;
  return `\`${line.length > 40 ? `${line.slice(0, 37)}...` : line}\``;
};
const suggest = (suggestion: string | null): string => (suggestion === null ? "" : `did you mean \`${suggestion}\`?`);

/** How each member of a model is written. */
const forms: Readonly<Record<string, string>> = {
  param: "param beta : real = 0.5",
  noise: "noise U ~ Normal(0, 1)",
  latent: "latent U ~ Normal(0, 1)",
  sample: "sample X : bool ~ neural(A, B)",
  let: "let Y := 2 * X + U",
  image: "image Face : rgb(64, 64) ~ generator(A, B)",
};
const form = (word: string): string => (forms[word] === undefined ? "" : `write it as \`${forms[word]}\``);

const beginnings = {
  file: "a statement",
  model: "a declaration of a model",
  network: "a part of a network",
  test: "an assertion",
  counterfactual: "a part of a counterfactual",
};

export const syntax = {
  C100: entry<{ found: string; expected: string }>({
    severity: "error",
    message: ({ found, expected }) => `expected ${expected}, found ${found}`,
    label: ({ found }) => (found.startsWith("`") ? `unexpected ${found}` : "expected here"),
    help: () => "",
    explanation:
      "The text does not follow the grammar at this place. The message names what may stand here. Example: " +
      "`model M { sample X : bool }  query P(X = )` lacks the value after `=`.",
  }),
  C101: entry<{ text: string }>({
    severity: "error",
    message: ({ text }) => `${quote(text)} is not a sign of the language`,
    label: () => "not understood",
    help: () => "remove it; a name with unusual characters is written in backquotes",
    explanation:
      "The language is written in letters, digits and the signs `{ } ( ) [ ] , ; : . = ~ | < > + - * / ^ !`. Any other " +
      "character may stand in a comment, in a text in double quotes, or in a name in backquotes: `` `5 o'clock` ``.",
  }),
  C102: entry<{ text: string }>({
    severity: "error",
    message: () => "this text has no closing quote",
    label: () => "opened here",
    help: () => 'a text ends on its line with `"`',
    explanation: 'A text stands between two double quotes on one line, for example `import "networks.causal"`.',
  }),
  C103: entry<{ text: string }>({
    severity: "error",
    message: () => "this comment is never closed",
    label: () => "opened here",
    help: () => "close it with `*/`",
    explanation: "A comment is `// to the end of the line` or `/* between signs */`; the second may span lines.",
  }),
  C104: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) =>
      name === "" ? "a quoted name cannot be empty" : "this quoted name has no closing backquote",
    label: ({ name }) => (name === "" ? "no name" : "opened here"),
    help: ({ name }) => (name === "" ? "put a name between the backquotes" : `close it: \`${name}\``),
    explanation: "Any name may be written between backquotes on one line, for example `` `5_o_Clock_Shadow` ``.",
  }),
  C105: entry<{ open: string; close: string }>({
    severity: "error",
    message: ({ open }) => `this \`${open}\` is never closed`,
    label: () => "opened here",
    help: ({ close }) => `add the missing \`${close}\``,
    explanation:
      "Each `{`, `(` and `[` needs its closing partner. The second place in the message is where the partner was missed: " +
      "a bracket of another kind closes there, or a statement begins that cannot stand inside.",
  }),
  C106: entry<{ close: string }>({
    severity: "error",
    message: ({ close }) => `this \`${close}\` closes nothing`,
    label: () => "no open partner",
    help: () => "remove it, or add the opening bracket",
    explanation: "A closing bracket without an open one, for example `model M { } }`.",
  }),
  C107: entry<{
    name: string;
    where: "file" | "model" | "network" | "test" | "counterfactual";
    suggestion: string | null;
  }>({
    severity: "error",
    message: ({ name, where }) => `\`${name}\` does not begin ${beginnings[where]}`,
    label: ({ suggestion }) => suggest(suggestion) || "unknown word",
    help: ({ where, suggestion }) =>
      suggestion !== null
        ? ""
        : where === "file"
          ? "statements begin with import, network, model, data, train, query, draw, identify, counterfactual or test"
          : "declarations begin with sample, let, noise, latent, param, image, plate or graph",
    explanation:
      "Every statement and every declaration begins with a word of the language, for example `sample X : bool`.",
  }),
  C108: entry<{ found: string; expected: string; what: string }>({
    severity: "error",
    message: ({ found, expected, what }) => `${what} takes \`${expected}\`, not \`${found}\``,
    label: ({ expected }) => `write \`${expected}\``,
    help: () => "",
    explanation:
      "`=` gives a constant (`param beta = 0.5`, settings, `data`, `query`) and tests or sets a state (`P(Y | X = 1)`, " +
      "`do(X = 1)`); `~` gives a mechanism or a distribution (`sample X ~ Normal(0, 1)`); `:=` gives an equation " +
      "(`let Y := X + U`); `:` stands before a type and in tables; `==` compares in expressions and assertions.",
  }),
  C109: entry<{ found: string }>({
    severity: "error",
    message: ({ found }) => `a comma is missing before ${quote(found)}`,
    label: () => "missing `,` before this",
    help: () => "",
    explanation: "The items of a list are parted by commas, for example `neural(A, B)`.",
  }),
  C110: entry<{ word: string; expected: string }>({
    severity: "error",
    message: ({ word, expected }) => `expected ${expected}, found \`${word}\`, which is a word of the language`,
    label: () => "not a name",
    help: ({ word }) => `to use it as a name, write it between backquotes: \`${word}\``,
    explanation: "Words such as `in`, `if`, `true` or `sample` are names only in backquotes.",
  }),
  C111: entry<{ found: string; expected: string }>({
    severity: "error",
    message: ({ found, expected }) => `${quote(found)} is written ${quote(expected)} here`,
    label: ({ expected }) => `write ${quote(expected)}`,
    help: () => "",
    explanation:
      "A sign that other languages write otherwise: `and`, `or`, `not` instead of `&&`, `||`, `!`; `^` for powers; `->` for " +
      "arrows; `//` for comments; double quotes around texts; `0.5` with its leading zero.",
  }),
  C112: entry<{ name: string; suggestion: string | null }>({
    severity: "error",
    message: ({ name }) => `there is no type named \`${name}\``,
    label: ({ suggestion }) => suggest(suggestion) || "unknown type",
    help: ({ suggestion }) =>
      suggestion === null ? "types are bool, {a, b}, int[0..9], real, real[3], rgb(32, 32) and gray(28, 28)" : "",
    explanation:
      "The types are `bool`, `{small, large}`, `int[0..9]`, `real`, `real[3]`, `rgb(64, 64)` and `gray(28, 28)`.",
  }),
  C113: entry<{ name: string; usage: string }>({
    severity: "error",
    message: ({ name, usage }) => `the type \`${name}\` is written \`${usage}\``,
    label: ({ usage }) => `write \`${usage}\``,
    help: () => "",
    explanation:
      "`int[low..high]` has two bounds, `real[size]` one size, `rgb(height, width)` and `gray(height, width)` two.",
  }),
  C114: entry<{ word: string; name: string | null }>({
    severity: "error",
    message: ({ word }) => `\`${word}\` needs a mechanism after \`~\``,
    label: ({ name }) => (name === null ? "not a mechanism" : `write \`${name}(...)\``),
    help: () => "a mechanism is a table `cpt(A, B) { ... }` or a call such as `neural(A, B)` or `Normal(0, 1)`",
    explanation:
      "After `~` stands how the value is drawn: `cpt(A) { ... }`, `neural(A, B)`, `Normal(mean, sd)`, `generator(A)`. An " +
      "equation is declared with `let Y := ...`.",
  }),
  C115: entry<{ word: string; part: "type" | "value" }>({
    severity: "error",
    message: ({ word, part }) => `\`${word}\` needs a ${part}`,
    label: ({ part }) => `the ${part} is missing`,
    help: ({ word }) => form(word),
    explanation: "`image` has a type, `param` a constant, `noise` a distribution and `let` an expression.",
  }),
  C116: entry<Record<never, never>>({
    severity: "error",
    message: () => "comparisons cannot be chained",
    label: () => "second comparison",
    help: () => "write `a < b and b < c`",
    explanation: "`a < b < c` would compare a truth value with `c`. Join two comparisons with `and`.",
  }),
  C117: entry<Record<never, never>>({
    severity: "error",
    message: () => "on the right of `|>` stands a layer",
    label: () => "not a layer",
    help: () => "write a name or a call, as in `z |> dense(64) |> relu`",
    explanation:
      "`x |> f(a)` calls `f` with `x` before its other arguments, so that the right side must be a name or a call.",
  }),
  C118: entry<{ problem: "no result" | "unused" }>({
    severity: "error",
    message: ({ problem }) =>
      problem === "no result"
        ? "the network ends without a result"
        : "this value is not used: only the last expression of a network is its result",
    label: ({ problem }) => (problem === "no result" ? "no expression after this" : "not used"),
    help: ({ problem }) =>
      problem === "no result"
        ? "end the body with an expression, as in `h |> dense(1)`"
        : "join it to the next with `|>`, or name it: `let h := ...`",
    explanation: "A network body is any number of `let h := expression` and then one expression: the result.",
  }),
  C119: entry<{ limit: number }>({
    severity: "error",
    message: ({ limit }) => `nested more than ${limit} levels deep`,
    label: () => "too deep",
    help: () => "split it with `let`",
    explanation: "Brackets and chains of operators may nest only so deep that every later stage can follow them.",
  }),
  C120: entry<{ what: string }>({
    severity: "error",
    message: ({ what }) => `${what} is a whole number`,
    label: () => "not a whole number",
    help: () => "",
    explanation: "Counts and seeds are written without a fraction, for example `draw 16 Face seed 7`.",
  }),
  C121: entry<{ name: string; word: string }>({
    severity: "error",
    message: ({ name }) => `the declaration of \`${name}\` lacks its first word`,
    label: ({ word }) => `write \`${word}\` before it`,
    help: () => "",
    explanation: "Declarations begin with `sample`, `let`, `noise`, `latent`, `param` or `image`.",
  }),
  C122: entry<{ word: string }>({
    severity: "error",
    message: ({ word }) => `\`${word}\` declares one name at a time`,
    label: () => "one name too many",
    help: ({ word }) => form(word),
    explanation: "Only `noise` may list several names: `noise Ux, Uy ~ Normal(0, 1)`.",
  }),
  C123: entry<{ word: string }>({
    severity: "error",
    message: ({ word }) => `\`${word}\` takes no settings here`,
    label: () => "settings belong to a mechanism",
    help: ({ word }) => form(word),
    explanation:
      "Settings in braces follow a mechanism (`~ neural(A) { hidden = [32] }`), a `data` or a `train` statement.",
  }),
  C124: entry<{ found: string; meant: string; operator: string }>({
    severity: "error",
    message: ({ found, meant, operator }) =>
      `a declaration with \`${operator}\` begins with \`${meant}\`, not \`${found}\``,
    label: ({ meant }) => `write \`${meant}\``,
    help: () => "`sample X ~ mechanism` is random; `let X := expression` is computed from other nodes",
    explanation: "`sample`, `latent` and `noise` take `~`; `let` takes `:=`; `param` takes `=`.",
  }),
  C125: entry<{ what: string }>({
    severity: "error",
    message: ({ what }) => `the settings of ${what} stand in braces`,
    label: () => "write `{ name = value }`",
    help: () => "for example `train Faces.labels with wgan_gp { steps = 20000 }`",
    explanation: "A training regime gets its settings in braces: `with wgan_gp { data = celeba, steps = 20000 }`.",
  }),
  C126: entry<Record<never, never>>({
    severity: "error",
    message: () => "constants of a network come after `;`",
    label: () => "this has a type or a default, so it is a constant",
    help: () => "write `network f(z, labels; width : int = 64)`",
    explanation: "Before `;` stand the tensors that the network takes, after it the constants with their defaults.",
  }),
  C127: entry<{ sign: string; before: string }>({
    severity: "error",
    message: ({ sign, before }) => `\`${sign}\` is missing before ${before}`,
    label: ({ sign }) => `missing \`${sign}\``,
    help: () => "",
    explanation:
      "A sign that the grammar needs at this place was left out, for example `sample X bool` for `sample X : bool`.",
  }),
  C128: entry<{ open: string; close: string; found: string }>({
    severity: "error",
    message: ({ open, found }) => `\`${open}\` is closed by \`${found}\``,
    label: ({ close }) => `write \`${close}\``,
    help: () => "",
    explanation: "Each bracket is closed by its own partner: `( )`, `[ ]`, `{ }`.",
  }),
  C129: entry<{ word: string }>({
    severity: "error",
    message: ({ word }) => `\`${word}\` stands outside of a model`,
    label: () => "not inside a model",
    help: ({ word }) => `declare it inside a model: \`model M { ${word} ... }\``,
    explanation: "`sample`, `let`, `noise`, `latent`, `param`, `image`, `plate` and `graph` declare parts of a model.",
  }),
  C130: entry<{ sign: string }>({
    severity: "error",
    message: ({ sign }) => `declarations and statements are not parted by \`${sign}\``,
    label: () => "remove this",
    help: () => "",
    explanation: "Each declaration begins with its own word, so that nothing need stand between two of them.",
  }),
  C135: entry<{ sign: string }>({
    severity: "error",
    message: ({ sign }) => `\`${sign}\` needs a single node on its left`,
    label: () => "a computed value",
    help: () => "declare it in the model, `let V := ...`, and ask about `V`; or compare it: `X + Y > 3`",
    explanation:
      "An event may compute with nodes on both sides of a comparison. `in {...}` and `~ {...}` are about the states of one node.",
  }),
  C190: entry<{ what: string }>({
    severity: "error",
    message: ({ what }) => `${what} is part of the language but not supported by this version`,
    label: () => "not supported yet",
    help: () => "remove it, or write it with what is supported: see docs/language.md",
    explanation: "The statement is well formed, but this version of causal-lang has no meaning for it yet.",
  }),
};
