/** `auto` takes the fastest engine that opens, keeps the choice, and makes it again where it does not hold any more. */
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { RuntimeFault } from "#runtime/fault";
import { openExecutor } from "../../../apps/devices.ts";
import type * as enginesModule from "../../../apps/devices/engines.ts";
import { measuredPath, readMeasured } from "../../../apps/devices/measured.ts";
import { engineNames } from "../../../apps/devices/engines.ts";
import { probeEngines } from "../../../apps/devices/probe.ts";
import type * as throughputModule from "../../../apps/devices/throughput.ts";
import { temporaryFolder } from "../cli/run-cli.ts";

/** Engines of a machine that is made up: those that open, and how fast they are; null fails when it computes. */
let speeds: Readonly<Record<string, number | null>> = {};
let opened: string[] = [];
let measured: string[] = [];
let closed: string[] = [];

vi.mock("../../../apps/devices/engines.ts", async (original) => {
  const actual = await original<typeof enginesModule>();
  const openEngine = async (device: string) => {
    opened.push(device);
    if (!(device in speeds)) throw new RuntimeFault("device", `${device} is not there`, "");
    return { device, close: async () => void closed.push(device) };
  };
  return { ...actual, openEngine, tryOpen: (device: string) => openEngine(device).catch((error: unknown) => error) };
});
vi.mock("../../../apps/devices/throughput.ts", async (original) => ({
  ...(await original<typeof throughputModule>()),
  throughput: async ({ device }: { device: string }) => {
    measured.push(device);
    const speed = speeds[device];
    if (speed == null) throw new RuntimeFault("device", "lost", "");
    return speed;
  },
}));

const folder = temporaryFolder();
let machines = 0;
beforeEach(() => {
  [opened, measured, closed] = [[], [], []];
  vi.stubEnv("XDG_CACHE_HOME", join(folder, String(machines++)));
  vi.stubEnv("VK_DRIVER_FILES", "/drivers/one.json");
});
afterAll(() => vi.unstubAllEnvs());

const choose = async () => {
  [opened, measured, closed] = [[], [], []];
  return (await openExecutor("auto")).device;
};

test("takes the faster GPU, closes the others, and does not measure again", async () => {
  speeds = { cpu: 100, cuda: 500, webgpu: 300 };
  expect(await choose()).toBe("cuda");
  expect(measured).toEqual(["cpu", "cuda", "webgpu"]);
  expect(closed.sort()).toEqual(["cpu", "webgpu"]);
  expect(readMeasured().auto).toBe("cuda");
  expect(await choose()).toBe("cuda");
  expect([opened, measured]).toEqual([["cuda"], []]);
});

test("stays with the processor where the GPU is slower, or fails when it computes", async () => {
  speeds = { cpu: 100, cuda: null, webgpu: 1 };
  expect(await choose()).toBe("cpu");
  expect(closed.sort()).toEqual(["cuda", "webgpu"]);
});

test("chooses again where the kept engine does not open any more", async () => {
  speeds = { cpu: 100, webgpu: 300 };
  expect(await choose()).toBe("webgpu");
  speeds = { cpu: 100 };
  expect(await choose()).toBe("cpu");
  expect(readMeasured().auto).toBe("cpu");
});

test("chooses again where versions or the processor change", async () => {
  speeds = { cpu: 100 };
  expect(await choose()).toBe("cpu");
  const known = JSON.parse(readFileSync(measuredPath(), "utf8"));
  writeFileSync(measuredPath(), JSON.stringify({ ...known, machine: "causal-lang 0.0.0" }));
  speeds = { cpu: 100, webgpu: 300 };
  expect(await choose()).toBe("webgpu");
});

test("chooses again where a driver has come, or when it is asked to", async () => {
  speeds = { cpu: 100 };
  expect(await choose()).toBe("cpu");
  speeds = { cpu: 100, webgpu: 300 };
  expect(await choose()).toBe("cpu");
  expect((await openExecutor("auto", { anew: true })).device).toBe("webgpu");
  speeds = { cpu: 100, webgpu: 300, cuda: 400 };
  vi.stubEnv("VK_DRIVER_FILES", "/drivers/two.json");
  expect(await choose()).toBe("cuda");
});

test("a choice that cannot be kept is made all the same", async () => {
  writeFileSync(join(folder, "file"), "");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
  speeds = { cpu: 100, webgpu: 300 };
  expect(await choose()).toBe("webgpu");
});

test("the doctor reports on a machine without any engine, and none is chosen", async () => {
  speeds = {};
  const { signal } = new AbortController();
  const reports = await probeEngines({ seconds: 0, signal });
  expect(reports.map(({ name }) => name)).toEqual(engineNames);
  expect(reports.filter(({ found, chosen }) => found || chosen)).toEqual([]);
  expect(reports[0]!.detail).toMatch("cpu is not there");
});

test("the doctor stops when it is told to", async () => {
  speeds = { cpu: 100, reference: 1 };
  const stop = new AbortController();
  const seen: string[] = [];
  const report = ({ name }: { readonly name: string }) => {
    seen.push(name);
    stop.abort();
  };
  await expect(probeEngines({ seconds: 0, signal: stop.signal, report })).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(seen).toEqual(["cpu"]);
});
