/** C4xx: probabilities that are none, tables with holes, impossible evidence. */
import { entry } from "../entry.ts";
import { list } from "../words.ts";

export const probability = {
  C401: entry<{ sum: number; row: string }>({
    severity: "error",
    message: ({ sum, row }) => `the probabilities of ${row} sum to ${sum}, not 1`,
    label: ({ sum }) => `sums to ${sum}`,
    help: () => "change the numbers so that they sum to 1 (within 1e-6)",
    explanation: "Each row of a conditional probability table is a distribution over the states of the node.",
  }),
  C410: entry<{ what: string; value: number }>({
    severity: "error",
    message: ({ what, value }) => `${what} is ${value}, which is no probability`,
    label: () => "not between 0 and 1",
    help: () => "",
    explanation: "A probability is a number from 0 to 1.",
  }),
  C411: entry<{ node: string; rows: readonly string[] }>({
    severity: "error",
    message: ({ node, rows }) =>
      `the table of \`${node}\` has no ${rows.length === 1 ? "row" : "rows"} for ${list(rows)}`,
    label: ({ rows }) => `${rows.length} missing`,
    help: () => "add the rows, or an `else` row for all that are not listed",
    explanation:
      "A table has a row for every combination of the states of its parents. `else: ...` stands for the rest.",
  }),
  C412: entry<{ row: string }>({
    severity: "error",
    message: ({ row }) => `${row} is given twice`,
    label: () => "second time",
    help: () => "keep one of them",
    explanation: "Each combination of the parents' states, and each state in a distribution, is listed once.",
  }),
  C413: entry<{ expected: readonly string[]; found: number }>({
    severity: "error",
    message: ({ expected, found }) =>
      expected.length === 0
        ? "the table has no parents, so its rows are the states of the node"
        : `a row needs ${expected.length === 1 ? "a state" : "one state each"} of ${list(expected)}, but has ${found}`,
    label: () => "wrong number of states",
    help: ({ expected }) =>
      expected.length < 2 ? "" : `write \`(${expected.map((name) => `<${name}>`).join(", ")}): ...\``,
    explanation: "A row of a table names one state for each parent, in the order of the parent list.",
  }),
  C414: entry<{ node: string; states: readonly string[] }>({
    severity: "error",
    message: ({ node, states }) =>
      `the distribution of \`${node}\` leaves out ${states.length === 1 ? "the state" : "the states"} ${list(states)}`,
    label: () => "states missing",
    help: () => "list every state, with probability 0 where it is impossible",
    explanation: "Each row lists the probability of every state, so that nothing is forgotten by accident.",
  }),
  C415: entry<{ node: string; states: readonly string[] }>({
    severity: "error",
    message: ({ node }) => `one number does not say the distribution of \`${node}\``,
    label: () => "needs a probability for each state",
    help: ({ states }) => `write \`{${states.map((state) => `${state}: ...`).join(", ")}}\``,
    explanation: "Only for `bool` a number is enough: it is P(true).",
  }),
  C416: entry<{ node: string; entries: number; limit: number }>({
    severity: "error",
    message: ({ node, entries, limit }) =>
      `the table of \`${node}\` would have ${entries} numbers, over the limit of ${limit}`,
    label: () => "too many combinations of parents",
    help: () => "use fewer parents, or an equation (`let`)",
    explanation: "A table grows with the product of its parents' states.",
  }),
  C417: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is continuous, so it has no list of probabilities`,
    label: () => "continuous",
    help: ({ name }) => `ask for an event, \`P(${name} > 0)\`, or for the mean, \`E[${name}]\``,
    explanation: "`P(X)` is the distribution over the states of a discrete node.",
  }),
  C418: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is continuous, so any single value of it has probability zero`,
    label: () => "probability zero",
    help: ({ name }) => `ask for an interval: \`P(${name} > a, ${name} < b)\``,
    explanation: "A continuous node may be observed at a value (`| X = 1`), but the probability of a value is zero.",
  }),
  C450: entry<{ evidence: readonly string[] }>({
    severity: "error",
    message: ({ evidence }) =>
      evidence.length === 1
        ? `the condition ${list(evidence)} has probability zero`
        : `the conditions ${list(evidence)} have probability zero together`,
    label: () => "impossible",
    help: ({ evidence }) =>
      evidence.length === 1
        ? "ask about something that can happen, or set it by do()"
        : "drop one of them, or set one by do()",
    explanation:
      "A probability given something impossible is not defined. Of all conditions, those named are a smallest part " +
      "that cannot happen together: without any one of them the rest is possible.",
  }),
  C456: entry<{ name: string; states: readonly string[] }>({
    severity: "warning",
    message: ({ name, states }) => `\`${name}\` is never ${list(states)}: the table leaves it out`,
    label: () => "probability zero",
    help: () => "",
    explanation:
      "A table given each state of a node has no entry where the state, or what it is seen together with, has probability zero.",
  }),
  C451: entry<{ node: string; distribution: string; problem: string; at: string }>({
    severity: "error",
    message: ({ node, distribution, problem, at }) =>
      `\`${distribution}\` is no distribution of \`${node}\`${at}: ${problem}`,
    label: () => "its arguments do not fit",
    help: () => "",
    explanation:
      "The arguments of a distribution may depend on the parents. For every combination of their values they must " +
      "give a distribution: probabilities from 0 to 1 that sum to 1, a positive standard deviation and so on.",
  }),
  C452: entry<{ node: string; value: number; type: string; at: string }>({
    severity: "error",
    message: ({ node, value, type, at }) => `\`${node}\` would be ${value}${at}, which is not in ${type}`,
    label: ({ type }) => `not in ${type}`,
    help: () => "widen the type, or change the equation",
    explanation: "An equation must give a value of the type of its node for every combination of its parents.",
  }),
  C453: entry<{ ess: number; samples: number }>({
    severity: "error",
    message: ({ ess, samples }) =>
      `of ${samples} samples only ${ess.toPrecision(2)} count after conditioning: too few for an answer`,
    label: () => "rarely true in samples of the model",
    help: () => "raise --samples, widen the condition (an interval instead of a value), or use do() where you mean it",
    explanation:
      "What is not discrete is conditioned by weighting samples with the probability of the evidence. The effective " +
      "sample size (sum w)^2 / sum w^2 says how many equal samples the weighted ones are worth; below 30 the answer " +
      "would be noise.",
  }),
  C454: entry<{ what: string; problem: string }>({
    severity: "error",
    message: ({ what, problem }) => `${what} is ${problem}`,
    label: () => "not a finite number",
    help: () => "look for a division by zero, or the logarithm or root of a negative number",
    explanation: "A value of a node or an answer came out as infinite or as not a number at all.",
  }),
  C455: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is computed by an equation that cannot be solved for its noise`,
    label: () => "cannot be set to one value",
    help: ({ name }) => `observe an interval: \`${name} > a, ${name} < b\``,
    explanation:
      "A single value of a continuous equation has probability zero. It can be observed when the equation is one to " +
      "one in a continuous node with a distribution of its own, as X := f(Y) + U or X := exp(f(Y) * U): then U is " +
      "what makes the equation true.",
  }),
};
