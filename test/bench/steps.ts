/**
 * `npm run bench -- steps`: times training steps of ours and of eager PyTorch in turns, in one run, and prints the ratios. With
 * `--profile` it prints where our time goes instead. README.md says how to give it a PyTorch.
 *
 * Options: `--rounds N` (7), `--threads N` (2), `--only WORD` (workloads whose name has the word), `--profile`, `--clock cpu` (time
 * of the processor instead of that of the wall, for machines that do other things as well; with one thread).
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { countContractions } from "./flops.ts";
import { type Clock, fastestVariants, openPeer, type Peer, variantText } from "./peer.ts";
import { profile } from "./profile.ts";
import { median, spread } from "./table.ts";
import { type TrainingStep, trainingStep, type Workload } from "./workloads.ts";

const workloads: Readonly<Record<string, Workload>> = {
  "DCGAN, 64 x 64, width 64, batch 16": { kind: "dcgan", size: 64, width: 64, batch: 16 },
  "CausalGAN, 64 x 64, width 64, batch 16": { kind: "causalgan", size: 64, width: 64, batch: 16 },
  "CausalGAN, 32 x 32, width 24, batch 64": { kind: "causalgan", size: 32, width: 24, batch: 64 },
  "CausalBEGAN, 64 x 64, width 32, batch 16": { kind: "causalbegan", size: 64, width: 32, batch: 16 },
  "CausalBEGAN of examples/faces, 32 x 32, width 24, batch 32": { kind: "faces_began", size: 32, width: 24, batch: 32 },
  "controller, 9 labels, batch 256": { kind: "controller", size: 32, width: 24, batch: 256 },
};

/** Of short steps; of those that take longer than a second, one and one. */
const stepsInBlock = 4;
const stepsInTrial = 2;
const long = 1000;

interface Settings {
  readonly clock: Clock;
  readonly threads: number;
  readonly rounds: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "7" },
      threads: { type: "string", default: "2" },
      only: { type: "string", default: "" },
      profile: { type: "boolean", default: false },
      clock: { type: "string", default: "wall" },
    },
  });
  const { clock } = options;
  if (clock !== "wall" && clock !== "cpu") throw new Error("--clock is wall or cpu");
  const settings: Settings = { clock, threads: Number(options.threads), rounds: Number(options.rounds) };
  const chosen = Object.entries(workloads).filter(([name]) => name.toLowerCase().includes(options.only.toLowerCase()));
  if (options.profile) {
    for (const [name, workload] of chosen) await printProfile(name, await trainingStep(workload), settings);
    return;
  }
  const { threads } = settings;
  const peer = await openPeer(threads, clock);
  if (peer === null) console.log("no PyTorch (see test/bench/README.md): our own times only");
  else console.log(`against PyTorch ${peer.torch} on ${threads} threads; ${clock} milliseconds a step are medians`);
  const executor = await createOnnxExecutor({ threads });
  for (const [name, workload] of chosen) await compare(name, workload, executor, peer, settings);
  await executor.close();
  peer?.close();
}

async function compare(
  name: string,
  workload: Workload,
  executor: Executor,
  peer: Peer | null,
  { rounds, clock }: Settings,
): Promise<void> {
  const { programs, state, calls } = await trainingStep(workload);
  const session = await executor.open(programs, state);
  const ours = async (steps: number): Promise<readonly number[]> => {
    const times: number[] = [];
    for (let step = 0; step < steps; step++) {
      const start = now(clock);
      await session.run(calls);
      times.push(now(clock) - start);
    }
    return times;
  };
  const first = Math.min(...(await ours(2)));
  const [block, trial] = first > long ? [1, 1] : [stepsInBlock, stepsInTrial];
  const variants = peer === null ? [] : await fastestVariants(peer, workload, trial);
  const own: number[] = [];
  const others = variants.map(() => [] as number[]);
  const ratios = variants.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    const mine = median(await ours(block));
    own.push(mine);
    for (const [i, variant] of variants.entries()) {
      // the first step after a change of variant is not typical: the peer makes it before it counts
      const other = median((await peer!.time(workload, variant, block)).milliseconds);
      others[i]!.push(other);
      ratios[i]!.push(mine / other);
    }
  }
  await session.close();
  console.log(`\n${name}\n  ours ${median(own).toFixed(0)} ms (${spread(own, 0)})`);
  for (const [i, variant] of variants.entries()) {
    console.log(`  PyTorch ${median(others[i]!).toFixed(0)} ms (${spread(others[i]!, 0)}; ${variantText(variant)})`);
    console.log(`  ratio ${median(ratios[i]!).toFixed(2)} (${spread(ratios[i]!, 2)})`);
  }
}

/** Milliseconds; those of the processor are of all threads of this process. */
function now(clock: Clock): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function printProfile(name: string, step: TrainingStep, { threads }: Settings): Promise<void> {
  const executor = await createOnnxExecutor({ threads });
  await executor.close();
  const { total, operations, slowest } = await profile(step, threads, executor.target);
  console.log(`\n${name}: ${total.toFixed(1)} ms in the nodes of a step`);
  for (const { op, count, time } of operations.filter(({ time }) => time > total / 500)) {
    console.log(`  ${op.padEnd(16)} ${String(count).padStart(4)} nodes ${time.toFixed(1).padStart(7)} ms`);
  }
  const counts = countContractions(Object.values(step.programs));
  console.log(`  contractions: ${counts.reduce((sum, { gflop }) => sum + gflop, 0).toFixed(1)} GFLOP`);
  for (const { what, nodes, gflop } of counts.filter(({ gflop }) => gflop >= 0.05)) {
    console.log(`  ${what.padEnd(32)} ${String(nodes).padStart(4)} nodes ${gflop.toFixed(1).padStart(7)} GFLOP`);
  }
  console.log("  slowest nodes");
  for (const { op, shapes, time } of slowest) console.log(`  ${time.toFixed(1).padStart(6)} ms  ${op} ${shapes}`);
}
