/** The benchmark's own parts: its options, its tables, and that what it times is what it says. Nothing here asserts time. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { projectOf } from "#apps/api/project";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { openJob } from "./job.ts";
import { chosen, OptionError, readOptions } from "./options.ts";
import { openOwn } from "./own.ts";
import { programText } from "./programs.ts";
import { formatRatio, formatShare, formatTime, markdownHeader, markdownRow, median, spread } from "./table.ts";
import { parameterCount, planOf, trainingStep } from "./workloads.ts";

const read = (...args: readonly string[]) => readOptions(args, ["steps", "loop"], ["cpu", "reference"]);

describe("options", () => {
  it("have defaults: all engines and tables of the suite", () => {
    expect(read()).toEqual({
      only: [],
      engines: ["cpu", "reference"],
      rounds: 5,
      threads: 2,
      patience: 60,
      clock: "wall",
      parts: ["steps", "loop"],
    });
  });

  it("take lists and numbers", () => {
    const options = read("--only", "GAN, drawing", "--engines=tfjs-wasm,cpu", "--rounds", "3", "--parts", "loop");
    expect(options).toMatchObject({
      only: ["gan", "drawing"],
      engines: ["tfjs-wasm", "cpu"],
      rounds: 3,
      parts: ["loop"],
    });
  });

  it.each([
    [["--engines", "gpu"], "--engines: there is no gpu; there are cpu, webgpu, cuda"],
    [["--parts", "memory"], "--parts: there is no memory; there are steps, loop"],
    [["--rounds", "0"], '--rounds takes a whole number from 1, not "0"'],
    [["--threads", "two"], '--threads takes a whole number from 1, not "two"'],
    [["--clock", "sun"], '--clock is wall or cpu, not "sun"'],
    [["--fast"], "the options are --only, --engines, --rounds, --threads, --patience, --clock, --parts"],
  ])("say what is wrong with %j", (args, message) => {
    expect(() => read(...args)).toThrow(OptionError);
    expect(() => read(...args)).toThrow(message);
  });

  it("choose workloads by a word of their names, and list them where none has it", () => {
    const all = { "CausalGAN, 64 px": 1, "CausalBEGAN, 64 px": 2, controller: 3 };
    expect(chosen(all, { only: ["causal"] }).map(([, value]) => value)).toEqual([1, 2]);
    expect(chosen(all, { only: [] })).toHaveLength(3);
    expect(() => chosen(all, { only: ["vae"] })).toThrow(
      "no workload has vae in its name; there are\n  CausalGAN, 64 px",
    );
  });

  it("end the process with 2 where they are wrong", () => {
    const run = fileURLToPath(new URL("run.ts", import.meta.url));
    const ended = (...args: readonly string[]) =>
      spawnSync(process.execPath, ["-C", "source", "--import", "tsx", run, ...args], { encoding: "utf8" });
    expect(ended("growth", "--rounds", "x")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--rounds takes"),
    });
  });
});

describe("tables", () => {
  it("write numbers with the figures that they deserve", () => {
    expect([4.23, 552.4, 9999, 12_340, 123_456].map(formatTime)).toEqual([
      "4.2 ms",
      "552 ms",
      "9999 ms",
      "12.3 s",
      "123 s",
    ]);
    expect([0.876, 12.34, 345.6].map(formatRatio)).toEqual(["0.88", "12.3", "346"]);
    expect(formatShare(0.0512)).toBe("5.1 %");
    expect(median([3, 1, 2])).toBe(2);
    expect(spread([3, 1, 2], 1)).toBe("1.0 to 3.0");
  });

  it("are Markdown", () => {
    expect(markdownHeader(["", "ours"])).toBe("|  | ours |\n| --- | --: |");
    expect(markdownRow(["DCGAN", "5 ms"])).toBe("| DCGAN | 5 ms |");
  });
});

describe("workloads", () => {
  const sizes = { size: 32, width: 4, batch: 2 } as const;

  it.each(["controller", "causalgan", "causalbegan", "faces_began"] as const)(
    "%s is a program without faults",
    (kind) => {
      const text = programText(kind, sizes, { steps: 10, rows: 20 });
      const name = fileURLToPath(new URL("../../examples/faces/bench.causal", import.meta.url));
      const { diagnostics } = projectOf(text, name);
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    },
  );

  it("a step of the controller is five updates of the critics and one of both", async () => {
    const { calls } = await trainingStep({ kind: "controller", ...sizes });
    expect(calls.map(({ program }) => program)).toEqual([...Array(5).fill("critic"), "joint"]);
  });

  // counted by PyTorch; the benchmark compares both sides before it times them
  it.each([
    ["dcgan", 32, 36_872],
    ["causalgan", 32, 50_202],
    ["causalbegan", 32, 102_127],
    ["faces_began", 32, 154_515],
    ["controller", 32, 13_842],
  ] as const)("%s trains so many numbers", (kind, size, count) => {
    expect(parameterCount(planOf({ kind, ...sizes, size }))).toBe(count);
  });

  it("have the sizes that they are asked for", () => {
    const plan = planOf({ kind: "causalbegan", size: 64, width: 4, batch: 2 });
    const image = plan.programs.joint!.nodes.find((node) => node.op === "input" && node.name === "real/image");
    expect(image!.shape).toEqual([2, 3, 64, 64]);
  });

  it.each(["dcgan", "controller", "causalbegan", "faces_began"] as const)("%s makes a step", async (kind) => {
    const executor = createReferenceExecutor();
    const job = await openJob({ kind, ...sizes }, executor);
    await expect(job.step()).resolves.toBeUndefined();
    await executor.close();
  });
});

describe("processes of engines", () => {
  const workload = { kind: "controller", size: 32, width: 4, batch: 4 } as const;

  it("time steps and measure the memory", async () => {
    const own = await openOwn({ engine: "cpu", threads: 1, workload, clock: "wall" }, 60);
    const { milliseconds, peak } = await own.time(3);
    await own.close();
    expect(milliseconds).toHaveLength(3);
    expect(peak).toBeGreaterThan(10);
  });
});
