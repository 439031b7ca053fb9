/** A disk that fills up while a checkpoint is written: what was saved before stays, and training goes on from it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { causal, temporaryFolder, tiny } from "./run-cli.ts";

/** While it is set, a file whose name it matches takes half of its bytes and then has no space left. */
let full: RegExp | null = null;

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const open = async (path: string, flags: string): Promise<FileHandle> => {
    const file = await real.open(path, flags);
    if (full?.test(path)) {
      file.writeFile = async (bytes) => {
        await file.write(Buffer.from(bytes as Uint8Array).subarray(0, (bytes as Uint8Array).length / 2));
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      };
    }
    return file;
  };
  return { ...real, open };
});

const folder = temporaryFolder();

it("leaves the last checkpoint, and says what to do", async () => {
  const out = join(folder, "run");
  full = /Face.*safetensors/;
  const { code, err } = await causal(["train", tiny, "--out", out]);
  expect(code).toBe(3);
  expect(err).toMatch(/fault\[no-space\]: no space left to write .*Tiny\.Face.*safetensors\n {2}free some space/);
  expect(readdirSync(out).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const { stages } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(stages.map(({ target, done }: { target: string; done: boolean }) => [target, done])).toEqual([
    ["Tiny.labels", true],
  ]);
  expect((await causal(["query", out, "P(Male)"])).code).toBe(0);

  full = null;
  expect((await causal(["train", tiny, "--out", out, "--resume"])).code).toBe(0);
  expect((await causal(["draw", out, "2 Face", "--out", join(folder, "grid.png")])).code).toBe(0);
});

it("is found out before anything is computed", async () => {
  full = /manifest/;
  const out = join(folder, "never");
  const { code, err } = await causal(["train", tiny, "--out", out]);
  full = null;
  expect({ code, err: err.split("\n").find((line) => line.startsWith("fault")) }).toEqual({
    code: 3,
    err: `fault[no-space]: no space left to write ${join(out, "manifest.json")}`,
  });
});

it("leaves an older picture as it was", async () => {
  const path = join(folder, "old.png");
  const program = join(folder, "drawn");
  expect((await causal(["train", tiny, "--out", program])).code).toBe(0);
  expect((await causal(["draw", program, "2 Face", "--out", path])).code).toBe(0);
  const before = readFileSync(path);
  full = /old\.png/;
  const { code, err } = await causal(["draw", program, "2 Face", "--seed", "2", "--out", path]);
  full = null;
  expect(code).toBe(3);
  expect(err).toMatch(/^fault\[no-space\]/m);
  expect(existsSync(path) && readFileSync(path).equals(before)).toBe(true);
});
