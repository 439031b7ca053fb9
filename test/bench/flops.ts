/** What the contractions of a step cost, counted: multiplications and additions, by what they belong to. */
import type { OpNode, Program } from "#runtime/program/program";
import { sizeOf } from "#runtime/tensor";

export interface Count {
  /** a network and what is computed of it, or gradients of weights */
  readonly what: string;
  readonly nodes: number;
  /** 1e9 floating point operations */
  readonly gflop: number;
}

type Contraction = Extract<OpNode, { op: "conv" | "convTranspose" | "convFilterGrad" | "matmul" }>;

const contractions: ReadonlySet<string> = new Set(["conv", "convTranspose", "convFilterGrad", "matmul"]);

/** Largest first. */
export function countContractions(programs: readonly Program[]): readonly Count[] {
  const counts = new Map<string, { nodes: number; gflop: number }>();
  for (const program of programs) {
    for (const node of program.nodes) {
      if (!contractions.has(node.op)) continue;
      const what = whatOf(program, node as Contraction);
      const known = counts.get(what) ?? { nodes: 0, gflop: 0 };
      counts.set(what, { nodes: known.nodes + 1, gflop: known.gflop + operations(program, node as Contraction) / 1e9 });
    }
  }
  return [...counts].map(([what, count]) => ({ what, ...count })).sort((a, b) => b.gflop - a.gflop);
}

/** Two for each product. */
function operations({ nodes }: Program, { op, inputs, shape }: Contraction): number {
  const [x, y] = inputs.map((input) => nodes[input]!.shape) as [readonly number[], readonly number[]];
  if (op === "matmul") return 2 * sizeOf(shape) * x.at(-1)!;
  // a filter meets each place of the small map
  if (op === "conv") return (2 * sizeOf(shape) * sizeOf(y)) / y[0]!;
  if (op === "convTranspose") return (2 * sizeOf(x) * sizeOf(y)) / y[0]!;
  return (2 * sizeOf(shape) * sizeOf(y)) / y[1]!;
}

/** A contraction with weights belongs to their network; one without them makes a gradient of weights. */
function whatOf({ nodes }: Program, { op, inputs }: Contraction): string {
  if (op === "convFilterGrad") return "weights, from maps";
  const weights = nodes[inputs[1]!]!;
  if (weights.op === "input" && weights.name.includes("/")) return `${weights.name.split("/")[0]}, ${op}`;
  return op === "matmul" ? "other products" : op;
}
