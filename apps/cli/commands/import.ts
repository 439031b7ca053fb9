/** `causal import`: a network or a graph of another program as a `.causal` program on standard output. */
import { basename, dirname } from "node:path";
import { formatOfFile, formats, importText, isFormatName, readableFormats } from "#compiler/interchange/formats";
import { createReader } from "../../files/reader.ts";
import { type Command, exitCodes, onePositional, stringFlag, UsageError } from "../command.ts";

const known = readableFormats.join(", ");

export const importCommand: Command = {
  name: "import",
  usage: "FILE",
  summary: "turn a network of another program into a .causal program",
  details: `Reads ${readableFormats.map((name) => formats[name].title).join(", ")}, also gzipped, and prints the program on standard output. Rows of tables are normalised.`,
  options: {
    from: { type: "string", value: "FORMAT", help: `one of ${known} (default: by the file's ending)` },
    name: { type: "string", value: "NAME", help: "of the model, where the file has none (default: the file's name)" },
  },
  examples: ["causal import asia.bif.gz > asia.causal", "causal import graph.txt --from dagitty > graph.causal"],
  async run(invocation, io) {
    const path = onePositional(invocation, "FILE");
    const format = stringFlag(invocation, "from") ?? formatOfFile(path);
    if (format === null) throw new UsageError(`cannot tell the format of ${path} by its name; say --from ${known}`);
    if (!isFormatName(format) || formats[format].read === null) {
      throw new UsageError(`cannot import ${format}; --from takes one of ${known}`);
    }
    const text = await createReader(dirname(path)).text(basename(path));
    const fallback = stringFlag(invocation, "name") ?? (basename(path).replace(/\..*$/, "") || "Imported");
    io.out(importText({ name: path, text }, format, fallback));
    return exitCodes.well;
  },
};
