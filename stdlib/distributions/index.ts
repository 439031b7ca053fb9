/** All distributions by name: one row a family. */
import type { Distribution } from "#compiler/vocabulary";
import { bernoulli } from "./bernoulli.ts";
import { beta } from "./beta.ts";
import { categorical } from "./categorical.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { laplace } from "./laplace.ts";
import { logNormal } from "./log-normal.ts";
import { normal } from "./normal.ts";
import { studentT } from "./student-t.ts";
import { uniform } from "./uniform.ts";

const rows: readonly Distribution[] = [
  bernoulli,
  categorical,
  normal,
  uniform,
  exponential,
  laplace,
  logNormal,
  beta,
  gamma,
  studentT,
];

export const distributions: ReadonlyMap<string, Distribution> = new Map(rows.map((row) => [row.name, row]));
