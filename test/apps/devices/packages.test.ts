/** Packages that are absent or broken: `causal doctor` in a process whose modules do not resolve, or do not load. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { EngineReport } from "../../../apps/devices/probe.ts";
import { temporaryFolder } from "../cli/run-cli.ts";

const root = resolve(import.meta.dirname, "../../..");
const cache = temporaryFolder();

/** As a preloaded module: `absent` packages are not found, and `broken` ones throw as they are loaded. */
function sabotage(absent: readonly string[], broken: readonly string[]): string {
  const hooks = `
    const [absent, broken] = ${JSON.stringify([absent, broken])};
    export async function resolve(specifier, context, next) {
      if (absent.includes(specifier))
        throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: "ERR_MODULE_NOT_FOUND" });
      if (broken.includes(specifier))
        return { url: "data:text/javascript,throw new Error('the binary is damaged')", shortCircuit: true };
      return next(specifier, context);
    }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(asUrl(hooks))});`;
  return asUrl(register);
}

const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

function doctor(absent: readonly string[], broken: readonly string[]): Readonly<Record<string, EngineReport>> {
  const flags = ["-C", "source", "--import", "tsx", "--import", sabotage(absent, broken), "apps/cli/bin.ts"];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "doctor", "--json", "--seconds", "0"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  expect({ status, internal: stderr.includes("internal") }, stderr).toEqual({ status: 0, internal: false });
  const { devices } = JSON.parse(stdout) as { readonly devices: readonly EngineReport[] };
  return Object.fromEntries(devices.map((device) => [device.name, device]));
}

test("absent ones are named, with the command that installs them", () => {
  const found = doctor(["@tensorflow/tfjs-core", "@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu", "webgpu"], []);
  const core = "@tensorflow/tfjs-core is not installed: npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend";
  expect(found["tfjs-cpu"]).toMatchObject({ found: false, gflops: null, detail: `${core}-cpu` });
  expect(found["tfjs-wasm"]).toMatchObject({ found: false, detail: `${core}-wasm` });
  expect(found["tfjs-webgpu"]!.detail).toMatch(/^webgpu is not installed: npm install .*tfjs-backend-webgpu webgpu$/);
  for (const name of ["tfjs-node", "tfjs-node-gpu"]) {
    expect(found[name]!.detail).toMatch(`@tensorflow/${name} is not installed: npm install @tensorflow/${name} (`);
    expect(found[name]!.detail).toMatch("docs/how-to/native-tensorflow.md");
  }
  expect(found.cpu).toMatchObject({ found: true, chosen: true });
  expect(found.reference).toMatchObject({ found: true, chosen: false });
});

test("broken ones are named, with what they say, and the others are reported all the same", () => {
  const found = doctor([], ["@tensorflow/tfjs-backend-wasm", "webgpu"]);
  expect(found["tfjs-wasm"]!.detail).toMatch(
    /^@tensorflow\/tfjs-backend-wasm does not load: the binary is damaged: choose another device/,
  );
  expect(found["tfjs-webgpu"]!.detail).toMatch(/^webgpu does not load: the binary is damaged/);
  expect([found.cpu!.found, found["tfjs-cpu"]!.found]).toEqual([true, true]);
});
