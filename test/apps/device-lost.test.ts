/** An engine that is lost in the middle of a training: what was saved stays, and goes on with another engine. */
import type { Worker, WorkerOptions } from "node:worker_threads";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { openProject } from "../../apps/api/project.ts";
import { trainProject } from "../../apps/api/training.ts";
import { openExecutor } from "../../apps/devices.ts";
import { readManifest } from "../../apps/files/run-directory.ts";
import { causal, temporaryFolder, tiny, writeProgram } from "./cli/run-cli.ts";

const workers: Worker[] = [];

/**
 * Real worker threads, which end when they are told to: between two operations, because a thread that is terminated inside one
 * takes the process along.
 */
const prelude = `require("node:worker_threads").parentPort.on("message", (m) => m === "end" && process.exit(1));`;
const endWorker = () => workers.at(-1)!.postMessage("end");

vi.mock("node:worker_threads", async (original) => {
  const actual = await original<typeof import("node:worker_threads")>();
  return {
    ...actual,
    Worker: class extends actual.Worker {
      constructor(code: string, options: WorkerOptions) {
        super(prelude + code, options);
        workers.push(this);
      }
    },
  };
});
afterAll(() => vi.restoreAllMocks());

const out = join(temporaryFolder(), "run");

it("keeps the last checkpoint, and goes on with another engine to the end", async () => {
  const executor = await openExecutor("cpu");
  const training = trainProject(openProject(tiny), {
    out,
    executor,
    checkpointEvery: 20,
    observer: {
      progress({ step, steps }) {
        // of the pictures, whose first checkpoint is on the disk by the time that a later step is reported
        if (steps === 60 && step > 30) endWorker();
      },
    },
  });
  await expect(training).rejects.toMatchObject({
    name: "RuntimeFault",
    code: "device",
    message: "the ONNX Runtime worker ended with code 1",
  });
  await executor.close();
  const face = readManifest(out).stages[1]!;
  expect(face).toMatchObject({ target: "Tiny.Face", steps: 60, done: false });
  expect(face.step % 20).toBe(0);
  expect(face.step).toBeGreaterThan(0);

  const resumed = await causal(["train", tiny, "--out", out, "--resume", "--device", "tfjs-wasm"]);
  expect(resumed.err).toMatch(/computing on tfjs-wasm: TensorFlow\.js [\d.]+, /);
  expect(resumed.err).toMatch(`from step ${face.step}`);
  expect(resumed.code).toBe(0);
  const finished = readManifest(out).stages[1]!;
  expect(finished).toMatchObject({ step: 60, done: true });
  expect(finished.engines!.map((engine) => engine.split(":")[0])).toEqual(["cpu", "tfjs-wasm"]);
});

it("says on the command line what is saved and how to go on", async () => {
  const { code, err } = await causal(["train", tiny, "--out", `${out}2`, "--device", "cpu"], {
    watch: (text) => {
      if (text.startsWith("Tiny.Face with")) endWorker();
    },
  });
  expect(code).toBe(3);
  expect(err).toMatch(/computing on cpu: ONNX Runtime [\d.]+, \d+ x /);
  expect(err).toMatch(/fault\[device\]: the ONNX Runtime worker ended with code 1\n/);
  expect(err).toMatch(/step \d+ of Tiny\.labels is saved; go on with: causal train .* --resume --device DEVICE/);
});

it.each([
  ["draw", ["draw", out, "2000 Face", "--out", `${out}.png`], /^computing on/],
  ["eval", ["eval", out, "--samples", "20"], /Face: about/],
])("says in %s that it is lost, and which other device may be taken", async (_, args, moment) => {
  const { code, err } = await causal([...args, "--device", "cpu"], {
    watch: (text) => moment.test(text) && endWorker(),
  });
  expect(code).toBe(3);
  expect(err).toMatch(/fault\[device\]: the ONNX Runtime worker ended with code 1\n {2}choose another device/);
});

it("in the first stage there is nothing saved yet, and it can be begun again", async () => {
  const text = readFileSync(tiny, "utf8").replace("labels with cpt {", "labels with mle { steps = 3000,");
  const program = writeProgram(temporaryFolder(), "labels.causal", text);
  const { code, err } = await causal(["train", program, "--out", `${out}3`, "--device", "cpu"], {
    watch: (shown) => /Tiny\.labels with/.test(shown) && endWorker(),
  });
  expect(code).toBe(3);
  expect(err).toMatch(/fault\[device\]: .*\n {2}choose another device/);
  expect(readManifest(`${out}3`).stages).toEqual([]);
});
