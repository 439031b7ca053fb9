/** Opens a data set with its default arguments completed, as the front end would. */
import type { Constants } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import type { DataSource, Reader } from "#stdlib/datasets/dataset";
import { datasets } from "#stdlib/datasets/index";
import { memoryReader } from "./reader.ts";

export function openDataset(name: string, args: Constants, reader: Reader = memoryReader({})): Promise<DataSource> {
  const dataset = datasets.get(name)!;
  const defaults = dataset.parameters.filter((parameter) => parameter.default !== undefined);
  return dataset.open({ ...Object.fromEntries(defaults.map((p) => [p.name, p.default!])), ...args }, reader);
}

/** The fault that a promise rejects with. */
export async function faultOf(promise: Promise<unknown>): Promise<RuntimeFault> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RuntimeFault)) throw new Error(`a RuntimeFault was expected, not ${error}`);
  return error;
}
