/** Which of a program's train statements are run: all of them, or those of the parts that were named. */
import type { CheckedTrain } from "#lang/checked";

/** The names by which a train statement can be asked for: its part, with its model, its regime, or both. */
export function namesOf({ model, part, regime }: CheckedTrain): readonly string[] {
  return [part, `${model}.${part}`, `${part}.${regime}`, `${model}.${part}.${regime}`];
}

/** All statements where nothing is named. Throws a RangeError for a name that fits none. */
export function chooseTrains(
  trains: readonly CheckedTrain[],
  only: readonly string[] | undefined,
): readonly CheckedTrain[] {
  if (only === undefined || only.length === 0) return trains;
  const unknown = only.find((name) => !trains.some((train) => namesOf(train).includes(name)));
  if (unknown !== undefined) throw new RangeError(`no train statement is of ${unknown}; there are ${partsOf(trains)}`);
  return trains.filter((train) => namesOf(train).some((name) => only.includes(name)));
}

function partsOf(trains: readonly CheckedTrain[]): string {
  const models = new Set(trains.map(({ model }) => model));
  return [...new Set(trains.map(({ model, part }) => (models.size > 1 ? `${model}.${part}` : part)))].join(", ");
}
