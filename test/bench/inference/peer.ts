/** The line to a Python with pgmpy and pyAgrum: one process for each engine, which can be given up when it takes too long. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const engines = ["pyAgrum LazyPropagation", "pyAgrum ShaferShenoy", "pgmpy VariableElimination"] as const;
export type Engine = (typeof engines)[number];

/** Time on the wall, or of the processor, of all threads together: for machines that do other things as well. */
export type Clock = "wall" | "cpu";

/** States by node. */
export type Evidence = Readonly<Record<string, string>>;

export interface Reply {
  readonly milliseconds?: readonly number[];
  readonly posteriors?: Readonly<Record<string, readonly number[]>>;
  readonly error?: string;
}

export interface Peer {
  /** an error in the reply says why there is none; after `seconds` the process is ended, and all further replies are errors */
  ask(request: object, seconds: number): Promise<Reply>;
  close(): void;
}

const script = fileURLToPath(new URL("peers.py", import.meta.url));
const environment = fileURLToPath(new URL("../../../.bench/inference-venv/bin/python", import.meta.url));

/** The Python with the peers and their versions; null where there is none. */
export function findPython(): { readonly python: string; readonly versions: string } | null {
  const python = process.env.CAUSAL_BENCH_INFERENCE_PYTHON ?? (existsSync(environment) ? environment : "python3");
  const probe = "from importlib.metadata import version as v; print(f\"pyAgrum {v('pyagrum')}, pgmpy {v('pgmpy')}\")";
  const found = spawnSync(python, ["-c", probe], { encoding: "utf8" });
  return found.status === 0 ? { python, versions: found.stdout.trim() } : null;
}

export function openPeer(python: string, clock: Clock): Peer {
  const child: ChildProcess = spawn(python, [script, clock], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  let given = "";
  return {
    async ask(request, seconds) {
      if (given !== "") return { error: given };
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), seconds * 1000);
      });
      const line = await Promise.race([lines.next(), late]);
      clearTimeout(timer);
      if (line === null) {
        child.kill("SIGKILL");
        given = `over ${seconds} s`;
      } else if (line.done === true) given = "the process ended";
      return line === null || line.done === true ? { error: given } : (JSON.parse(line.value) as Reply);
    },
    close: () => void child.kill(),
  };
}
