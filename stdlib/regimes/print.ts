/** Prints a training plan for people: what is trained, in which order, on what. Programs have a printer of their own. */
import type { Feed, ForwardPlan, Initialiser, StateEntry, TrainingPlan } from "#runtime/program/plan";
import { inputsOf, type Program } from "#runtime/program/program";
import { sizeOf } from "#runtime/tensor";

/** The text of `causal show plan`, lines ended by line feeds. */
export function printPlan(plan: TrainingPlan): string {
  const forwards = (["tables", "draw", "predict"] as const).flatMap((use) => {
    const forward = plan[use];
    return forward === null ? [] : [[use, printForward(forward)] as const];
  });
  const sections: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ["schedule", schedule(plan)],
    ["state", groupsOf(plan.state)],
    ["programs", Object.entries(plan.programs).map(([key, program]) => [key, ...printProgram(program, plan)])],
    ["feeds", Object.entries(plan.feeds).map(([name, feed]) => [name, printFeed(feed)])],
    ["metrics", plan.metrics.map(({ program, output, label }) => [label, `${program}.${output}`])],
    ["afterwards", forwards],
  ];
  const text = sections.flatMap(([title, rows]) => (rows.length === 0 ? [] : [`${title}`, ...columns(rows), ""]));
  return [`plan ${plan.target} with ${plan.regime}`, "", ...text].join("\n");
}

function schedule(plan: TrainingPlan): readonly (readonly string[])[] {
  const cycle = plan.cycle.map(({ program, times }) => (times === 1 ? program : `${times} x ${program}`));
  return [
    ["steps", `${plan.steps}, each ${cycle.join(", ")}`],
    [
      "batch",
      `${plan.batch}, rows ${plan.order === "shuffled" ? "shuffled in each pass" : "in the order of the data"}`,
    ],
  ];
}

/** Entries by the first part of their name and their role, with how many numbers they hold. */
function groupsOf(state: readonly StateEntry[]): readonly (readonly string[])[] {
  const groups = new Map<string, { role: string; entries: number; numbers: number; inits: Set<string> }>();
  for (const { name, shape, role, init } of state) {
    const scope = name.split("/")[0]!;
    const group = groups.get(`${scope} ${role}`) ?? { role, entries: 0, numbers: 0, inits: new Set<string>() };
    group.entries++;
    group.numbers += sizeOf(shape);
    group.inits.add(printInitialiser(init));
    groups.set(`${scope} ${role}`, group);
  }
  return [...groups].map(([key, { role, entries, numbers, inits }]) => [
    key.split(" ")[0]!,
    role,
    `${numbers} in ${entries} ${entries === 1 ? "entry" : "entries"}`,
    [...inits].join(", "),
  ]);
}

function printInitialiser(init: Initialiser): string {
  switch (init.kind) {
    case "constant":
      return String(init.value);
    case "normal":
      return `normal(${init.mean}, ${init.std})`;
    case "truncatedNormal":
      return `normal(0, ${init.std}) within 2 deviations`;
    case "uniform":
      return `uniform(${init.low}, ${init.high})`;
    case "glorotUniform":
      return "glorot uniform";
    case "heNormal":
      return "he normal";
  }
}

function printProgram(program: Program, plan: TrainingPlan): readonly string[] {
  const state = new Set(plan.state.map(({ name }) => name));
  const inputs = inputsOf(program);
  const operations = program.nodes.filter(({ op }) => op !== "input" && op !== "constant").length;
  const fed = inputs.filter(({ name }) => !state.has(name)).map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
  const written = program.outputs.filter(({ name }) => state.has(name)).length;
  const results = program.outputs.filter(({ name }) => !state.has(name)).map(({ name }) => name);
  return [
    `${operations} operations`,
    `reads ${inputs.length - fed.length} and writes ${written} of the state`,
    [
      ...(fed.length === 0 ? [] : [`from ${fed.join(", ")}`]),
      ...(results.length === 0 ? [] : [`to ${results.join(", ")}`]),
    ].join(" "),
  ];
}

function printFeed(feed: Feed): string {
  switch (feed.kind) {
    case "uniform":
      return `uniform(${feed.low}, ${feed.high})`;
    case "normal":
      return `normal(${feed.mean}, ${feed.std})`;
    case "truncatedExponential":
      return `exponential(${feed.rate}) in [0, ${feed.max}]`;
    case "batch":
      return `${feed.column} of ${feed.source}`;
  }
}

function printForward({ program, repeat }: ForwardPlan): string {
  return repeat === 1 ? program : `${program}, averaged over ${repeat} runs`;
}

/** Rows of cells, indented and aligned. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columnCount }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
}
