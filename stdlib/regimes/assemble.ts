/** Makes a training plan of the builders of a regime: simplifies and verifies programs, and checks that they fit. */
import type { Builder } from "#compiler/tensor/build";
import { simplify } from "#compiler/tensor/simplify";
import { verify } from "#compiler/tensor/verify";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { Feed, Metric, StateEntry, TrainingPlan } from "#runtime/program/plan";
import { inputsOf, type Node, type Program } from "#runtime/program/program";
import { sameShape } from "#runtime/tensor";

type Parts = Omit<TrainingPlan, "format" | "target" | "programs"> & {
  readonly programs: Readonly<Record<string, Builder>>;
};

/**
 * The plan of these parts. State entries and feeds that no program needs are dropped, entries given twice are merged, and
 * an input that is neither state nor fed (the labels and the image of `draw` and `predict` are the caller's) is an
 * internal error.
 */
export function assemble(target: TrainingTarget, parts: Parts): TrainingPlan {
  const programs = Object.fromEntries(
    Object.entries(parts.programs).map(([key, builder]) => {
      const program = withoutUnusedInputs(simplify(builder.build()));
      verify(program);
      return [key, program] as const;
    }),
  );
  const state = merge(parts.state);
  const inputs = new Set(parts.cycle.flatMap(({ program }) => inputsOf(programs[program]!).map(({ name }) => name)));
  const used = new Set<string>();
  for (const [key, program] of Object.entries(programs)) {
    for (const name of checked(program, state, feedsOf(parts, key))) used.add(name);
  }
  return {
    ...parts,
    format: 1,
    target: `${target.model.name}.${target.node ?? "labels"}`,
    programs,
    feeds: Object.fromEntries(Object.entries(parts.feeds).filter(([name]) => inputs.has(name))),
    state: [...state.values()].filter((entry) => used.has(entry.name)),
  };
}

/** Running statistics of networks that are never used for drawing, and noise of parts that turned out to be dead. */
function withoutUnusedInputs(program: Program): Program {
  const used = new Set(program.outputs.map(({ node }) => node));
  for (const node of program.nodes) if ("inputs" in node) for (const input of node.inputs) used.add(input);
  const renamed: number[] = [];
  const nodes: Node[] = [];
  program.nodes.forEach((node, id) => {
    renamed.push(nodes.length);
    if (node.op === "input" && !used.has(id)) return;
    nodes.push("inputs" in node ? { ...node, inputs: node.inputs.map((input) => renamed[input]!) } : node);
  });
  return { ...program, nodes, outputs: program.outputs.map(({ name, node }) => ({ name, node: renamed[node]! })) };
}

function merge(entries: readonly StateEntry[]): ReadonlyMap<string, StateEntry> {
  const merged = new Map<string, StateEntry>();
  for (const entry of entries) {
    const known = merged.get(entry.name);
    if (known !== undefined && !sameShape(known.shape, entry.shape)) {
      throw new Error(`internal: the state entry ${entry.name} has two shapes`);
    }
    merged.set(entry.name, known ?? entry);
  }
  return merged;
}

/** The names that a program may read beside the state. */
function feedsOf(parts: Parts, program: string): Readonly<Record<string, Feed | null>> {
  if (parts.tables?.program === program) return parts.tables.feeds;
  if (parts.draw?.program === program) return { ...parts.draw.feeds, labels: null };
  if (parts.predict?.program === program) return { ...parts.predict.feeds, image: null };
  return parts.feeds;
}

/** The state entries that a program reads or writes. */
function checked(
  program: Program,
  state: ReadonlyMap<string, StateEntry>,
  feeds: Readonly<Record<string, Feed | null>>,
): readonly string[] {
  const used: string[] = [];
  const touch = (name: string, shape: readonly number[]): boolean => {
    const entry = state.get(name);
    if (entry === undefined) return false;
    if (!sameShape(entry.shape, shape))
      throw new Error(`internal: ${program.name}: the shape of ${name} is not that of the state`);
    used.push(name);
    return true;
  };
  for (const input of inputsOf(program)) {
    if (!touch(input.name, input.shape) && !(input.name in feeds)) {
      throw new Error(`internal: ${program.name}: nothing feeds the input ${input.name}`);
    }
  }
  for (const { name, node } of program.outputs) touch(name, program.nodes[node]!.shape);
  return used;
}

/** Outputs of a program as metrics of their names; the lowest of `selects` marks the best checkpoint. */
export function metricsOf(program: string, outputs: readonly string[], selects: string): readonly Metric[] {
  return outputs.map((output) => ({
    program,
    output,
    label: output,
    ...(output === selects ? { selects: "lowest" as const } : {}),
  }));
}
