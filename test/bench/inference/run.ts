/**
 * `npm run bench -- inference`: all posteriors of published networks given random evidence, ours and those of pyAgrum and
 * pgmpy, in turns and in one run; then the time of a whole process that answers one query. README.md says how to get the
 * peers.
 *
 * Options: `--rounds N` (7), `--only NAME,NAME`, `--seed N` (1), `--patience S` (60: a peer that needs longer for one set of
 * evidence is given up), `--clock cpu` (processor time, for busy machines), `--first` and `--posteriors` (only that part).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compileFile, type Model } from "#apps/api/index";
import { type BenchNetwork, chooseNodes, drawEvidence, networkNames, readNetwork } from "./networks.ts";
import { type Clock, type Engine, engines, type Evidence, findPython, openPeer, type Peer } from "./peer.ts";

const share = 0.1;
/** Choices of nodes in a round; of each, two draws of their states. */
const choices = 3;
/** Seconds that a peer may take to start and to read a network. */
const loading = 180;

export async function run(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "7" },
      only: { type: "string", default: "" },
      seed: { type: "string", default: "1" },
      patience: { type: "string", default: "60" },
      clock: { type: "string", default: "wall" },
      first: { type: "boolean", default: false },
      posteriors: { type: "boolean", default: false },
    },
  });
  const found = findPython();
  if (found === null) console.log("no Python with pgmpy and pyAgrum (see test/bench/README.md): our own times only");
  else
    console.log(
      `against ${found.versions}; seed ${options.seed}, ${options.rounds} rounds; medians in milliseconds (${options.clock})`,
    );
  const folder = mkdtempSync(join(tmpdir(), "causal-bench-"));
  try {
    const names = networkNames.filter((name) => options.only === "" || options.only.split(",").includes(name));
    const networks = names.flatMap((name) => {
      const network = readNetwork(name);
      if (network === null) console.log(`${name}: not there`);
      else writeFileSync(join(folder, `${name}.bif`), network.bif);
      return network === null ? [] : [{ name, network, file: join(folder, `${name}.bif`) }];
    });
    const clock = options.clock === "cpu" ? "cpu" : "wall";
    const settings: Settings = {
      rounds: Number(options.rounds),
      patience: Number(options.patience),
      seed: options.seed,
      clock,
    };
    if (!options.first) {
      console.log("\nall posteriors: other nodes observed each time / the same nodes, other states / a new engine\n");
      for (const each of networks) await compare(each.name, each.network, each.file, found?.python ?? null, settings);
    }
    if (!options.posteriors) {
      console.log("\none query in a whole process: seconds\n");
      for (const each of networks) firstAnswer(each.name, each.network, each.file, found?.python ?? null);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A kind of measurement, and what it measured: milliseconds by round. */
type Kind = "new" | "again" | "cold";
type Times = Record<Kind, number[]>;
const emptyTimes = (): Times => ({ new: [], again: [], cold: [] });

interface Side {
  readonly name: string;
  time(evidence: readonly Evidence[]): Promise<readonly number[]>;
  cold(evidence: Evidence): Promise<number>;
  answers(evidence: Evidence): Promise<Readonly<Record<string, readonly number[]>>>;
  close(): void;
}

function ourSide(file: string, clock: Clock): Side {
  const now = () => (clock === "wall" ? performance.now() : processorTime());
  const ask = (model: Model, evidence: Evidence) => model.observe(evidence).posteriors();
  const timed = (body: () => unknown): number => {
    const start = now();
    body();
    return now() - start;
  };
  const model = compileFile(file).model();
  return {
    name: "ours",
    time: async (sets) => sets.map((evidence) => timed(() => ask(model, evidence))),
    // a file that is read again is a model of which nothing is known yet
    cold: async (evidence) => {
      const fresh = compileFile(file).model();
      return timed(() => ask(fresh, evidence));
    },
    answers: async (evidence) => {
      const { nodes } = ask(model, evidence);
      return Object.fromEntries(Object.entries(nodes).map(([name, { value }]) => [name, Object.values(value)]));
    },
    close: () => undefined,
  };
}

/** Milliseconds of all threads of this process. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Thrown inside, when a peer has no answer. */
class NoAnswer extends Error {}

async function peerSide(engine: Engine, file: string, python: string, patience: number, clock: Clock): Promise<Side> {
  const peer: Peer = openPeer(python, clock);
  const ask = async (request: object, sets = 1) => {
    const reply = await peer.ask(request, patience * sets);
    if (reply.error !== undefined) throw new NoAnswer(reply.error);
    return reply;
  };
  const loaded = await peer.ask({ op: "load", peer: engine, file }, loading);
  if (loaded.error !== undefined) throw new NoAnswer(loaded.error);
  return {
    name: engine,
    time: async (evidence) => (await ask({ op: "time", evidence }, evidence.length)).milliseconds!,
    cold: async (evidence) => (await ask({ op: "cold", evidence })).milliseconds![0]!,
    answers: async (evidence) => (await ask({ op: "answers", evidence })).posteriors!,
    close: () => peer.close(),
  };
}

interface Settings {
  readonly rounds: number;
  readonly patience: number;
  readonly seed: string;
  readonly clock: Clock;
}

async function compare(
  name: string,
  network: BenchNetwork,
  file: string,
  python: string | null,
  { rounds, patience, seed, clock }: Settings,
): Promise<void> {
  const sides: { side: Side; times: Times; difference: number; failure: string }[] = [];
  const add = (side: Side) => sides.push({ side, times: emptyTimes(), difference: 0, failure: "" });
  add(ourSide(file, clock));
  const failures: string[] = [];
  if (python !== null) {
    for (const engine of engines) {
      try {
        add(await peerSide(engine, file, python, patience, clock));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        failures.push(`${engine}: ${error.message}`);
      }
    }
  }
  // round 0 does not count: everybody warms up
  for (let round = 0; round <= rounds; round++) {
    const draw = (choice: string) => {
      const observed = chooseNodes(network, share, `${seed}/${name}/${round}/${choice}`);
      return [0, 1].map((i) => drawEvidence(network, observed, `${seed}/${name}/${round}/${choice}/${i}`));
    };
    const timed = Array.from({ length: choices }, (_, choice) => draw(String(choice))).flat();
    // other nodes, so that asking for the answers has not planned what is timed
    const compared = draw("compared")[0]!;
    const truth = await sides[0]!.side.answers(compared);
    for (const entry of sides) {
      if (entry.failure !== "") continue;
      try {
        const milliseconds = await entry.side.time(timed);
        const cold = await entry.side.cold(compared);
        const found = entry.side.name === "ours" ? truth : await entry.side.answers(compared);
        entry.difference = Math.max(entry.difference, difference(truth, found));
        if (round === 0) continue;
        entry.times.new.push(median(milliseconds.filter((_, i) => i % 2 === 0)));
        entry.times.again.push(median(milliseconds.filter((_, i) => i % 2 === 1)));
        entry.times.cold.push(cold);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        entry.failure = error.message;
      }
    }
  }
  const own = sides[0]!;
  console.log(`${name} (${network.model.nodes.length} nodes)`);
  for (const { side, times, difference: apart, failure } of sides) {
    side.close();
    const cells = (["new", "again", "cold"] as const).map((kind) =>
      cell(times[kind], own.times[kind], side === own.side),
    );
    const note = side === own.side ? "" : `, answers apart by ${apart.toExponential(1)}`;
    if (times.new.length === 0) console.log(`  ${side.name.padEnd(26)} no time: ${failure}`);
    else
      console.log(
        `  ${side.name.padEnd(26)} ${cells.join("  /  ")}${note}${failure === "" ? "" : `, then ${failure}`}`,
      );
  }
  for (const failure of failures) console.log(`  ${failure}`);
}

/** The median, and how many times ours it is: the median of the ratios of the rounds. */
function cell(theirs: readonly number[], ours: readonly number[], own: boolean): string {
  const time = median(theirs).toPrecision(3).padStart(7);
  return own ? time : `${time} (x ${median(theirs.map((t, i) => t / ours[i]!)).toPrecision(3)})`;
}

function difference(
  a: Readonly<Record<string, readonly number[]>>,
  b: Readonly<Record<string, readonly number[]>>,
): number {
  let largest = 0;
  for (const [name, values] of Object.entries(a)) {
    for (const [state, p] of values.entries())
      largest = Math.max(largest, Math.abs(p - (b[name]?.[state] ?? Number.NaN)));
  }
  return largest;
}

const bin = fileURLToPath(new URL("../../../dist/apps/cli/bin.js", import.meta.url));
const firstAnswerScript = fileURLToPath(new URL("first_answer.py", import.meta.url));
const starts = 5;

function firstAnswer(name: string, { model }: BenchNetwork, file: string, python: string | null): void {
  const node = `v${model.nodes.length - 1}`;
  const sides: { name: string; command: string; args: string[]; times: number[] }[] = [
    { name: "ours", command: process.execPath, args: [bin, "query", file, `P(${node})`], times: [] },
    ...(python === null ? [] : ["pyagrum", "pgmpy"]).map((library) => {
      return { name: library, command: python!, args: [firstAnswerScript, library, file, node], times: [] };
    }),
  ];
  for (let i = 0; i < starts; i++) {
    for (const side of sides) {
      const start = performance.now();
      const { status } = spawnSync(side.command, side.args, { stdio: "ignore", timeout: 300_000 });
      side.times.push(status === 0 ? (performance.now() - start) / 1000 : Number.NaN);
    }
  }
  const cells = sides.map((side) => `${side.name} ${median(side.times).toFixed(2)}`);
  console.log(`${name.padEnd(12)} ${cells.join("   ")}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
