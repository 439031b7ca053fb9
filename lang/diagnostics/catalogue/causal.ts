/** C5xx: what do, observe and counterfactuals may say. */
import { entry } from "../entry.ts";

export const causal = {
  C501: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is set twice by do()`,
    label: () => "second intervention on the same variable",
    help: () => "keep one of them",
    explanation: "An intervention replaces the mechanism of a variable; one query can replace it only once.",
  }),
  C510: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`do(${name})\` does not say what \`${name}\` is set to`,
    label: () => "no value",
    help: ({ name }) => `write \`do(${name} = ...)\``,
    explanation: "An intervention sets a variable to a value, `do(X = 1)`, or draws it, `do(X ~ {a: 0.5, b: 0.5})`.",
  }),
  C511: entry<{ name: string; verb: string }>({
    severity: "error",
    message: ({ name, verb }) => `\`${name}\` is an image, which cannot be ${verb}`,
    label: () => "an image",
    help: ({ name }) => `draw it: \`draw 16 ${name} | ...\``,
    explanation: "Images are drawn; probabilities, evidence and interventions are about the other nodes.",
  }),
  C513: entry<{ name: string; operator: string; type: string }>({
    severity: "error",
    message: ({ name, operator, type }) => `\`${operator}\` compares numbers, but \`${name}\` is \`${type}\``,
    label: () => "states have no order",
    help: ({ name }) => `write \`${name} = ...\` or \`${name} in {...}\``,
    explanation: "The labels of a type are names without an order, so they can only be equal or different.",
  }),
  C514: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `a number is needed here, but \`P(${name})\` is a whole distribution`,
    label: () => "a distribution",
    help: ({ name }) => `ask for one state: \`P(${name} = ...)\``,
    explanation:
      "`P(X)` of a node that is not `bool` has one number for each state; arithmetic and comparisons need one.",
  }),
  C550: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `the condition on \`${name}\` does not say which values it has`,
    label: () => "no value",
    help: ({ name }) => `write \`${name} = ...\``,
    explanation: "Only a `bool` may stand alone as a condition: `X` means `X = true`.",
  }),
};
