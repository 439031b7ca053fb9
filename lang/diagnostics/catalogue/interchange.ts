/** C8xx: what cannot be written in the format of another program. */
import { entry } from "../entry.ts";

export const interchange = {
  C801: entry<{ node: string; format: string; reason: string }>({
    severity: "error",
    message: ({ node, format, reason }) => `\`${node}\` cannot be written as ${format}: ${reason}`,
    label: ({ format }) => `not in ${format}`,
    help: () => "write the graph (dagitty, dot, latex), all of the model as data (json), or remove the node",
    explanation:
      "BIF, XMLBIF, HUGIN NET and UAI hold discrete networks: nodes with finitely many states and a table each. " +
      "Distributions over states and equations between discrete nodes are tabulated; what holds real numbers or " +
      "images, or is not learned yet, has no table. Train first and export the run directory to write what was learned.",
  }),
  C802: entry<{ model: string; format: string; lacks: string }>({
    severity: "error",
    message: ({ model, format, lacks }) =>
      `\`${model}\` cannot be written as ${format}: it is only a graph, since ${lacks}`,
    label: ({ format }) => `nothing to write in ${format}`,
    help: () => "write the graph (dagitty, dot, causal), or give every node a mechanism",
    explanation: "A model in which a node has no mechanism has no probabilities, and this format is made of them.",
  }),
};
