/** The data sets that a `data` statement may name: one row a word. */
import { celeba } from "./celeba.ts";
import type { Dataset } from "./dataset.ts";
import { faces } from "./faces.ts";
import { folder } from "./folder.ts";
import { mnist } from "./mnist.ts";
import { table } from "./table.ts";

export const datasets: ReadonlyMap<string, Dataset> = new Map(
  [celeba, faces, folder, mnist, table].map((dataset) => [dataset.name, dataset]),
);
