/** The commands, in the order in which the help lists them. */
import type { Command } from "../command.ts";
import { check } from "./check.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { draw } from "./draw.ts";
import { evalCommand } from "./eval.ts";
import { explain } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { fmt } from "./fmt.ts";
import { identify } from "./identify.ts";
import { importCommand } from "./import.ts";
import { query } from "./query.ts";
import { repl } from "./repl.ts";
import { show } from "./show.ts";
import { test } from "./test.ts";
import { train } from "./train.ts";

export const commands: readonly Command[] = [
  check,
  fmt,
  show,
  train,
  query,
  identify,
  draw,
  evalCommand,
  test,
  repl,
  importCommand,
  exportCommand,
  explain,
  doctor,
  demo,
];
