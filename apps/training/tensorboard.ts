/** The event files of a stage, one for each time it is started, for TensorBoard to show. Their bytes are `files/events.ts`. */
import { existsSync } from "node:fs";
import { appendFile, readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { asFault, makeDirectory } from "../files/atomic.ts";
import {
  type EventImage,
  imageRecord,
  restartRecord,
  scalarsRecord,
  versionRecord,
  wholeRecords,
} from "../files/events.ts";

export interface EventWriter {
  scalars(step: number, prefix: string, values: Readonly<Record<string, number>>): Promise<void>;
  image(step: number, tag: string, image: EventImage): Promise<void>;
}

/** Begins a new file in `folder`, for a stage that goes on from `step`; `now` gives milliseconds since 1970. */
export async function openEvents(folder: string, step: number, now: () => number): Promise<EventWriter> {
  const earlier = existsSync(folder) ? (await readdir(folder)).filter((name) => name.includes("tfevents")) : [];
  for (const name of earlier) await cutTornRecord(join(folder, name));
  // TensorBoard reads the files of a folder in the order of their names
  const name = `events.out.tfevents.${Math.floor(now() / 1000)}.causal-lang.${String(earlier.length).padStart(4, "0")}`;
  const path = join(folder, name);
  const write = async (record: Uint8Array) => {
    try {
      await appendFile(path, record);
    } catch (error) {
      throw asFault(error, path);
    }
  };
  const time = (at: number) => ({ wallTime: now() / 1000, step: at });
  await makeDirectory(folder);
  await write(versionRecord(now() / 1000));
  // steps are counted from 1: the first that is new
  if (earlier.length > 0) await write(restartRecord(time(step + 1)));
  return {
    scalars(at, prefix, values) {
      const tagged = Object.entries(values).map(([tag, value]) => [`${prefix}/${tag}`, value] as const);
      return write(scalarsRecord(time(at), Object.fromEntries(tagged)));
    },
    image: (at, tag, image) => write(imageRecord(time(at), tag, image)),
  };
}

async function cutTornRecord(path: string): Promise<void> {
  const bytes = await readFile(path);
  const whole = wholeRecords(bytes);
  if (whole < bytes.length) await truncate(path, whole);
}
