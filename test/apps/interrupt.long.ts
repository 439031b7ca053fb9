/**
 * Ctrl-C in real processes, on every command that takes its time and every engine that computes in the thread that hears of it:
 * each stops soon, says so in one line and leaves nothing behind. The times are printed, not tested.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../apps/files/run-directory.ts";
import { causal, fixtures, temporaryFolder, tiny, writeProgram } from "./cli/run-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();
const cache = join(folder, "cache");

interface Press {
  /** what is on the screen when the key is pressed first; the start of the process where it shows nothing */
  readonly moment?: RegExp;
  /** milliseconds after it */
  readonly delay?: number;
  /** the key is pressed again after so many milliseconds */
  readonly again?: number;
  readonly input?: string;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** `causal` in a process of its own, with Ctrl-C pressed. */
function interrupted(args: readonly string[], { moment, delay = 200, again, input }: Press): Promise<Ended> {
  const node = ["-C", "source", "--import", "tsx", "apps/cli/bin.ts"];
  const env = { ...process.env, XDG_CACHE_HOME: cache, CAUSAL_CACHE_DIR: join(cache, "pictures") };
  const child: ChildProcess = spawn(process.execPath, [...node, ...args], { cwd: root, env });
  const written = { out: "", err: "" };
  let pressed = 0;
  const press = () => {
    pressed = performance.now();
    child.kill("SIGINT");
    if (again !== undefined) setTimeout(() => child.kill("SIGINT"), again);
  };
  const shown = () => moment?.test(written.out + written.err) === true;
  const hear = (stream: "out" | "err") => (chunk: Buffer) => {
    const before = shown();
    written[stream] += chunk;
    if (!before && shown()) setTimeout(press, delay);
  };
  if (moment === undefined) setTimeout(press, delay);
  child.stdout!.on("data", hear("out"));
  child.stderr!.on("data", hear("err"));
  if (input !== undefined) child.stdin!.write(input);
  return new Promise((ended) => {
    child.on("close", (code, signal) => {
      console.log(`${args[0]}: ended ${(performance.now() - pressed).toFixed(0)} ms after Ctrl-C`);
      ended({ code, signal, ...written });
    });
  });
}

const leftovers = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));

const run = join(folder, "trained");
beforeAll(async () => {
  expect(await causal(["train", tiny, "--out", run])).toMatchObject({ code: 0 });
});

describe("train", () => {
  it.each(["cpu", "tfjs-wasm", "tfjs-cpu", "reference"])("saves a checkpoint and stops, on %s", async (device) => {
    const out = join(folder, device);
    const args = ["train", tiny, "--steps", "100000", "--device", device, "--out", out];
    const { code, err } = await interrupted(args, { moment: /Tiny\.Face with/, delay: 1500 });
    expect({ code, err }).toEqual({ code: 130, err: expect.stringContaining("stopped; continue with: causal train") });
    const face = readManifest(out).stages.find(({ target }) => target === "Tiny.Face")!;
    expect(face).toMatchObject({ done: false });
    expect(face.step).toBeGreaterThan(0);
    expect(leftovers()).toEqual([]);
  });

  it("ends at once when the key is pressed twice", async () => {
    const text = readFileSync(tiny, "utf8").replace("batch = 16", "batch = 128");
    const program = writeProgram(folder, "large.causal", text);
    const args = ["train", program, "--device", "tfjs-cpu", "--out", join(folder, "twice")];
    const { signal } = await interrupted(args, { moment: /Tiny\.Face with/, delay: 1000, again: 4000 });
    expect(signal).toBe("SIGINT");
  });

  it("breaks off the search for what was not finite", async () => {
    const args = ["train", join(fixtures, "overflowing.causal"), "--out", join(folder, "overflowing")];
    const { code, err } = await interrupted(args, { moment: /again to find where it began/, delay: 0 });
    expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(/fault\[not-a-number\]/) });
  });
});

describe("what leaves nothing behind", () => {
  const stopped = { code: 130, err: expect.stringMatching(/^stopped; start it again/m) };

  it("doctor", async () => {
    const { code, err } = await interrupted(["doctor", "--seconds", "20"], { moment: /cpu: found/ });
    expect({ code, err }).toEqual(stopped);
  });

  it("doctor --tune, which keeps what was known", async () => {
    const { code, err } = await interrupted(["doctor", "--tune"], { moment: /conv(Transpose|FilterGrad) / });
    expect({ code, err }).toEqual(stopped);
    const known = JSON.parse(readFileSync(join(cache, "causal-lang/measured.json"), "utf8"));
    expect(known.choices).toEqual({});
  });

  it.each([/training the judge/, /drawing and reading/, /looking for copies/])(
    "eval, when it shows %s",
    async (moment) => {
      const out = join(folder, "report");
      const { code, err } = await interrupted(["eval", run, "--samples", "100", "--out", out], { moment });
      expect({ code, err }).toEqual(stopped);
      expect(existsSync(out)).toBe(false);
      expect(leftovers()).toEqual([]);
      // the judge of the next ones
      if (moment.source === "training the judge")
        expect(await causal(["eval", run, "--samples", "20"])).toMatchObject({ code: 0 });
    },
  );

  it("data, while pictures are looked at", async () => {
    const pictures = join(folder, "pictures");
    mkdirSync(pictures);
    const jpeg = await sharp({ create: { width: 300, height: 300, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    const names = Array.from({ length: 20_000 }, (_, i) => `${i}.jpg`);
    for (const name of names) writeFileSync(join(pictures, name), jpeg);
    writeFileSync(join(pictures, "labels.csv"), `file,Red\n${names.map((name, i) => `${name},${i % 2}\n`).join("")}`);
    const program = writeProgram(folder, "pictures.causal", `data red = folder(path = "pictures", size = 32)\n`);
    const { code, err } = await interrupted(["data", program], { moment: /reading pictures/ });
    expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(/^stopped while pictures were read/m) });
    expect(leftovers()).toEqual([]);
  });

  it("draw", async () => {
    const out = join(folder, "grid.png");
    const args = ["draw", run, "200000 Face", "--out", out];
    const { code, err } = await interrupted(args, { moment: /computing on/, delay: 500 });
    expect({ code, err }).toEqual(stopped);
    expect(existsSync(out)).toBe(false);
  });
});

describe("an answer that takes long", () => {
  const program = writeProgram(
    folder,
    "long.causal",
    "model Long {\n  sample X : real ~ Normal(0, 1)\n  let Y := exp(X * X)\n}\nquery long = E[Y | X > 0.3]\n",
  );

  it("query is ended by the system: there is nothing to be saved", async () => {
    const args = ["query", program, ...new Array<string>(200).fill("E[Y | X > 0.3]"), "--samples", "10000000"];
    expect(await interrupted(args, { delay: 4000 })).toMatchObject({ code: null, signal: "SIGINT" });
  });

  it("in a session breaks off, and a script ends with it", async () => {
    const input = `P(X > 0)\n${"E[exp(X * X) | X > 0.3]\n".repeat(500)}`;
    const { code, err } = await interrupted(["repl", program], { moment: /P\(X > 0\) =/, delay: 1000, input });
    expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(/^stopped; the session is as it was/m) });
  });
});
