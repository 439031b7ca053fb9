/** A causal model as a LaTeX document: the graph drawn by TikZ, and its probability tables. */
import { printType, statesOf } from "#lang/types/type";
import { printExpression } from "../causal/print-expression.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { rowLabels } from "./discrete.ts";

/** Longer tables are named with their size; nobody reads them on paper. */
const mostRows = 64;

const specials: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "^": "\\textasciicircum{}",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "%": "\\%",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "-": "{-}",
};

export const escapeLatex = (text: string): string => text.replace(/[\\{}$&#^_~%<>|"-]/g, (sign) => specials[sign]!);

/** Where each node stands: below all its parents, the nodes of a layer side by side around the middle. */
export function layout(model: CausalModel): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const depth = new Map<string, number>();
  const layers: string[][] = [];
  for (const { name, parents } of model.nodes) {
    const layer = Math.max(-1, ...parents.map((parent) => depth.get(parent)!)) + 1;
    depth.set(name, layer);
    layers[layer] ??= [];
    layers[layer].push(name);
  }
  const place = (names: readonly string[], y: number) =>
    names.map((name, i) => [name, { x: 3 * (i - (names.length - 1) / 2), y: y === 0 ? 0 : -2 * y }] as const);
  return new Map(layers.flatMap(place));
}

function picture(model: CausalModel): readonly string[] {
  const places = layout(model);
  const ids = new Map(model.nodes.map((node, i) => [node.name, `n${i}`]));
  const nodes = model.nodes.map(({ name, role }) => {
    const { x, y } = places.get(name)!;
    const style = role === "latent" || role === "noise" ? "hidden" : role === "image" ? "picture" : "seen";
    return `  \\node[${style}] (${ids.get(name)!}) at (${x}, ${y}) {${escapeLatex(name)}};`;
  });
  const edges = model.nodes.flatMap(({ name, parents }) =>
    parents.map((parent) => `  \\draw[cause] (${ids.get(parent)!}) -- (${ids.get(name)!});`),
  );
  return [
    "\\begin{tikzpicture}[",
    "  seen/.style={draw, ellipse}, hidden/.style={draw, ellipse, dashed}, picture/.style={draw, rectangle},",
    "  cause/.style={-{Latex}}]",
    ...nodes,
    ...edges,
    "\\end{tikzpicture}",
  ];
}

/** To six decimals; tables that must be exact are written in other formats. */
const printProbability = (p: number) => String(Number(p.toFixed(6)));

function table(node: CausalNode, probabilities: Float64Array, byName: ReadonlyMap<string, CausalNode>): string[] {
  const states = statesOf(node.type) ?? [];
  const rows = probabilities.length / states.length;
  const given = node.parents.map(escapeLatex).join(", ");
  const title = `P(${escapeLatex(node.name)}${given === "" ? "" : ` $\\mid$ ${given}`})`;
  if (rows > mostRows) return [`\\paragraph{${title}} ${rows} rows of ${states.length} numbers.`, ""];
  const labels = node.parents.map((parent) => (statesOf(byName.get(parent)!.type) ?? []).map(escapeLatex));
  const head = [...node.parents, ...states].map(escapeLatex).join(" & ");
  const body = Array.from({ length: rows }, (_, row) => {
    const numbers = [...probabilities.subarray(row * states.length, (row + 1) * states.length)].map(printProbability);
    return `${[...rowLabels(labels, row), ...numbers].join(" & ")} \\\\`;
  });
  const bar = node.parents.length === 0 ? "" : "|";
  return [
    `\\paragraph{${title}}`,
    `\\begin{tabular}{${"l".repeat(node.parents.length)}${bar}${"r".repeat(states.length)}}`,
    `${head} \\\\ \\hline`,
    ...body,
    "\\end{tabular}",
    "",
  ];
}

function mechanism(node: CausalNode, byName: ReadonlyMap<string, CausalNode>): readonly string[] {
  const { mechanism: given } = node;
  const say = (sign: string, text: string) => [
    `\\paragraph{${escapeLatex(node.name)}} $${sign}$ \\texttt{${escapeLatex(text)}}`,
    "",
  ];
  switch (given.kind) {
    case "table":
      return table(node, given.probabilities, byName);
    case "distribution":
      return say("\\sim", `${given.name}(${given.args.map((arg) => printExpression(arg)).join(", ")})`);
    case "equation":
      return say(":=", printExpression(given.value));
    case "fixed":
      return say(":=", statesOf(node.type)?.[given.value] ?? String(given.value));
    case "learned":
      return say("\\sim", `${given.name}(${node.parents.join(", ")}) : ${printType(node.type)}`);
  }
}

/** A whole document, for pdflatex with the usual packages. */
export function writeLatex(model: CausalModel): string {
  const byName = new Map(model.nodes.map((node) => [node.name, node]));
  const lines = [
    "\\documentclass{article}",
    "\\usepackage[T1]{fontenc}",
    "\\usepackage[utf8]{inputenc}",
    "\\usepackage{tikz}",
    "\\usetikzlibrary{arrows.meta, shapes.geometric}",
    "\\setlength{\\parindent}{0pt}",
    "\\begin{document}",
    `\\section*{${escapeLatex(model.name)}}`,
    ...picture(model),
    "",
    ...model.nodes.flatMap((node) => mechanism(node, byName)),
    "\\end{document}",
  ];
  return `${lines.join("\n")}\n`;
}
