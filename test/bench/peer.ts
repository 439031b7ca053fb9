/** The line to PyTorch: finds a python with torch, starts `pytorch/steps.py` and asks it for timed steps. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { labels } from "./programs.ts";
import type { Workload } from "./workloads.ts";

/** Ways to run the same step; the benchmark takes what is fastest on the machine. */
export interface PeerVariant {
  readonly layout: "contiguous" | "channels_last";
  readonly adam: "single" | "foreach" | "fused";
  /** the generated batch is judged once for all networks, as ours does it; else again by the updated ones */
  readonly shared: boolean;
}

export interface Peer {
  readonly torch: string;
  /** milliseconds of each step; a change of the workload or the variant builds it anew and runs it once before */
  time(workload: Workload, variant: PeerVariant, steps: number): Promise<readonly number[]>;
  close(): void;
}

const script = fileURLToPath(new URL("pytorch/steps.py", import.meta.url));
const environment = fileURLToPath(new URL("../../.bench/venv/bin/python", import.meta.url));

/** Null where no python has torch. */
export async function openPeer(threads: number): Promise<Peer | null> {
  const python = process.env.CAUSAL_BENCH_PYTHON ?? (existsSync(environment) ? environment : "python3");
  const version = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  if (version.status !== 0) return null;
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, CAUSAL_BENCH_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` },
  });
  const ask = askThrough(child);
  return {
    torch: version.stdout.trim(),
    async time({ kind, ...sizes }, { shared, ...variant }, steps) {
      const workload = shared ? `${kind}_shared` : kind;
      return (await ask({ workload, ...sizes, labels: labels.length, ...variant, steps })).milliseconds;
    },
    close: () => void child.stdin!.end(),
  };
}

interface Answer {
  readonly milliseconds: readonly number[];
}

function askThrough(child: ChildProcess): (request: object) => Promise<Answer> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async (request) => {
    child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the PyTorch process ended; its message is above");
    return JSON.parse(value) as Answer;
  };
}
