/** The `.causal` networks of the standard library, read from disk for the tests. */
import { readdirSync, readFileSync } from "node:fs";
import type { NetworkDecl } from "#lang/syntax/ast";
import { networksOf } from "../layers/lowering.ts";

const folder = new URL("../../../stdlib/networks/", import.meta.url);

export const libraryFiles: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".causal"))
    .map((name) => [`stdlib/networks/${name}`, readFileSync(new URL(name, folder), "utf8")]),
);

export const libraryNetworks: ReadonlyMap<string, NetworkDecl> = new Map(
  [...libraryFiles.values()].flatMap((text) => [...networksOf(text)]),
);
