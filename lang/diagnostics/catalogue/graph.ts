/** C3xx: the causal graph. */
import { entry } from "../entry.ts";
import { list } from "../words.ts";

export const graph = {
  C301: entry<{ cycle: readonly string[] }>({
    severity: "error",
    message: ({ cycle }) => `the model has a cycle: ${cycle.map((name) => `\`${name}\``).join(" -> ")}`,
    label: () => "this node depends on itself",
    help: () => "remove one of the arrows: a causal model is acyclic",
    explanation: "Every node must be computable from its parents, so no node may be among its own ancestors.",
  }),
  C302: entry<{ from: string; to: string }>({
    severity: "error",
    message: ({ from, to }) => `the graph draws \`${from}\` -> \`${to}\`, but \`${from}\` is not a parent of \`${to}\``,
    label: () => "no mechanism follows this arrow",
    help: ({ from, to }) => `remove the arrow, or let the mechanism of \`${to}\` read \`${from}\``,
    explanation:
      "The arrows follow from the mechanisms. A `graph` block repeats them so that the compiler can check that both say the same.",
  }),
  C303: entry<{ node: string; parents: readonly string[] }>({
    severity: "error",
    message: ({ node, parents }) =>
      `the graph leaves out ${parents.length === 1 ? "an arrow" : "arrows"} into \`${node}\` from ${list(parents)}`,
    label: () => "has parents that are not drawn",
    help: ({ node, parents }) => `add \`${parents.join(", ")} -> ${node}\` to the graph, or change the mechanism`,
    explanation:
      "Where a model has a `graph` block, it must draw every arrow between nodes. Arrows from `noise` may be left out.",
  }),
  C304: entry<{ node: string; parent: string }>({
    severity: "error",
    message: ({ node, parent }) => `\`${parent}\` is a parent of \`${node}\` twice`,
    label: () => "listed already",
    help: () => "keep one of them",
    explanation: "The parents of a mechanism are different nodes.",
  }),
  C305: entry<{ noise: string; parent: string }>({
    severity: "error",
    message: ({ noise, parent }) => `the noise \`${noise}\` cannot depend on \`${parent}\``,
    label: () => "a node of the model",
    help: () => "use `sample` or `let` for what depends on other nodes",
    explanation:
      "Noise is exogenous: it has no causes in the model. Its distribution may only use numbers and parameters.",
  }),
  C306: entry<{ node: string; parent: string }>({
    severity: "error",
    message: ({ node, parent }) => `the image \`${parent}\` cannot be a parent of \`${node}\``,
    label: () => "an image",
    help: () => "only another image can be computed from an image: `image Picture : ... := ...`",
    explanation:
      "Images are generated from labels, or computed from other images and labels. No label is computed from an image; let the node be a parent of the image instead.",
  }),
  C307: entry<{ node: string; parent: string; type: string; mechanism: string }>({
    severity: "error",
    message: ({ node, parent, type, mechanism }) =>
      `\`${parent}\` is \`${type}\`, but the parents of \`${node}\` must be discrete for \`${mechanism}\``,
    label: () => "not discrete",
    help: () => "use a distribution or a `let` for continuous parents",
    explanation: "A table has one row for each combination of its parents' states, so they must have finitely many.",
  }),
  C308: entry<{ node: string; parent: string; role: string }>({
    severity: "error",
    message: ({ node, parent, role }) =>
      `\`${node}\` is learned, but its parent \`${parent}\` is ${role} and in no data`,
    label: () => "never observed",
    help: () => "let learned mechanisms read observed nodes only",
    explanation: "A learned mechanism is fitted to rows of data in which the node and all its parents are known.",
  }),
  C309: entry<{ node: string }>({
    severity: "error",
    message: ({ node }) => `\`${node} <-> ${node}\` joins a node with itself`,
    label: () => "the same node",
    help: () => "name the two nodes that have an unobserved common cause",
    explanation: "`X <-> Y` says that something unobserved causes both X and Y.",
  }),
};
