/**
 * The commands by name, in the order in which the help lists them. Each is loaded when it is called, so that a query does
 * not wait for what a training needs.
 */
import type { Command } from "../command.ts";

const load: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import("./check.ts")).check,
  fmt: async () => (await import("./fmt.ts")).fmt,
  show: async () => (await import("./show.ts")).show,
  data: async () => (await import("./data.ts")).data,
  train: async () => (await import("./train.ts")).train,
  query: async () => (await import("./query.ts")).query,
  identify: async () => (await import("./identify.ts")).identify,
  draw: async () => (await import("./draw.ts")).draw,
  eval: async () => (await import("./eval.ts")).evalCommand,
  test: async () => (await import("./test.ts")).test,
  repl: async () => (await import("./repl.ts")).repl,
  import: async () => (await import("./import.ts")).importCommand,
  export: async () => (await import("./export.ts")).exportCommand,
  explain: async () => (await import("./explain.ts")).explain,
  doctor: async () => (await import("./doctor.ts")).doctor,
  demo: async () => (await import("./demo.ts")).demo,
};

export const commandNames: readonly string[] = Object.keys(load);

/** Null where there is no such command. */
export async function findCommand(name: string): Promise<Command | null> {
  return Object.hasOwn(load, name) ? await load[name]!() : null;
}

/** All of them, for the overview. */
export const allCommands = (): Promise<readonly Command[]> => Promise.all(Object.values(load).map((each) => each()));
