/** `--device` and `causal doctor --tune` as someone meets them first: wrong names, absent devices, too little memory. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { openProject } from "../../../apps/api/project.ts";
import { trainProject } from "../../../apps/api/training.ts";
import type { Io } from "../../../apps/cli/command.ts";
import { report } from "../../../apps/cli/report.ts";
import { measuredPath, readMeasured } from "../../../apps/devices/measured.ts";
import { causal, stones, temporaryFolder, tiny, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
beforeAll(() => vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache")));
afterAll(() => vi.unstubAllEnvs());

describe("--device", () => {
  it.each([
    ["cpuu", "did you mean cpu?"],
    ["gpu", "did you mean webgpu or cuda or tfjs-node-gpu or tfjs-webgpu?"],
    ["wasm", "did you mean tfjs-wasm?"],
    ["WebGPU", "did you mean webgpu or tfjs-webgpu?"],
  ])("%s is none, and it says which ones there are", async (name, meant) => {
    const { code, err } = await causal(["query", stones, "P(Size)", "--device", name]);
    expect(code).toBe(2);
    expect(err).toMatch(`--device takes one of auto, cpu, webgpu, cuda, tfjs-node-gpu, `);
    expect(err).toMatch(`, not "${name}"; ${meant}\n`);
  });

  it("a name that is like no other has no suggestion", async () => {
    expect((await causal(["query", stones, "P(Size)", "--device", "abacus"])).err).toMatch(/not "abacus"\n/);
  });

  it("a device that is not here is a fault before anything is written", async () => {
    for (const device of ["webgpu", "cuda", "tfjs-node-gpu"]) {
      const out = join(folder, device);
      const { code, err } = await causal(["train", tiny, "--device", device, "--out", out]);
      if (code === 0) continue; // this machine has it
      expect({ device, code, err }).toEqual({
        device,
        code: 3,
        err: expect.stringMatching(/^fault\[device\]: .*\n {2}\S/),
      });
      expect(existsSync(out)).toBe(false);
    }
  });
});

it("a training that cannot fit into the memory is refused before it begins, and what was trained stays", async () => {
  const out = join(folder, "large");
  await causal(["train", tiny, "--only", "labels", "--out", out]);
  const before = readFileSync(join(out, "manifest.json"), "utf8");
  const executor = { ...createReferenceExecutor(), memory: 2 ** 20 };
  await expect(trainProject(openProject(tiny), { out, executor, resume: true })).rejects.toMatchObject({
    code: "memory",
    message: expect.stringMatching(
      /^a step of Tiny\.Face with causalgan takes at least 0\.00\d+ GiB, and there are 0\.000977 GiB$/,
    ),
    advice: "use a smaller batch than 16, or narrower networks",
  });
  expect(readFileSync(join(out, "manifest.json"), "utf8")).toBe(before);
});

it("an array that is larger than any memory is told as such", () => {
  const written: string[] = [];
  const io = { err: (text: string) => void written.push(text) } as unknown as Io;
  try {
    new Float32Array(Number.MAX_SAFE_INTEGER);
  } catch (error) {
    expect(report(error, false, io)).toBe(3);
  }
  expect(written.join("")).toMatch(/^fault\[memory\]: not enough memory\n {2}use a smaller batch/);
});

describe("doctor --tune", () => {
  const fast = ["--tune", "--seconds", "0"];

  it("measures the operations of a program and keeps what is fastest, which --json tells too", async () => {
    const { code, out, err } = await causal(["doctor", ...fast, tiny, "--json"]);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^\d+ operations measured; kept in .*remove it to forget/),
    });
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(readMeasured().choices).toEqual(
      Object.fromEntries(lines.map(({ signature, chosen }) => [signature, chosen])),
    );
    for (const { times, chosen, rule } of lines)
      expect(Object.keys(times)).toEqual(expect.arrayContaining([chosen, rule]));
    // and a training runs with them
    expect(await causal(["train", tiny, "--steps", "2", "--out", join(folder, "tuned")])).toMatchObject({ code: 0 });
  });

  it("stops when it is told to, and keeps what was known", async () => {
    const known = readFileSync(measuredPath(), "utf8");
    const stop = new AbortController();
    const stopped = await causal(["doctor", ...fast, tiny], { signal: stop.signal, watch: () => stop.abort() });
    expect(stopped).toMatchObject({ code: 130, err: "stopped; start it again when you like\n" });
    expect(readFileSync(measuredPath(), "utf8")).toBe(known);
  });

  it("says so where there is nothing to measure, no file, or no place to keep it", async () => {
    const labels = writeProgram(
      folder,
      "labels.causal",
      "model M {\n  sample X : bool ~ neural()\n}\ndata rows = faces(n = 20, size = 32)\n",
    );
    expect(await causal(["doctor", ...fast, labels])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/has no train statement/),
    });
    expect(await causal(["doctor", ...fast, join(folder, "none.causal")])).toMatchObject({ code: 3 });
    expect(await causal(["doctor", tiny])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/a FILE is for --tune/),
    });
    const plain = writeProgram(
      folder,
      "plain.causal",
      readFileSync(tiny, "utf8").replace(/train Tiny\.Face[^}]*}/, ""),
    );
    expect(await causal(["doctor", ...fast, plain])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/has no convolution that can be written in several ways/),
    });
    writeFileSync(join(folder, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
    const { code, out, err } = await causal(["doctor", ...fast, tiny]);
    expect({ code, out, err }).toEqual({
      code: 3,
      out: "",
      err: expect.stringMatching(/fault\[bad-file\].*\n {2}set XDG_CACHE_HOME/),
    });
  });
});

it("a drawing stops when it is told to", async () => {
  const out = join(folder, "drawn");
  expect(await causal(["train", tiny, "--steps", "2", "--out", out])).toMatchObject({ code: 0 });
  const stop = new AbortController();
  const grid = join(folder, "grid.png");
  const drawn = await causal(["draw", out, "4 Face", "--out", grid], {
    signal: stop.signal,
    watch: (text) => text.startsWith("computing on") && stop.abort(),
  });
  expect(drawn).toMatchObject({ code: 130, err: expect.stringMatching(/^stopped; start it again/m) });
  expect(existsSync(grid)).toBe(false);
});
