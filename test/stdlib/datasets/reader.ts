/** A reader over files in memory, for tests of data sets. */
import { RuntimeFault } from "#runtime/fault";
import type { Reader } from "#stdlib/datasets/dataset";

export function memoryReader(files: Readonly<Record<string, string | Uint8Array>>): Reader {
  const bytes = async (path: string) => {
    const content = files[path];
    if (content === undefined) throw new RuntimeFault("missing-file", `there is no file ${path}`, "");
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  return {
    bytes,
    text: async (path) => new TextDecoder().decode(await bytes(path)),
    async exists(path) {
      if (path in files) return "file";
      return Object.keys(files).some((name) => name.startsWith(`${path}/`)) ? "directory" : false;
    },
    async stamp(path) {
      return path in files ? { size: (await bytes(path)).length, modified: 0 } : null;
    },
    async list(directory) {
      const inside = Object.keys(files).filter((name) => name.startsWith(`${directory}/`));
      return [...new Set(inside.map((name) => name.slice(directory.length + 1).split("/")[0]!))].sort();
    },
    /** "pictures" here are one byte, which fills the square; a byte of 0 is not a picture */
    async decodeImage(encoded, { size }) {
      if (encoded[0] === 0) return { flaw: "not a picture", detail: "" };
      return { rgb: new Uint8Array(3 * size * size).fill(encoded[0]!) };
    },
  };
}
