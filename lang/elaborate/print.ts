/** What `causal show elaborated` prints: the members of each model as they are checked, a line a node, as in `show ast`. */
import type { CheckedProgram } from "../checked.ts";
import { collectDeclarations } from "../names/declarations.ts";
import { printMembers } from "../syntax/print-ast.ts";
import { printName } from "../syntax/print-expression.ts";
import type { CheckContext } from "../types/check-context.ts";
import { elaborate } from "./model.ts";

/** A page of text; nothing is reported, for errors have been. */
export function printElaborated(program: CheckedProgram): string {
  const report = (): void => {};
  const declarations = collectDeclarations(program.files, false, report);
  const context: CheckContext = { signatures: program.signatures, declarations, report };
  const blocks = [...declarations.models.values()].map((decl) => {
    const { members } = elaborate(context, decl);
    return `model ${printName(decl.name)}\n${printMembers(members)}`;
  });
  return blocks.join("\n");
}
