/**
 * `npm run bench -- quality`: how long the training of examples/faces takes until its generator keeps to interventions, beside
 * the same algorithm in PyTorch. Both start from the same weights and see the same batches; snapshots are judged afterwards by
 * the same classifier, which neither sees. README.md says how to give it a PyTorch.
 *
 * Options: `--steps N` (1000), `--every N` (50), `--pictures N` (200, of each intervention), `--least P` (0.9), `--threads N` (2),
 * `--seed N` (1).
 */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { planTraining } from "#compiler/compile";
import { drawSamples } from "#compiler/inference/draw";
import { labelLayout } from "#compiler/lower/encoding";
import { intervene } from "#compiler/transforms/do";
import type { Executor, Tensors } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createCycle } from "#runtime/feeds";
import { initialState } from "#runtime/parameters";
import type { TrainingPlan } from "#runtime/program/plan";
import { sizeOf } from "#runtime/tensor";
import { type BatchSource, train } from "#runtime/train";
import { createBalance } from "../../apps/api/balance.ts";
import { batchesOf, labelsOf, openData, trainingRows } from "../../apps/api/data.ts";
import { classify, generate, parentsOf, type TrainedStage } from "../../apps/api/images.ts";
import { drawnLabels, intervenedLabels } from "../../apps/api/label-source.ts";
import { openProject, type Project, requireSound } from "../../apps/api/project.ts";
import { openRun } from "../../apps/api/run.ts";
import { trainProject } from "../../apps/api/training.ts";
import { createReader } from "../../apps/files/reader.ts";
import { pythonWithTorch } from "./peer.ts";

interface Settings {
  readonly steps: number;
  readonly every: number;
  readonly pictures: number;
  readonly least: number;
  readonly threads: number;
  readonly seed: number;
}

/** What both trainings start from, and the fitted labels and the classifier that judge them. */
interface Task {
  readonly plan: TrainingPlan;
  readonly state: Tensors;
  readonly sources: Readonly<Record<string, BatchSource>>;
  readonly model: CausalModel;
  readonly parents: readonly CausalNode[];
  readonly judge: TrainedStage;
  readonly vocabulary: Project["vocabulary"];
}

/** A generator on the way, and the seconds of training that it took. */
interface Snapshot {
  readonly step: number;
  readonly seconds: number;
  readonly state: Tensors;
}

const example = fileURLToPath(new URL("../../examples/faces/faces.causal", import.meta.url));
const script = fileURLToPath(new URL("pytorch/train_faces.py", import.meta.url));
const averaged = "average/";

export async function run(args: readonly string[]): Promise<void> {
  const number = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: number("1000"),
      every: number("50"),
      pictures: number("200"),
      least: number("0.9"),
      threads: number("2"),
      seed: number("1"),
    },
  });
  const settings = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
  await compare(settings as unknown as Settings);
}

async function compare(settings: Settings): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "causal-quality-"));
  const executor = await createOnnxExecutor({ threads: settings.threads });
  try {
    const task = await prepare(settings, executor, folder);
    const ours = await trainOurs(task, settings, executor);
    const theirs = await trainTheirs(task, settings, folder);
    for (const [name, snapshots] of [
      ["ours", ours],
      ["PyTorch", theirs],
    ] as const) {
      if (snapshots !== null) await report(name, snapshots, task, settings, executor);
    }
  } finally {
    await executor.close();
    rmSync(folder, { recursive: true });
  }
}

/** Fits the labels and the classifier as the program says, and plans the generator. */
async function prepare({ steps, seed }: Settings, executor: Executor, folder: string): Promise<Task> {
  const project = requireSound(openProject(example));
  const [image] = project.program.trains.filter(({ regime }) => regime === "causalgan");
  const others = project.program.trains.filter((other) => other !== image);
  const out = join(folder, "run");
  const without: Project = { ...project, program: { ...project.program, trains: others } };
  await trainProject(without, { out, executor, report: false, tensorboard: false });
  const run = openRun(out, async () => executor);
  const { model } = run.worlds.get(image!.model)!;
  const parents = parentsOf(model, image!.part);
  const data = await openData(
    project.program.data.get(String(image!.settings.data))!,
    createReader(resolve(example, "..")),
  );
  const trained = { ...image!, settings: { ...image!.settings, steps, seed } };
  const plan = planTraining(project, trained, project.vocabulary, data.training.length);
  const labels = labelsOf(data, parents);
  const balance = createBalance(labels.layout, trainingRows(data, labels), plan.balance);
  return {
    plan,
    state: initialState(plan.state, seed),
    sources: {
      data: batchesOf(data, labels, { order: plan.order, balance, seed }),
      model: drawnLabels(model, parents, balance, seed),
      interventions: intervenedLabels(model, parents, seed),
    },
    model,
    parents,
    vocabulary: project.vocabulary,
    judge: run.classifiers.get(`${image!.model}.${image!.part}`)!,
  };
}

const ofAverage = (state: Tensors): Tensors =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith(averaged)));

async function trainOurs({ plan, sources }: Task, { every, seed }: Settings, executor: Executor): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  let began = performance.now();
  let seconds = 0;
  await train(plan, {
    executor,
    seed,
    sources,
    now: () => performance.now(),
    visitEvery: every,
    async onVisit(step, readState) {
      seconds += (performance.now() - began) / 1000;
      snapshots.push({ step, seconds, state: ofAverage(await readState()) });
      began = performance.now();
    },
  });
  return snapshots;
}

/** Null where no python has torch. */
async function trainTheirs(task: Task, settings: Settings, folder: string): Promise<Snapshot[] | null> {
  const python = pythonWithTorch();
  if (python === null) {
    console.log("no PyTorch (see test/bench/README.md): our own times only");
    return null;
  }
  writeState(folder, task.state);
  await writeBatches(folder, task, settings);
  const { threads } = settings;
  const child = spawn(python.path, [script, folder, `${settings.every}`], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CAUSAL_BENCH_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` },
  });
  const ended = new Promise<number | null>((settle) => void child.once("close", settle));
  const snapshots: Snapshot[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { step, seconds, message } = JSON.parse(line);
    if (message === undefined) snapshots.push({ step, seconds, state: readAverage(folder, step, task.state) });
    else console.log(`PyTorch ${python.version}: ${message}`);
  }
  if ((await ended) !== 0) throw new Error("the PyTorch process failed; its message is above");
  return snapshots;
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
}

function writeState(folder: string, state: Tensors): void {
  const entries = Object.entries(state);
  writeFileSync(
    join(folder, "state.json"),
    JSON.stringify(entries.map(([name, { shape }]): Entry => ({ name, shape }))),
  );
  writeFileSync(join(folder, "state.bin"), Buffer.concat(entries.map(([, { data }]) => bytesOf(data))));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** The entries of the average in the order of `state`, as the peer leaves them behind. */
function readAverage(folder: string, step: number, state: Tensors): Tensors {
  const bytes = readFileSync(join(folder, `average-${step}.bin`));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let offset = 0;
  return Object.fromEntries(
    Object.entries(ofAverage(state)).map(([name, { shape }]) => {
      const start = offset;
      offset += sizeOf(shape);
      return [name, { shape, data: all.slice(start, offset) }];
    }),
  );
}

/** All that is fed to each step but the labeler's noise, which the peer draws itself; pixels as bytes. */
async function writeBatches(folder: string, { plan, sources }: Task, { steps, seed }: Settings): Promise<void> {
  const cycle = createCycle(plan, seed, sources);
  const file = openSync(join(folder, "batches.bin"), "w");
  let entries: readonly Entry[] = [];
  for (let step = 0; step < steps; step++) {
    const [call] = await cycle(step);
    const fed = Object.entries(call!.inputs).filter(([name]) => /^(z|.*\/labels|real\/image)$/.test(name));
    entries = fed.map(([name, { shape }]) => ({ name, shape }));
    for (const [name, { data }] of fed) {
      writeSync(
        file,
        name === "real/image" ? Uint8Array.from(data, (x) => Math.round((x + 1) * 127.5)) : bytesOf(data),
      );
    }
  }
  closeSync(file);
  writeFileSync(join(folder, "batches.json"), JSON.stringify(entries));
}

/** Judges snapshots one after the other until one keeps to all interventions. */
async function report(
  name: string,
  snapshots: readonly Snapshot[],
  task: Task,
  settings: Settings,
  executor: Executor,
): Promise<void> {
  console.log(`\n${name}`);
  for (const { step, seconds, state } of snapshots) {
    const { share, of } = await lowestEffectiveness(state, task, settings, executor);
    console.log(`  step ${step}, ${seconds.toFixed(1)} s: lowest effectiveness ${share.toFixed(3)} (${of})`);
    if (share < settings.least) continue;
    console.log(`  ${settings.least} reached after ${seconds.toFixed(1)} s, ${step} steps`);
    return;
  }
  console.log(`  ${settings.least} not reached`);
}

/** Over do(X = x) of all labels: the share of pictures on which the classifier reads X = x. */
async function lowestEffectiveness(
  state: Tensors,
  { plan, model, parents, judge, vocabulary }: Task,
  { pictures, seed }: Settings,
  executor: Executor,
): Promise<{ readonly share: number; readonly of: string }> {
  const layout = labelLayout(parents);
  let lowest = { share: 2, of: "" };
  for (const [i, { name }] of parents.entries()) {
    for (const value of [1, 0]) {
      const world = intervene(model, [{ kind: "set", node: name, value }]);
      const targets = parents.map((node) => node.name);
      const drawn = drawSamples(world, [], pictures, { vocabulary, seed, targets });
      if ("diagnostics" in drawn) throw new Error("labels cannot be drawn");
      const { images } = await generate({ plan, state }, parents, drawn.columns, pictures, { executor, seed });
      const read = await classify(judge, images, executor);
      const right = images.filter((_, row) => read[row * layout.width + i]! > 0.5 === (value === 1)).length;
      const share = right / pictures;
      if (share < lowest.share) lowest = { share, of: `do(${name} = ${value === 1})` };
    }
  }
  return lowest;
}
