/** `causal doctor` on a machine with a GPU: it is found, named and timed, by both ways to WebGPU. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readMeasured } from "../../../apps/devices/measured.ts";
import type { EngineReport } from "../../../apps/devices/probe.ts";
import { causal, temporaryFolder } from "../cli/run-cli.ts";

const folder = temporaryFolder();
beforeAll(() => vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache")));
afterAll(() => vi.unstubAllEnvs());

test("names the GPU, and keeps what auto takes", async () => {
  const { code, out } = await causal(["doctor", "--json", "--seconds", "1"]);
  expect(code).toBe(0);
  const { devices } = JSON.parse(out) as { readonly devices: readonly EngineReport[] };
  const [webgpu, tfjs] = ["webgpu", "tfjs-webgpu"].map((name) => devices.find((device) => device.name === name)!);
  expect(tfjs).toMatchObject({ found: true, gflops: expect.any(Number), detail: expect.stringMatching(/\S+ \S+/) });
  expect(webgpu).toMatchObject({
    found: true,
    gflops: expect.any(Number),
    detail: `${tfjs!.detail} (as the package webgpu finds it; ONNX Runtime does not tell)`,
  });
  expect(devices.filter(({ chosen }) => chosen).map(({ name }) => name)).toEqual([readMeasured().auto]);
});
