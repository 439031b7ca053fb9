/** The parameters of a network that has been lowered into a program, as the optimizers want them. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { NetworkLowering } from "#compiler/vocabulary";

/** State name -> the program's input of that name, for what is trained; statistics are left out. */
export function parametersOf(b: Builder, network: NetworkLowering): ReadonlyMap<string, Value> {
  const names = new Set(network.state.filter(({ role }) => role === "parameter").map(({ name }) => name));
  const found = new Map<string, Value>();
  b.nodes.forEach((node, id) => {
    if (node.op === "input" && names.has(node.name)) found.set(node.name, { id, shape: node.shape });
  });
  return found;
}
