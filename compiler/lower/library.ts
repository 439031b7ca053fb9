/** The networks that a program can use: its own, and those of the standard library that regimes call by name. */
import type { NetworkDecl } from "#lang/syntax/ast";
import { parseFile } from "#lang/syntax/parse";

/**
 * All networks by name. A network of the program takes the place of one of the library. A library file that does not
 * parse is an internal error.
 */
export function networksInReach(
  declared: ReadonlyMap<string, NetworkDecl>,
  library: ReadonlyMap<string, string>,
): ReadonlyMap<string, NetworkDecl> {
  const networks = new Map<string, NetworkDecl>();
  for (const [name, text] of library) {
    const { file, diagnostics } = parseFile({ name, text });
    if (diagnostics.length > 0) throw new Error(`internal: ${name} does not parse: ${diagnostics[0]!.message}`);
    for (const statement of file.statements) {
      if (statement.kind === "network") networks.set(statement.name.text, statement);
    }
  }
  for (const [name, decl] of declared) networks.set(name, decl);
  return networks;
}
