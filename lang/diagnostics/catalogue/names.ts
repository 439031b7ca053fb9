/** C2xx: names that mean nothing, arguments, types and network shapes that do not fit. */
import { entry } from "../entry.ts";
import { list } from "../words.ts";

/** Words of this language by what others call the same. */
const otherwise: Readonly<Record<string, string>> = {
  gaussian: "Normal",
  norm: "Normal",
  unif: "Uniform",
  bern: "Bernoulli",
  discrete: "Categorical",
  linear: "dense",
  fc: "dense",
  conv2d: "conv",
  convtranspose2d: "deconv",
  batchnorm2d: "batchnorm",
  leaky_relu: "leakyRelu",
  ln: "log",
  cat: "concat",
  csv: "table",
  sd: "std",
  sigma: "std",
  mu: "mean",
};

export const names = {
  C201: entry<{ what: string; name: string; suggestion: string | null; known?: readonly string[] }>({
    severity: "error",
    message: ({ what, name }) => `there is no ${what} named \`${name}\``,
    label: () => "unknown name",
    help: ({ name, suggestion, known = [] }) => {
      if (suggestion !== null) return `did you mean \`${suggestion}\`?`;
      const other = otherwise[name.toLowerCase()];
      if (other !== undefined && known.includes(other)) return `it is called \`${other}\` here`;
      if (known.length === 0 || known.length > 12) return "";
      return known.length === 1 ? `there is only ${list(known)}` : `there are ${list(known, 12)}`;
    },
    explanation: "A name must be declared before anything can refer to it. Names are case-sensitive.",
  }),
  C202: entry<{ what: string; name: string }>({
    severity: "error",
    message: ({ what, name }) => `${what} \`${name}\` is declared twice`,
    label: () => "second declaration",
    help: () => "rename one of them",
    explanation:
      "Names are unique: nodes and parameters within a model, models, networks, data and queries within a program and everything it imports.",
  }),
  C203: entry<{ node: string; state: string; states: readonly string[]; suggestion: string | null }>({
    severity: "error",
    message: ({ node, state }) => `\`${node}\` has no state \`${state}\``,
    label: () => "unknown state",
    help: ({ states, suggestion }) =>
      `${suggestion === null ? "" : `did you mean \`${suggestion}\`? `}the states are ${list(states)}`,
    explanation:
      "A discrete node takes only the states of its type: `sample Size : {small, large}` is `small` or `large`. For `bool` they are `false` and `true`; `0` and `1` are accepted for them.",
  }),
  C204: entry<{ path: string }>({
    severity: "error",
    message: ({ path }) => `the file "${path}" was not found`,
    label: () => "cannot be imported",
    help: () => 'write the path from the importing file, or "stdlib/..." for a file of the standard library',
    explanation:
      'An import names another .causal file, whose models, networks and data can then be used: `import "stdlib/networks/dcgan.causal"`.',
  }),
  C205: entry<{ models: readonly string[] }>({
    severity: "error",
    message: ({ models }) => `it is not clear which model is meant: there are ${list(models)}`,
    label: () => "in which model?",
    help: ({ models }) => `add \`in ${models[0] ?? "Model"}\``,
    explanation:
      "Where a file has one model, queries, draws and tests are about it. With several they say which: `query P(X) in Weather`.",
  }),
  C206: entry<Record<never, never>>({
    severity: "error",
    message: () => "there is no model to ask",
    label: () => "about which model?",
    help: () => "declare a model, or import a file that has one",
    explanation: "Queries, draws and tests are about a model of the program or of a file that it imports.",
  }),
  C207: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `the query \`${name}\` is used before it is declared`,
    label: () => "declared further down",
    help: () => "move its declaration up",
    explanation: "Queries are answered from top to bottom, so that one can use the answers of earlier ones.",
  }),
  C210: entry<{ name: string; mechanism: string; noise: boolean }>({
    severity: "error",
    message: ({ name, mechanism }) => `\`${name}\` needs a type: \`${mechanism}\` does not tell its states`,
    label: () => "type missing",
    help: ({ name, noise }) =>
      `write for example \`${noise ? "latent " : ""}${name} : bool\` or \`${noise ? "latent " : ""}${name} : {low, high}\``,
    explanation:
      "The type of a node follows from `Normal` (real), `Bernoulli` (bool) or the expression of a `let`. Tables, categorical and learned mechanisms fit many types, so the node must say its own.",
  }),
  C211: entry<{ expected: string; found: string }>({
    severity: "error",
    message: ({ expected, found }) => `expected ${expected}, found ${found}`,
    label: ({ expected }) => `must be ${expected}`,
    help: () => "",
    explanation:
      "Arithmetic works on numbers (a bool counts as 0 or 1), `and`, `or`, `not` and `if` on bools, and states are compared with `==` to a node that has them.",
  }),
  C212: entry<{ left: string; right: string }>({
    severity: "error",
    message: ({ left, right }) => `${left} and ${right} cannot be compared`,
    label: () => "different types",
    help: () => "compare a node with one of its own states, or with a node of the same type",
    explanation: "`==` and `!=` compare values of one type; `<` and its like compare numbers.",
  }),
  C213: entry<{ name: string; what: string }>({
    severity: "error",
    message: ({ name, what }) => `a constant is needed here, but \`${name}\` is ${what}`,
    label: () => "not known while compiling",
    help: () => "use numbers and parameters (`param`) only",
    explanation:
      "Probabilities of tables, sizes and settings are fixed when a program is compiled. They may be computed from parameters, but not from nodes, whose values differ from draw to draw.",
  }),
  C214: entry<{ what: string; expected: string; found: string }>({
    severity: "error",
    message: ({ what, expected, found }) => `${what} must be ${expected}, not ${found}`,
    label: ({ expected }) => `must be ${expected}`,
    help: () => "",
    explanation: "Every argument and setting has a kind: an integer, a number, a list of integers, a network, ...",
  }),
  C215: entry<{ what: string; value: number; low: number; high: number }>({
    severity: "error",
    message: ({ what, value, low, high }) =>
      low === Number.MIN_VALUE
        ? `${what} must be positive, not ${value}`
        : high === Number.POSITIVE_INFINITY
          ? `${what} must be at least ${low}, not ${value}`
          : low === Number.NEGATIVE_INFINITY
            ? `${what} must be at most ${high}, not ${value}`
            : `${what} must lie between ${low} and ${high}, not ${value}`,
    label: () => "out of range",
    help: () => "",
    explanation: "Some arguments only make sense in a range: a probability lies between 0 and 1, a size is positive.",
  }),
  C216: entry<{ what: string; value: string; choices: readonly string[]; suggestion: string | null }>({
    severity: "error",
    message: ({ what, value }) => `${what} cannot be "${value}"`,
    label: () => "not one of the choices",
    help: ({ choices, suggestion }) =>
      `${suggestion === null ? "" : `did you mean "${suggestion}"? `}the choices are ${list(choices)}`,
    explanation: "The argument takes one of a few words.",
  }),
  C217: entry<{ callee: string; name: string; doc: string }>({
    severity: "error",
    message: ({ callee, name }) => `\`${callee}\` needs \`${name}\``,
    label: ({ name }) => `\`${name}\` is missing`,
    help: ({ name, doc }) => (doc === "" ? `add \`${name} = ...\`` : `add \`${name} = ...\`: ${doc}`),
    explanation: "An argument or setting without a default must be given.",
  }),
  C218: entry<{ callee: string; expected: number; found: number }>({
    severity: "error",
    message: ({ callee, expected, found }) =>
      `\`${callee}\` takes ${expected === 1 ? "one argument" : `${expected} arguments`}, not ${found}`,
    label: () => "wrong number of arguments",
    help: () => "",
    explanation: "The call has more or fewer arguments than the function or layer knows.",
  }),
  C219: entry<{ callee: string; name: string }>({
    severity: "error",
    message: ({ callee, name }) => `\`${callee}\` gets \`${name}\` twice`,
    label: () => "given already",
    help: () => "keep one of them",
    explanation: "An argument may be given by its place or by its name, but once.",
  }),
  C220: entry<{ callee: string; name: string | null }>({
    severity: "error",
    message: ({ callee, name }) =>
      name === null
        ? `an argument by place follows one by name in \`${callee}\``
        : `\`${callee}\` takes parents by place, so \`${name} = ...\` is not an argument`,
    label: ({ name }) => (name === null ? "by place" : "by name"),
    help: ({ name }) => (name === null ? "name this one too" : "settings stand in braces behind the mechanism"),
    explanation: "Arguments by place come first, then those by name: `conv(64, stride = 2)`.",
  }),
  C221: entry<{ reason: string }>({
    severity: "error",
    message: ({ reason }) => `this number cannot be computed: ${reason}`,
    label: () => "not a finite number",
    help: () => "",
    explanation:
      "A constant must be a finite number: no division by zero, no overflow, no parameter that needs itself.",
  }),
  C222: entry<{ name: string; declared: string; found: string; source: string }>({
    severity: "error",
    message: ({ name, declared, found, source }) =>
      `\`${name}\` is declared as \`${declared}\`, but ${source} gives ${found}`,
    label: ({ found }) => `gives ${found}`,
    help: () => "change the type or the mechanism",
    explanation:
      "The mechanism of a node must produce values of the node's type: `Normal` gives real numbers, `cpt` and `neural` states, `generator` images.",
  }),
  C223: entry<{ reason: string }>({
    severity: "error",
    message: ({ reason }) => `this is no type: ${reason}`,
    label: () => "not a type",
    help: () => "",
    explanation:
      "Types are `bool`, a set of at least two different labels, `int[low..high]` with low <= high, `real`, and images with positive sizes.",
  }),
  C224: entry<{ name: string; base: string; was: string; now: string }>({
    severity: "error",
    message: ({ name, base, was, now }) => `\`${name}\` is ${was} in \`${base}\`, but ${now} here`,
    label: () => "another type",
    help: ({ was }) => `a member that replaces one of the base stays ${was}`,
    explanation:
      "`model B extends A` takes over the members of A. A member of the same name replaces the mechanism, but not the type: what reads it was written for that type.",
  }),
  C225: entry<{ name: string | null; count: number }>({
    severity: "error",
    message: ({ name, count }) =>
      `${name === null ? "this" : `\`${name}\``} stands for ${count} values where one is needed`,
    label: ({ count }) => `${count} values`,
    help: ({ name }) =>
      name === null
        ? "join them, for example with `sum(...)`, or take one of them"
        : `name one of them, \`${name}[...]\`, or join them, for example with \`sum(${name})\``,
    explanation:
      "The copies that a plate makes and the elements of a vector share a name. Arithmetic goes element by element; `sum`, `mean`, `count`, `any`, `all`, `min`, `max` and `dot` make one value of several.",
  }),
  C227: entry<{ problem: string }>({
    severity: "error",
    message: ({ problem }) => `the range of this plate is wrong: ${problem}`,
    label: () => "not a range",
    help: () => "write `1..3`, a number of copies, `{north, south}`, or the name of a node to have its states",
    explanation: "`plate i in 1..3 { ... }` repeats its members for i = 1, 2 and 3.",
  }),
  C228: entry<{ left: number; right: number }>({
    severity: "error",
    message: ({ left, right }) => `${left} values and ${right} values cannot be paired`,
    label: () => "different numbers of values",
    help: () => "what goes element by element must have the same number of elements, or be a single value",
    explanation: "`V + W` adds the elements of two vectors one by one; `V + 1` adds 1 to each of them.",
  }),
  C229: entry<{ name: string; base: string; known: readonly string[] }>({
    severity: "error",
    message: ({ name }) => `there is no element \`${name}\``,
    label: () => "not declared",
    help: ({ base, known }) =>
      known.length > 6
        ? `\`${base}\` has ${known.length} elements, from \`${known[0]}\` to \`${known.at(-1)}\``
        : `\`${base}\` has ${list(known)}`,
    explanation:
      "An index must be that of a copy which a plate makes, of an element of a vector (counted from 1), or of a member that is declared with this index: `sample X[0] : bool ~ ...` before a plate whose members read `X[t - 1]`.",
  }),
  C226: entry<{ what: string; where: string }>({
    severity: "error",
    message: ({ what, where }) => `${what} cannot stand in ${where}`,
    label: () => "not here",
    help: () => "",
    explanation: "The expression is well formed, but has no meaning in this place.",
  }),
  C230: entry<{ layer: string; problem: string; help: string }>({
    severity: "error",
    message: ({ layer, problem }) => `\`${layer}\`: ${problem}`,
    label: () => "this shape cannot be",
    help: ({ help }) => help,
    explanation:
      "The shapes of a network are inferred from layer to layer. [n] is a vector; [height, width, channels] is a map; ? is a size that is not known before the network is used.",
  }),
  C231: entry<{ network: string; declared: string; found: string }>({
    severity: "error",
    message: ({ network, declared, found }) =>
      `\`${network}\` is declared to give ${declared}, but its last layer gives ${found}`,
    label: ({ found }) => `gives ${found}`,
    help: () => "change the declared result or the layers",
    explanation: "`network f(z) -> rgb(32, 32)` promises a map of 32 by 32 with 3 channels.",
  }),
  C232: entry<{ network: string; expected: number; found: number; given: string }>({
    severity: "error",
    message: ({ network, expected, found, given }) =>
      `\`${network}\` takes ${expected === 1 ? "one tensor" : `${expected} tensors`}, but gets ${found}${given === "" ? "" : ` (${given})`}`,
    label: () => "wrong number of tensors",
    help: () => "",
    explanation:
      "The tensors of a network are listed before the semicolon. A generator is called with the noise and the labels; a discriminator with the image.",
  }),
  C233: entry<{ cycle: readonly string[] }>({
    severity: "error",
    message: ({ cycle }) => `a network calls itself: ${cycle.map((name) => `\`${name}\``).join(" -> ")}`,
    label: () => "endless",
    help: () => "",
    explanation: "Networks are unfolded when compiled, so none may call itself, directly or through others.",
  }),
  C234: entry<{ callee: string; found: string }>({
    severity: "error",
    message: ({ callee, found }) => `\`${callee}\` needs a tensor here, found ${found}`,
    label: () => "not a tensor",
    help: () => "the inputs of the network, its bindings and the results of layers are tensors",
    explanation:
      "A layer is applied to tensors; they come first, before its constants: `concat(z, labels)`, `x |> dense(10)`.",
  }),
  C235: entry<{ operator: string }>({
    severity: "error",
    message: ({ operator }) => `\`${operator}\` works on numbers, not on tensors`,
    label: () => "a tensor",
    help: () => "use a layer, for example `add(a, b)` or `scale(2)`",
    explanation: "In a network, operators compute sizes and other constants; tensors go through layers.",
  }),
  C238: entry<{ left: string; right: string }>({
    severity: "error",
    message: ({ left, right }) => `images of different sizes, \`${left}\` and \`${right}\`, cannot be put together`,
    label: () => "different sizes",
    help: () => "give the images one height and one width",
    explanation:
      "An image that is computed from others is computed pixel by pixel. A `gray` image beside an `rgb` one is the same in all channels, a number the same for all pixels.",
  }),
  C239: entry<{ name: string; declared: string; found: string }>({
    severity: "error",
    message: ({ name, declared, found }) =>
      `\`${name}\` is declared as \`${declared}\`, but its expression is \`${found}\``,
    label: ({ found }) => `is \`${found}\``,
    help: () => "change the type, or the images that it is computed from",
    explanation: "An expression of images has their size, and is `rgb` where one of them is.",
  }),
  C237: entry<{ cycle: readonly string[] }>({
    severity: "error",
    message: ({ cycle }) => `a model extends itself: ${cycle.map((name) => `\`${name}\``).join(" -> ")}`,
    label: () => "endless",
    help: () => "",
    explanation: "`model B extends A` takes over the members of A, so A cannot extend B, directly or through others.",
  }),
  C236: entry<{ network: string; node: string; expected: string; found: string }>({
    severity: "error",
    message: ({ network, node, expected, found }) =>
      `\`${node}\` is an image of shape ${expected}, but \`${network}\` gives ${found}`,
    label: ({ found }) => `gives ${found}`,
    help: ({ node }) => `change the type of \`${node}\` or use another network`,
    explanation: "The network of a generator must give exactly the image that the node declares.",
  }),
};
