/** Transcripts of `causal fmt`: files rewritten, checked and left alone. */
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causal, temporaryFolder, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const untidy = "query   P( A )  // why\n";
const tidy = "query P(A) // why\n";

describe("causal fmt", () => {
  it("rewrites the files that are laid out otherwise, and names them", async () => {
    const [a, b] = [writeProgram(folder, "a.causal", untidy), writeProgram(folder, "b.causal", tidy)];
    expect(await causal(["fmt", a, b])).toEqual({ code: 0, out: `${a}\n`, err: "" });
    expect([readFileSync(a, "utf8"), readFileSync(b, "utf8")]).toEqual([tidy, tidy]);
    expect(await causal(["fmt", a, b])).toEqual({ code: 0, out: "", err: "" });
  });

  it("only names them with --check", async () => {
    const [a, b] = [writeProgram(folder, "a.causal", untidy), writeProgram(folder, "b.causal", tidy)];
    expect(await causal(["fmt", "--check", a, b])).toEqual({ code: 1, out: `${a}\n`, err: "" });
    expect(readFileSync(a, "utf8")).toBe(untidy);
    expect(await causal(["fmt", "--check", b])).toEqual({ code: 0, out: "", err: "" });
  });

  it("passes standard input on", async () => {
    expect(await causal(["fmt", "-"], { input: untidy })).toEqual({ code: 0, out: tidy, err: "" });
    expect((await causal(["fmt", "--check", "-"], { input: untidy })).code).toBe(1);
    expect((await causal(["fmt", "-", "x.causal"], { input: untidy })).code).toBe(2);
  });

  it("leaves files with syntax errors alone, and goes on with the others", async () => {
    const [bad, good] = [writeProgram(folder, "bad.causal", "query P(A"), writeProgram(folder, "good.causal", untidy)];
    const { code, out, err } = await causal(["fmt", bad, good]);
    expect({ code, out }).toEqual({ code: 1, out: `${good}\n` });
    expect(err).toMatch(/error\[C1\d\d\]/);
    expect(readFileSync(bad, "utf8")).toBe("query P(A");
  });

  it("keeps links and permissions", async () => {
    const file = writeProgram(folder, "private.causal", untidy);
    const link = join(folder, "link.causal");
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    expect((await causal(["fmt", link])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(tidy);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});
