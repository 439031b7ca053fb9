/**
 * How long `causal check` thinks: a program of 1,000 lines as people write them (tables, equations, networks, queries,
 * tests), and a table of a megabyte. Run as `npm run bench:check`, which builds first: what is measured is what is shipped.
 */
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

/** Models of 20 lines with a query each, up to the given number of lines. Most lines declare something. */
export function program(lines: number): string {
  const out = ["// generated: a chain of small models, one network, and questions about them"];
  out.push("network paint(z, labels; width : int = 24) -> rgb(16, 16) {");
  out.push("  let start := concat(z, labels) |> dense(4 * 4 * 2 * width) |> reshape(4, 4, 2 * width) |> relu");
  out.push("  start |> deconv(width, kernel = 4) |> relu |> deconv(3, kernel = 4) |> tanh", "}");
  for (let i = 0; out.length < lines; i++) {
    out.push(
      `model Clinic${i} {`,
      "  param beta : real = 0.5",
      "  noise Ux, Uy ~ Normal(0, 1)",
      "  sample Size      : {small, large} ~ cpt { small: 0.51, large: 0.49 }",
      "  sample Treatment : {A, B} ~ cpt(Size) {",
      "    small: {A: 0.24, B: 0.76}   // easy cases",
      "    large: {A: 0.77, B: 0.23}",
      "  }",
      "  sample Recovered : bool ~ cpt(Size, Treatment) {",
      "    (small, A): 0.93",
      "    (small, B): 0.87",
      "    (large, A): 0.73",
      "    else:       0.69",
      "  }",
      "  sample Count : int[0..3] ~ Categorical({0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4})",
      "  let Effect := beta * Count + Uy * (1 + abs(Ux))",
      "  let Grade : {low, high} := if Effect > 2 and not (Count == 0) then high else low",
      "}",
      `query seen${i} = P(Recovered | Treatment = A, Size = small) in Clinic${i}`,
      `query done${i} = P(Recovered | do(Treatment = B), Grade = high) in Clinic${i}`,
      `test "A is better ${i}" in Clinic${i} {`,
      "  assert P(Recovered | do(Treatment = A)) > P(Recovered | do(Treatment = B))",
      "  assert ATE(Recovered; Treatment: A -> B) < 0 +- 0.01",
      "}",
    );
  }
  return `${out.slice(0, Math.max(0, out.lastIndexOf("}", lines) + 1)).join("\n")}\n`;
}

/** One model of one table with about this many characters. */
export function table(characters: number): string {
  const states = Array.from({ length: 16 }, (_, i) => `s${i}`);
  const names = ["A", "B", "C", "D"];
  const roots = names.map((name) => `  sample ${name} : {${states}} ~ cpt { ${states.map((s) => `${s}: 0.0625`)} }`);
  const rows: string[] = [];
  for (let i = 0, size = 0; size < characters && i < 16 ** 4; i++) {
    const row = `    (${names.map((_, k) => states[(i >> (4 * k)) & 15]).join(", ")}): 0.${String(i % 997).padStart(3, "0")}1`;
    rows.push(row);
    size += row.length + 1;
  }
  return [
    "model M {",
    ...roots,
    "  sample Y : bool ~ cpt(A, B, C, D) {",
    ...rows,
    "    else: 0.5",
    "  }",
    "}",
    "",
  ].join("\n");
}

const time = (body: () => unknown): number => {
  const start = performance.now();
  body();
  return performance.now() - start;
};
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

export async function main(): Promise<void> {
  const row = (name: string, ms: number | readonly number[]) => {
    const [best, middle] = typeof ms === "number" ? [ms, ms] : [Math.min(...ms), median(ms)];
    console.log(`${name.padEnd(40)} ${best.toFixed(1).padStart(8)} ms ${middle.toFixed(1).padStart(10)} ms`);
  };
  console.log(`${"".padEnd(40)} ${"best".padStart(11)} ${"median".padStart(13)}`);
  const started = performance.now();
  const { analyze } = await import("#lang/analyze");
  const { parseFile } = await import("#lang/syntax/parse");
  const { vocabulary } = await import("#stdlib/vocabulary");
  const { compile } = await import("#compiler/compile");
  const { lint } = await import("#compiler/lint/lint");
  row("loading the front end", performance.now() - started);
  const check = (text: string) => {
    const { diagnostics } = analyze({ name: "bench.causal", text }, { signatures: vocabulary, resolve: () => null });
    if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  };
  const text = program(1000);
  const runs = (count: number, body: () => unknown) => Array.from({ length: count }, () => time(body));
  row(
    `check ${text.split("\n").length - 1} lines, first`,
    time(() => check(text)),
  );
  for (let i = 0; i < 20; i++) check(text);
  row(
    "check the same, warm, 21 times",
    runs(21, () => check(text)),
  );
  row(
    "  of which parsing",
    runs(21, () => parseFile({ name: "bench.causal", text })),
  );
  const source = { name: "bench.causal", text };
  const compiled = compile(source, { vocabulary: { ...vocabulary, library: new Map() }, resolve: () => null });
  row(
    "lints of its questions, 21 times",
    runs(21, () => lint({ ...compiled, words: vocabulary, limit: 2 ** 26 })),
  );
  const large = table(1e6);
  row(
    `parse a table of ${(large.length / 1e6).toFixed(2)} MB, 3 times`,
    runs(3, () => parseFile({ name: "t", text: large })),
  );
  row(
    "check it, 3 times",
    runs(3, () => check(large)),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
