/** Reading files for data sets, and writing files that are whole or not there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFileAtomic } from "#apps/files/atomic";
import { createReader } from "#apps/files/reader";
import { faultOf } from "../../stdlib/datasets/open.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "causal-files-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("reader", () => {
  test("paths relative to its directory, .gz unpacked, a byte order mark dropped", async () => {
    writeFileSync(join(directory, "a.csv"), "\ufeffx,y\n");
    writeFileSync(join(directory, "b.txt.gz"), gzipSync("two lines\nof text"));
    const reader = createReader(directory);
    expect(await reader.text("a.csv")).toBe("x,y\n");
    expect(await reader.text("b.txt.gz")).toBe("two lines\nof text");
    expect(await reader.text(join(directory, "a.csv"))).toBe("x,y\n");
    expect(await Promise.all(["a.csv", ".", "c"].map(reader.exists))).toEqual(["file", "directory", false]);
    expect(await reader.list(".")).toEqual(["a.csv", "b.txt.gz"]);
    expect(await reader.list("nowhere")).toEqual([]);
  });

  test("faults name the file as the program wrote it", async () => {
    writeFileSync(join(directory, "cut.gz"), gzipSync("some text that is long enough").subarray(0, 25));
    writeFileSync(join(directory, "latin.txt"), Buffer.from([0x63, 0xe9]));
    const reader = createReader(directory);
    const faults = await Promise.all(
      ["no.csv", ".", "cut.gz", "latin.txt", "a.csv/b"].map((path) => faultOf(reader.text(path))),
    );
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      ["missing-file", "there is no file no.csv"],
      ["bad-file", ". is a directory, not a file"],
      ["bad-file", "cut.gz is not a whole gzip file"],
      ["bad-file", "latin.txt is not UTF-8 text"],
      ["missing-file", "there is no file a.csv/b"],
    ]);
    expect(faults[0]!.advice).toContain(directory);
  });
});

describe("atomic writing", () => {
  test("makes directories, replaces what was there, leaves nothing else behind", async () => {
    const path = join(directory, "run/deep/weights.bin");
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    await writeFileAtomic(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(join(directory, "run/deep"))).toEqual(["weights.bin"]);
  });

  test("a place that cannot be written is a fault, and the temporary file goes", async () => {
    mkdirSync(join(directory, "taken/weights.bin"), { recursive: true });
    const fault = await faultOf(writeFileAtomic(join(directory, "taken/weights.bin"), "x"));
    expect(fault.code).toBe("bad-file");
    expect(readdirSync(join(directory, "taken"))).toEqual(["weights.bin"]);
  });

  test("a place in which no directory can be made is a fault at once", async (context) => {
    if (process.platform !== "linux") context.skip("needs /proc");
    const fault = await faultOf(writeFileAtomic("/proc/nowhere/run/a.json", "{}"));
    expect([fault.code, fault.message]).toEqual(["bad-file", "cannot write /proc/nowhere/run/a.json (ENOENT)"]);
  });

  test("at a full disk the old file stays and the fault says so", async (context) => {
    const disk = join(directory, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      context.skip("mounting a small disk needs root");
    }
    try {
      const path = join(disk, "weights.bin");
      await writeFileAtomic(path, new Uint8Array(20_000).fill(1));
      const fault = await faultOf(writeFileAtomic(path, new Uint8Array(200_000).fill(2)));
      expect([fault.code, fault.message]).toEqual(["no-space", `no space left to write ${path}`]);
      expect(readFileSync(path)).toEqual(Buffer.alloc(20_000, 1));
      expect(readdirSync(disk)).toEqual(["weights.bin"]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
