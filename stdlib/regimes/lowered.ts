/** A network that has been lowered into a program: its parameters as the optimizers want them, and whether its result fits. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { NetworkLowering } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { type Shape, sameShape } from "#runtime/tensor";

/** State name -> the program's input of that name, for what is trained; statistics are left out. */
export function parametersOf(b: Builder, network: NetworkLowering): ReadonlyMap<string, Value> {
  const names = new Set(network.state.filter(({ role }) => role === "parameter").map(({ name }) => name));
  const found = new Map<string, Value>();
  b.nodes.forEach((node, id) => {
    if (node.op === "input" && names.has(node.name)) found.set(node.name, { id, shape: node.shape });
  });
  return found;
}

/** The network that this setting of a regime names must give that shape, without the batch; `what` says why. */
export function requireShape(
  { output }: NetworkLowering,
  wanted: Shape,
  { name }: NetworkReference,
  setting: string,
  what: string,
): void {
  const found = output.shape.slice(1);
  if (sameShape(found, wanted)) return;
  throw new RuntimeFault(
    "bad-data",
    `\`${setting} = ${name}(...)\` gives [${found.join(", ")}] for each example, and [${wanted.join(", ")}] is needed: ${what}`,
    "change the constants of the network, or use another one",
  );
}
