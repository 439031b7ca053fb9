/** Warnings about questions that can be answered and may not mean what they seem to: of all families, by their first digit. */
import { entry } from "../entry.ts";
import { list } from "../words.ts";

export const lints = {
  C560: entry<{ name: string; set: string; value: string }>({
    severity: "warning",
    message: ({ name, set }) =>
      `\`${name}\` is a consequence of \`${set}\`, which do() sets: the condition selects after the intervention`,
    label: ({ set }) => `seen in the world in which \`${set}\` is set`,
    help: ({ name, set }) =>
      `for those of whom \`${name}\` was seen before anything was done, set \`${set}\` in a subscript: \`P(Y[${set} = ...] | ${name} = ...)\``,
    explanation:
      "`P(Y | do(X = a), Z = z)` sets X, and then looks only at those in whom Z came out as z. Where X causes Z, who that " +
      "is depends on the intervention: two values of X are compared on different individuals, which is no effect of X on " +
      "anyone (selection after treatment). The question about individuals in whom Z = z was seen as things are is a " +
      "counterfactual: `P(Y[X = a] | Z = z)`. Where the first is meant, silence the lint: `// causal: allow C560`.",
  }),
  C561: entry<{ name: string; collider: string; parents: readonly [string, string]; path: string }>({
    severity: "warning",
    message: ({ name, collider, parents: [a, b] }) =>
      name === collider
        ? `\`${name}\` is a collider: seeing it makes its causes \`${a}\` and \`${b}\` depend on each other`
        : `\`${name}\` comes from the collider \`${collider}\`: seeing it makes \`${a}\` and \`${b}\`, which cause that, depend on each other`,
    label: ({ path }) => `opens ${path}`,
    help: ({ name }) => `leave \`${name}\` out, or also condition on a node that blocks the path`,
    explanation:
      "Two causes of one thing are unrelated until that thing is seen: of those admitted to a hospital, whoever lacks one " +
      "reason has another. Conditioning on such a collider, or on what comes from it, opens a path between treatment and " +
      "outcome along which nothing is caused (selection bias, Berkson's paradox, M-bias). As a prediction the answer is " +
      "right; as an effect it is not. Where a prediction is meant, silence the lint: `// causal: allow C561`.",
  }),
  C562: entry<{ names: readonly string[] }>({
    severity: "warning",
    message: ({ names }) =>
      `${list(names)} ${names.length === 1 ? "declares" : "declare"} no coupling, so that only bounds of this are known`,
    label: () => "compares worlds",
    help: ({ names }) =>
      `write ${names.length === 1 ? `\`${names[0]}\` as an equation` : "them as equations"} with explicit \`noise\`, or declare a coupling behind the mechanism where one can be defended: \`{ coupling = monotone }\``,
    explanation:
      "A table says how likely a state is in each row, not which state the same individual would have had in another row. " +
      "The third rung asks just that. Without more, the answer is the interval of all models that agree with the table. " +
      "`{ coupling = monotone }` (one uniform number against the cumulated probabilities), `gumbel` or `independent` makes " +
      "it a number: it is an assumption about individuals that no data can check. To be content with bounds, silence the " +
      "lint: `// causal: allow C562`.",
  }),
  C563: entry<{ names: readonly string[]; model: string }>({
    severity: "warning",
    message: ({ names, model }) =>
      `nothing that is asked of \`${model}\` depends on ${list(names)}: ${names.length === 1 ? "the node is" : "the nodes are"} unused`,
    label: () => "unused",
    help: () => "ask about it, or remove it",
    explanation:
      "In a file with queries, draws, tests or trainings of a model, a node is used when one of them mentions it or " +
      "something that it causes. A node that is not may be forgotten, or its child may read another node than was meant.",
  }),
  C480: entry<{ set: string; value: string; where: string }>({
    severity: "warning",
    message: ({ set, value, where }) =>
      where === ""
        ? `\`${set} = ${value}\` never happens in this model: no data could show what it does`
        : `\`${set} = ${value}\` never happens where ${where}: no data could show what it does there`,
    label: () => "outside of what can be observed",
    help: ({ set, where }) =>
      where === ""
        ? "the answer rests on the mechanisms of the model alone; ask about a value that occurs"
        : `the answer rests on the mechanisms of the model alone; restrict the question to where \`${set}\` varies`,
    explanation:
      "Positivity: an effect can be estimated from observations only where every value that is compared occurs with " +
      "positive probability in each stratum of the common causes. The model answers nevertheless, because its mechanisms " +
      "say what would happen; an estimate from data would divide by zero or extrapolate.",
  }),
  C680: entry<{ names: readonly string[]; model: string; part: string }>({
    severity: "warning",
    message: ({ names, model }) =>
      `${list(names)} of \`${model}\` ${names.length === 1 ? "is" : "are"} learned, and no statement of this program trains ${names.length === 1 ? "it" : "them"}`,
    label: () => "needs what has not been learned",
    help: ({ model, part }) => `add \`train ${model}.${part} with ... { data = ... }\``,
    explanation:
      "A learned mechanism (`neural`, `generator`) has no probabilities until it has been trained. A question that needs " +
      "it can be asked of a run directory of a program that trains it; of this program it never can.",
  }),
  C681: entry<{ set: string; value: string; range: string }>({
    severity: "warning",
    message: ({ set, value, range }) => `\`${set}\` is never ${value}: ${range}`,
    label: () => "outside of what was seen",
    help: () => "what depends on it is extrapolated: set it to a value that occurs",
    explanation:
      "An intervention may set a node to any value of its type. Beyond the values that its distribution gives, or that " +
      "the training data had, mechanisms were never checked against anything.",
  }),
};
