/** The loop around a session: scripts on a pipe, and a person at a terminal with Ctrl-C, Tab and a history. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Io } from "../../../apps/cli/command.ts";
import { lazyExecutor } from "../../../apps/devices.ts";
import { appendHistory, historyPath, readHistory } from "../../../apps/repl/history.ts";
import { runShell } from "../../../apps/repl/shell.ts";
import { causal, stones, temporaryFolder, tiny } from "../cli/run-cli.ts";
import { noExecutor, sessionOf, stonesText } from "./sessions.ts";

const folder = temporaryFolder();

describe("a script", () => {
  it("gets answers on standard output and nothing else", async () => {
    const input = "do(Treatment = A)\nP(Recovered)\nreset\nP(Recovered |\n  Treatment = A)\n";
    expect(await causal(["repl", stones], { input })).toEqual({
      code: 0,
      out: "P(Recovered) under do(Treatment = A) = 0.8320   (rung 2, exact)\nP(Recovered | Treatment = A) = 0.7790   (rung 1, exact)\n",
      err: "",
    });
  });

  it("goes on after a line that is wrong, and ends in 1", async () => {
    const { code, out, err } = await causal(["repl", stones], { input: "P(Sise)\nuse X\nP(Size = small)" });
    expect(code).toBe(1);
    expect(out).toBe("P(Size = small) = 0.5100   (rung 1, exact)\n");
    expect(err).toMatch(/error\[C201\][\s\S]*there is no model "X"/);
  });

  it("may end inside brackets, which is an error", async () => {
    const { code, err } = await causal(["repl", stones], { input: "P(Size = small" });
    expect(code).toBe(1);
    expect(err).toMatch(/never closed/);
  });

  it("may quit early, and needs no file", async () => {
    const input = "model M { sample X : bool ~ Bernoulli(0.25) }\nP(X)\nquit\nP(Y)\n";
    expect(await causal(["repl"], { input })).toMatchObject({ code: 0, out: "P(X) = 0.2500   (rung 1, exact)\n" });
  });

  it("draws samples and shows faults", async () => {
    const { code, out, err } = await causal(["repl", stones], {
      input: 'draw 2 Size | Size = small\nimport "nowhere.causal"\nshow plan\n',
    });
    expect(code).toBe(1);
    expect(out.match(/^small/gm)).toHaveLength(2);
    expect(err).toMatch(/C204[\s\S]*no train statement/);
  });

  it("about a missing file is a fault", async () => {
    expect(await causal(["repl", join(folder, "none.causal")])).toMatchObject({ code: 3 });
    expect(await causal(["repl", "a", "b"])).toMatchObject({ code: 2 });
  });
});

/** A session at a terminal that types what it is told and waits for what it expects to see. */
function atTerminal(text: string | null, history: string | null = null, executor = noExecutor) {
  const input = new PassThrough();
  const screen = new PassThrough();
  let seen = "";
  let wake: () => void = () => undefined;
  const write = (shown: string) => {
    seen += shown;
    wake();
  };
  screen.on("data", (chunk) => write(String(chunk)));
  const io: Io = {
    input,
    inputIsTerminal: true,
    out: write,
    err: write,
    outIsTerminal: true,
    errIsTerminal: true,
    colour: false,
    columns: 80,
    signal: new AbortController().signal,
  };
  const code = runShell(sessionOf(text, executor), { io, terminal: screen, history });
  return {
    code,
    type: (keys: string) => void input.write(keys),
    /** Resolves once the pattern is on the screen; what is before it is done with. */
    async see(pattern: RegExp): Promise<void> {
      for (let match = pattern.exec(seen); ; match = pattern.exec(seen)) {
        if (match !== null) {
          seen = seen.slice(match.index + match[0].length);
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe("a person", () => {
  it("sees a prompt with the context, and leaves with Ctrl-D", async () => {
    const { type, see, code } = atTerminal(stonesText);
    await see(/Stones> /);
    type("do(Treatment = A)\r");
    await see(/context: do\(Treatment = A\)/);
    await see(/Stones \| do\(Treatment = A\)> /);
    type("P(Recovered)\r");
    await see(/0\.8320/);
    type("P(Zork)\r");
    await see(/C201/);
    await see(/> /);
    type("\x04");
    expect(await code).toBe(0);
  });

  it("goes on over several lines, and gives up with Ctrl-C", async () => {
    const { type, see, code } = atTerminal(stonesText);
    await see(/Stones> /);
    type("model M {\r");
    await see(/\.\.\. /);
    type("\x03");
    await see(/Stones> /);
    type("model M {\rsample X : bool ~ Bernoulli(0.5) }\r");
    await see(/model M: 1 nodes/);
    await see(/M> /);
    type("P(X");
    await see(/P\(X/);
    type("\x03");
    await see(/M> /);
    type("P(X)\r");
    await see(/0\.5000/);
    await see(/M> /);
    type("\x03");
    await see(/Ctrl-D or quit leaves/);
    await see(/M> /);
    type("quit\r");
    expect(await code).toBe(0);
  });

  it("completes with Tab", async () => {
    const { type, see, code } = atTerminal(stonesText);
    await see(/Stones> /);
    // a tab inside of pasted text is a blank, so it comes alone
    for (const keys of ["P(Reco", "\t", " | do(Trea"]) type(keys);
    await see(/Recovered \| do\(Trea/);
    for (const keys of ["\t", " = A))\r"]) type(keys);
    await see(/0\.8320/);
    type("\x04");
    await code;
  });

  it("finds the lines of earlier sessions", async () => {
    const history = join(folder, "deep/er/history");
    const first = atTerminal(stonesText, history);
    await first.see(/Stones> /);
    first.type("P(Size = small)\r\x04");
    await first.code;
    expect(readFileSync(history, "utf8")).toBe("P(Size = small)\n");
    const second = atTerminal(stonesText, history);
    await second.see(/Stones> /);
    second.type("\x1b[A\r");
    await second.see(/0\.5100/);
    second.type("\x04");
    await second.code;
  });
});

describe("Ctrl-C", () => {
  it("stops a training at a checkpoint, and the session goes on with it", async () => {
    const out = join(folder, "stopped");
    const text = readFileSync(tiny, "utf8").replace("steps = 60", "steps = 3000");
    const executor = lazyExecutor("auto");
    const { type, see, code } = atTerminal(text, null, executor.get);
    await see(/Tiny> /);
    type(`train into ${out}\r`);
    await see(/Tiny\.Face \d+\/3000/);
    type("\x03");
    await see(/stopped; train goes on from the last step/);
    await see(/Tiny> /);
    type("P(Male | do(Mustache = true)) - P(Male)\r");
    await see(/= 0 {3}\(rung 2, exact\)/);
    type("train\r");
    await see(/from step \d+/);
    await see(/Tiny\.Face \d+\/3000/);
    type("\x03");
    await see(/stopped/);
    type("\x04");
    expect(await code).toBe(0);
    await executor.close();
    expect(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")).stages).toMatchObject([
      { target: "Tiny.labels", done: true },
      { target: "Tiny.Face", done: false },
    ]);
  });
});

describe("the history", () => {
  it("lies in the state directory", () => {
    expect(historyPath({ XDG_STATE_HOME: "/state" })).toBe("/state/causal/history");
    expect(historyPath({})).toMatch(/\.local\/state\/causal\/history$/);
  });

  it("is cut when it has grown long", () => {
    const path = join(folder, "long");
    writeFileSync(path, Array.from({ length: 2500 }, (_, i) => `line ${i}\n`).join(""));
    expect(readHistory(path)).toHaveLength(1000);
    expect(readHistory(path)[0]).toBe("line 2499");
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(1001);
  });

  it("is done without where it cannot be written", () => {
    const path = join(folder, "taken");
    mkdirSync(path);
    appendHistory(path, "P(X)");
    appendHistory(join(path, "\0"), "P(X)");
    expect(readHistory(path)).toEqual([]);
  });
});
