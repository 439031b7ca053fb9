/** What was measured is kept in one file: read where it holds, forgotten where it does not, never half written. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { measuredPath, readMeasured, saveMeasured } from "../../../apps/devices/measured.ts";
import { temporaryFolder } from "../cli/run-cli.ts";

const folder = temporaryFolder();
const nothing = { auto: null, choices: {} };
afterEach(() => vi.unstubAllEnvs());

const stored = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const rewrite = (path: string, change: object) => writeFileSync(path, JSON.stringify({ ...stored(path), ...change }));

test("lies in the cache folder", () => {
  expect(measuredPath({ XDG_CACHE_HOME: "/cache" })).toBe("/cache/causal-lang/measured.json");
  expect(measuredPath({})).toMatch(/causal-lang.measured\.json$/);
});

test("keeps what is new beside what is known", async () => {
  const path = join(folder, "beside", "measured.json");
  await saveMeasured({ choices: { one: "product" } }, path);
  await saveMeasured({ auto: "cpu" }, path);
  await saveMeasured({ choices: { two: "columns" } }, path);
  expect(readMeasured(path)).toEqual({ auto: "cpu", choices: { one: "product", two: "columns" } });
});

describe("is not read", () => {
  const path = join(folder, "broken", "measured.json");
  mkdirSync(dirname(path));

  test.each([
    ["is not there", null],
    ["is cut off", '{"machine": "a'],
    ["is of another shape", "[1, 2]"],
    ["has nothing in it", "null"],
  ])("where it %s", (_, text) => {
    if (text !== null) writeFileSync(path, text);
    expect(readMeasured(path)).toEqual(nothing);
  });

  test("where it is of another processor or version", async () => {
    await saveMeasured({ auto: "cpu", choices: { one: "product" } }, path);
    rewrite(path, { machine: `${stored(path).machine} and more` });
    expect(readMeasured(path)).toEqual(nothing);
    await saveMeasured({ auto: "cpu" }, path);
    expect(readMeasured(path)).toEqual({ auto: "cpu", choices: {} });
  });

  test("as to the engine, where the GPUs are others, or there is no such engine", async () => {
    await saveMeasured({ auto: "cpu", choices: { one: "product" } }, path);
    vi.stubEnv("VK_DRIVER_FILES", "/drivers/another.json");
    expect(readMeasured(path)).toEqual({ auto: null, choices: { one: "product" } });
    vi.unstubAllEnvs();
    rewrite(path, { auto: "abacus" });
    expect(readMeasured(path)).toEqual({ auto: null, choices: { one: "product" } });
  });

  test("as to choices that are no texts", async () => {
    await saveMeasured({ choices: { one: "product" } }, path);
    rewrite(path, { choices: { one: 1, two: "columns" } });
    expect(readMeasured(path).choices).toEqual({ two: "columns" });
  });
});

test("where it cannot be written, it is said where else it may go", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(saveMeasured({ auto: "cpu" }, join(file, "measured.json"))).rejects.toMatchObject({
    code: "bad-file",
    advice: expect.stringContaining("XDG_CACHE_HOME"),
  });
});

test("written by several at once, it is whole and one of theirs", async () => {
  const path = join(folder, "together", "measured.json");
  const writers = Array.from({ length: 8 }, (_, i) => saveMeasured({ choices: { [`by ${i}`]: "product" } }, path));
  await Promise.all(writers);
  expect(Object.keys(readMeasured(path).choices).length).toBeGreaterThan(0);
  expect(readdirSync(dirname(path))).toEqual(["measured.json"]);
});
