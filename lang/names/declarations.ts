/** The names that a program declares for all its files: models, networks and data. Names inside models are elsewhere. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DataStatement, File, Identifier, ModelDecl, NetworkDecl } from "../syntax/ast.ts";

export interface Declarations {
  readonly models: ReadonlyMap<string, ModelDecl>;
  readonly networks: ReadonlyMap<string, NetworkDecl>;
  readonly data: ReadonlyMap<string, DataStatement>;
  /** true where an import was not found: whatever seems to be missing may be declared there */
  readonly incomplete?: boolean;
}

/** Collects the declarations of all files; of two with one name the first stands and the second is reported (C202). */
export function collectDeclarations(
  files: readonly File[],
  incomplete: boolean,
  report: (diagnostic: Diagnostic) => void,
): Declarations {
  const models = new Map<string, ModelDecl>();
  const networks = new Map<string, NetworkDecl>();
  const data = new Map<string, DataStatement>();
  for (const statement of files.flatMap((file) => file.statements)) {
    if (statement.kind === "model") declare("the model", statement, models, report);
    else if (statement.kind === "network") declare("the network", statement, networks, report);
    else if (statement.kind === "data") declare("the data", statement, data, report);
  }
  return { models, networks, data, incomplete };
}

/** Adds one declaration to its table, or reports that the name is taken. Names lost to a syntax error are skipped. */
export function declare<T extends { readonly name: Identifier }>(
  what: string,
  item: T,
  table: Map<string, T>,
  report: (diagnostic: Diagnostic) => void,
): boolean {
  const { text, span } = item.name;
  if (text === "") return false;
  const first = table.get(text);
  if (first === undefined) {
    table.set(text, item);
    return true;
  }
  const related = [{ span: first.name.span, label: "first declared here" }];
  report(diagnose("C202", span, { what, name: text }, { related }));
  return false;
}
