/** The formats by name: what reads them, what writes them, how their files end. Files are opened by the apps. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import { toDot } from "../causal/print.ts";
import { readBif, writeBif } from "./bif.ts";
import { graphToCausal, modelToCausal } from "./causal-text.ts";
import { graphOf, type MixedGraph, readDagitty, writeDagitty } from "./dagitty.ts";
import { type DiscreteModel, discreteModel } from "./discrete.ts";
import { readHuginNet, writeHuginNet } from "./hugin-net.ts";
import { writeJson } from "./json.ts";
import { writeLatex } from "./latex.ts";
import { readUai, writeUai } from "./uai.ts";
import { readXmlBif, writeXmlBif } from "./xmlbif.ts";

/** What a file holds: a whole model, or only a graph. The name is empty where the file has none. */
export type Imported =
  | { readonly kind: "model"; readonly model: CausalModel }
  | { readonly kind: "graph"; readonly graph: MixedGraph };

export type Exported = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] };

export interface Format {
  /** in the help */
  readonly title: string;
  /** how names of files end, without the dot and in lower case; the first is the usual one */
  readonly endings: readonly string[];
  /** throws RuntimeFault("bad-file") with file, line and column */
  readonly read: ((source: Source) => Imported) | null;
  readonly write: ((model: CausalModel, words: Words) => Exported) | null;
}

const modelReader =
  (read: (source: Source) => CausalModel) =>
  (source: Source): Imported => ({ kind: "model", model: read(source) });

const tableWriter =
  (title: string, write: (model: DiscreteModel) => string) =>
  (model: CausalModel, words: Words): Exported => {
    const discrete = discreteModel(model, words, title);
    return "diagnostics" in discrete ? discrete : { text: write(discrete) };
  };

const network = (
  title: string,
  endings: readonly string[],
  read: (source: Source) => CausalModel,
  write: (model: DiscreteModel) => string,
): Format => ({ title, endings, read: modelReader(read), write: tableWriter(title, write) });

export const formats = {
  bif: network("BIF", ["bif"], readBif, writeBif),
  xmlbif: network("XMLBIF", ["xmlbif", "bifxml", "xml", "xbif"], readXmlBif, writeXmlBif),
  net: network("HUGIN NET", ["net"], readHuginNet, writeHuginNet),
  uai: network("UAI", ["uai"], readUai, writeUai),
  dagitty: {
    title: "dagitty",
    endings: ["dagitty", "dag", "txt"],
    read: (source) => ({ kind: "graph", graph: readDagitty(source) }),
    write: (model) => ({ text: writeDagitty(graphOf(model)) }),
  },
  dot: { title: "Graphviz", endings: ["dot", "gv"], read: null, write: (model) => ({ text: toDot(model) }) },
  latex: { title: "LaTeX", endings: ["tex"], read: null, write: (model) => ({ text: writeLatex(model) }) },
  json: { title: "JSON", endings: ["json"], read: null, write: (model) => ({ text: writeJson(model) }) },
  causal: { title: "the language", endings: ["causal"], read: null, write: modelToCausal },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];
/** Those that can be read; those that can be written are all. */
export const readableFormats = formatNames.filter((name) => formats[name].read !== null);

export const isFormatName = (name: string): name is FormatName => Object.hasOwn(formats, name);

/** The format that the name of a file stands for, `.gz` aside; null where it stands for none. */
export function formatOfFile(path: string): FormatName | null {
  const ending = /\.([^./\\]+)$/.exec(path.toLowerCase().replace(/\.gz$/, ""))?.[1] ?? "";
  return formatNames.find((name) => (formats[name].endings as readonly string[]).includes(ending)) ?? null;
}

/** Files without a name of their own say so, or call themselves unknown. */
const nameless = new Set(["", "unknown", "unnamed"]);

/**
 * What a foreign file holds. `fallback` names the model where the file does not. Throws RuntimeFault("bad-file") with the
 * place and what was expected there.
 */
export function readForeign(source: Source, format: FormatName, fallback: string): Imported {
  const { read } = formats[format] as Format;
  if (read === null) throw new Error(`internal: ${format} cannot be read`);
  const imported = read(source);
  const named = (name: string) => (nameless.has(name) ? fallback : name);
  return imported.kind === "graph"
    ? { kind: "graph", graph: { ...imported.graph, name: named(imported.graph.name) } }
    : { kind: "model", model: { ...imported.model, name: named(imported.model.name) } };
}

/** A foreign file as `.causal` text. Throws as `readForeign`. */
export function importText(source: Source, format: FormatName, fallback: string): string {
  const imported = readForeign(source, format, fallback);
  if (imported.kind === "graph") return graphToCausal(imported.graph);
  const written = modelToCausal(imported.model);
  if ("diagnostics" in written) throw new Error("internal: a discrete network is always text");
  return written.text;
}

/** A model as text of the format, or the reasons why the format cannot hold it. */
export function exportText(model: CausalModel, format: FormatName, words: Words): Exported {
  const { drawn } = model;
  if (drawn !== undefined) {
    if (format === "causal") return { text: graphToCausal(graphOf(model)) };
    if (format !== "dagitty" && format !== "dot") {
      const { title } = formats[format];
      const reasons = { model: model.name, format: title, lacks: drawn.lacks };
      return { diagnostics: [diagnose("C802", drawn.nodes[0]!.nameSpan, reasons)] };
    }
  }
  return (formats[format] as Format).write!(model, words);
}
