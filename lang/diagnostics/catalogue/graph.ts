/** C3xx: the causal graph. */
import { entry } from "../entry.ts";

export const graph = {
  C301: entry<{ cycle: readonly string[] }>({
    severity: "error",
    message: ({ cycle }) => `the model has a cycle: ${cycle.map((name) => `\`${name}\``).join(" -> ")}`,
    label: () => "this node depends on itself",
    help: () => "remove one of the arrows: a causal model is acyclic",
    explanation: "Every node must be computable from its parents, so no node may be among its own ancestors.",
  }),
};
