/** The line to PyTorch: finds a python with torch, starts `pytorch/steps.py` and asks it for timed steps. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { labels } from "./programs.ts";
import { parameterCount, planOf, type Workload } from "./workloads.ts";

/** Ways to run the same step; the benchmark takes what is fastest on the machine. */
export interface PeerVariant {
  readonly layout: "contiguous" | "channels_last";
  readonly adam: "single" | "foreach" | "fused";
  /** the generated batch is judged once for all networks, as ours does it; else again by the updated ones */
  readonly shared: boolean;
}

export interface PeerTimes {
  /** of each step */
  readonly milliseconds: readonly number[];
  /** the largest resident set of the process so far, MiB */
  readonly peak: number;
}

export interface Peer {
  readonly torch: string;
  /**
   * A change of the workload or the variant builds it anew and runs it once before. Rejects where the networks of PyTorch do not
   * have as many parameters as ours: then it would not be the same step.
   */
  time(workload: Workload, variant: PeerVariant, steps: number): Promise<PeerTimes>;
  close(): void;
}

const script = fileURLToPath(new URL("pytorch/steps.py", import.meta.url));
const environment = fileURLToPath(new URL("../../.bench/venv/bin/python", import.meta.url));

/** Null where no python has torch. */
export function pythonWithTorch(): { readonly path: string; readonly version: string } | null {
  const path = process.env.CAUSAL_BENCH_PYTHON ?? (existsSync(environment) ? environment : "python3");
  const { status, stdout } = spawnSync(path, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  return status === 0 ? { path, version: stdout.trim() } : null;
}

/** What is measured: time that passes, or time of the processor. */
export type Clock = "wall" | "cpu";

/** Null where no python has torch. */
export async function openPeer(threads: number, clock: Clock): Promise<Peer | null> {
  const python = pythonWithTorch();
  if (python === null) return null;
  const child = spawn(python.path, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, CAUSAL_BENCH_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` },
  });
  const ask = askThrough(child);
  const counts = new Map<string, number>();
  return {
    torch: python.version,
    async time(workload, { shared, ...variant }, steps) {
      const { kind, ...sizes } = workload;
      const name = shared ? `${kind}_shared` : kind;
      const answer = await ask({ workload: name, ...sizes, labels: labels.length, ...variant, clock, steps });
      const key = JSON.stringify(workload);
      if (!counts.has(key)) counts.set(key, parameterCount(planOf(workload)));
      // a drawing needs the generator alone
      if (kind !== "drawing" && answer.parameters !== counts.get(key)) {
        throw new Error(`${name}: PyTorch trains ${answer.parameters} numbers, we ${counts.get(key)}`);
      }
      return { milliseconds: answer.milliseconds, peak: answer.peak_mib };
    },
    close: () => void child.stdin!.end(),
  };
}

/** Workloads of which PyTorch can be asked to judge the generated batch once. */
const shareable: readonly Workload["kind"][] = ["dcgan", "causalbegan", "faces_began"];

/** The fastest way of PyTorch to make the step as it is usually written, and where there is one also with a shared forward. */
export async function fastestVariants(peer: Peer, workload: Workload, steps: number): Promise<readonly PeerVariant[]> {
  const fastest: PeerVariant[] = [];
  for (const shared of shareable.includes(workload.kind) ? [false, true] : [false]) {
    let best: { variant: PeerVariant; time: number } | null = null;
    for (const layout of ["contiguous", "channels_last"] as const) {
      for (const adam of ["single", "foreach", "fused"] as const) {
        const variant: PeerVariant = { layout, adam, shared };
        const time = Math.min(...(await peer.time(workload, variant, steps)).milliseconds);
        if (best === null || time < best.time) best = { variant, time };
      }
    }
    fastest.push(best!.variant);
  }
  return fastest;
}

/** PyTorch at one workload in its fastest variant, in a process that has seen nothing else. */
export interface Rival {
  readonly torch: string;
  readonly variant: PeerVariant;
  /** milliseconds of the fastest step while the variant was looked for */
  readonly step: number;
  time(steps: number): Promise<PeerTimes>;
  close(): void;
}

/** Null where no python has torch. */
export async function openRival(workload: Workload, threads: number, clock: Clock): Promise<Rival | null> {
  const scout = await openPeer(threads, clock);
  if (scout === null) return null;
  const timed: { readonly variant: PeerVariant; readonly step: number }[] = [];
  for (const variant of await fastestVariants(scout, workload, 1)) {
    timed.push({ variant, step: Math.min(...(await scout.time(workload, variant, 2)).milliseconds) });
  }
  scout.close();
  const { variant, step } = timed.reduce((best, next) => (next.step < best.step ? next : best));
  const peer = (await openPeer(threads, clock))!;
  return { torch: peer.torch, variant, step, time: (steps) => peer.time(workload, variant, steps), close: peer.close };
}

export function variantText({ layout, adam, shared }: PeerVariant): string {
  return `${layout}, ${adam} Adam${shared ? ", one forward of the generated batch" : ""}`;
}

interface Answer {
  readonly milliseconds: readonly number[];
  readonly parameters: number;
  readonly peak_mib: number;
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
