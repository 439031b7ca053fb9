/** Identification asked of a world: in words, and on the rows of a data set of its program. */
import { dirname } from "node:path";
import { jointOfRows } from "#compiler/identify/joint";
import {
  columnsOf,
  type EstimatedCell,
  estimateQuery,
  type Identified,
  identifyQuery,
} from "#compiler/identify/question";
import { analyzeIdentify } from "#lang/analyze";
import type { Source } from "#lang/source";
import type { ProbabilityExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { nodeColumn } from "#stdlib/datasets/columns";
import { createReader } from "../files/reader.ts";
import { openData } from "./data.ts";
import { hasErrors, ProgramError } from "./errors.ts";
import type { World } from "./world.ts";

/** An effect on data: the answer in words with its numbers. */
export type Estimated = Identified & {
  readonly data: string;
  readonly rows: number;
  readonly value: readonly EstimatedCell[];
};

/** Whether and how `P(Y | do(X))` follows from observed data, whatever the mechanisms. Throws a ProgramError. */
export function identifyText(world: World, text: string): Identified {
  const { query, diagnostics, source } = analyzeIdentify(text, world.project.program, world.model.name);
  if (hasErrors(diagnostics) || query === null) {
    throw new ProgramError(diagnostics, new Map([...world.project.program.sources, [source.name, source]]));
  }
  return identifyQuery(world.model, query);
}

/**
 * The estimand on all rows of a `data` statement that are not held out. Rejects with a ProgramError (not identifiable, not
 * discrete, undefined) or a RuntimeFault (missing-file, bad-data).
 */
export async function estimateFrom(
  world: World,
  query: ProbabilityExpr,
  data: string,
  sources: ReadonlyMap<string, Source>,
): Promise<Estimated> {
  const { model, project } = world;
  const words = identifyQuery(model, query);
  const needed = columnsOf(model, query);
  if ("diagnostics" in needed) throw new ProgramError(needed.diagnostics, sources);
  const reader = createReader(dirname(project.files[0]!.name), {}, { labelsOnly: true });
  const opened = await openData(project.program.data.get(data)!, reader);
  const columns: Record<string, ArrayLike<number>> = {};
  const sizes: Record<string, number> = {};
  for (const [name, type] of needed.columns) {
    columns[name] = nodeColumn(opened.source, name, type);
    sizes[name] = statesOf(type)!.length;
  }
  const joint = jointOfRows(columns, sizes, opened.training);
  const result = estimateQuery(model, query, joint, project.vocabulary);
  if ("diagnostics" in result) throw new ProgramError(result.diagnostics, sources);
  return { ...words, data, rows: opened.training.length, value: result.cells };
}
