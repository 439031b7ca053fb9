/** Prints a program, one node a line. The text is stable: tests compare it and users read it; nothing parses it. */
import type { Node, Origin, Program } from "#runtime/program/program";

/**
 * For example `%12 f32[16, 64, 32, 32] = conv %3 %7 {strides=[2, 2], ...}  // faces.causal:12`. The line of an origin is
 * known where `lineOf` knows its source; else its offset is shown as `faces.causal@120`.
 */
export function print(program: Program, lineOf: (origin: Origin) => number | null = () => null): string {
  const nodes = program.nodes.map((node, id) => {
    const text = `%${id} f32[${node.shape.join(", ")}] = ${definition(node)}`;
    return node.origin === null ? text : `${text}  // ${place(node.origin, lineOf)}`;
  });
  const outputs = program.outputs.map(({ name, node }) => `output ${JSON.stringify(name)} = %${node}`);
  return `${[`program ${program.name}`, ...nodes, ...outputs].map((line, i) => (i === 0 ? line : `  ${line}`)).join("\n")}\n`;
}

function place(origin: Origin, lineOf: (origin: Origin) => number | null): string {
  const line = lineOf(origin);
  return line === null ? `${origin.source}@${origin.start}` : `${origin.source}:${line}`;
}

function definition(node: Node): string {
  if (node.op === "input") return `input ${JSON.stringify(node.name)}`;
  if (node.op === "constant") return `constant ${values(node.data)}`;
  const attrs = Object.entries(node.attrs).map(([key, value]) => `${key}=${attribute(value)}`);
  const operands = node.inputs.map((input) => `%${input}`).join(" ");
  return attrs.length === 0 ? `${node.op} ${operands}` : `${node.op} ${operands} {${attrs.join(", ")}}`;
}

function attribute(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** Up to eight values; of longer constants the first four and how many there are. */
function values(data: Float32Array): string {
  if (data.length === 1) return shortest(data[0]!);
  const shown = [...data.subarray(0, data.length > 8 ? 4 : 8)].map(shortest).join(", ");
  return data.length > 8 ? `[${shown}, ... ${data.length} values]` : `[${shown}]`;
}

/** The shortest decimal that is this float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}
