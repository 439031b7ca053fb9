/** What `causal doctor` reports: every engine opened for real, timed, and closed again. */
import { RuntimeFault } from "#runtime/fault";
import { openExecutor } from "../devices.ts";
import { type Engine, type EngineName, engineNames, engines, openEngine } from "./engines.ts";
import { processor, versionOf } from "./machine.ts";
import { readMeasured } from "./measured.ts";
import { requireGoOn, stoppable } from "./stoppable.ts";
import { dawnAdapter } from "./tensorflow.ts";
import { throughput } from "./throughput.ts";

export interface EngineReport {
  readonly name: EngineName;
  readonly summary: string;
  /** of the package that brings it; null where none is installed */
  readonly version: string | null;
  /** whether it opened and computed */
  readonly found: boolean;
  /** what it runs on, or why it is not there and what to do */
  readonly detail: string;
  /** billions of floating-point operations a second at a convolution; null where it was not found */
  readonly gflops: number | null;
  /** what `auto` takes */
  readonly chosen: boolean;
}

export interface ProbeOptions {
  /** for each engine */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** hears of each engine as it is done */
  report?(engine: EngineReport): void;
}

/** Opens the engines one after the other. Throws a RuntimeFault "interrupted" once the signal is aborted. */
export async function probeEngines({ seconds, signal, report }: ProbeOptions): Promise<readonly EngineReport[]> {
  const auto = await chosenByAuto();
  const reports: EngineReport[] = [];
  for (const name of engineNames) {
    requireGoOn(signal);
    const engine = await probe(name, seconds, auto, signal);
    report?.(engine);
    reports.push(engine);
  }
  return reports;
}

/** Null where the engine of the processor is broken: then there is nothing to choose from. */
async function chosenByAuto(): Promise<EngineName | null> {
  try {
    const engine = await openExecutor("auto", { anew: true });
    await engine.close();
    return engine.device;
  } catch (error) {
    if (error instanceof RuntimeFault) return null;
    throw error;
  }
}

async function probe(
  name: EngineName,
  seconds: number,
  auto: EngineName | null,
  signal: AbortSignal,
): Promise<EngineReport> {
  const engine: Engine = engines[name];
  const known = { name, summary: engine.summary, version: versionOf(engine.packages[0]) };
  try {
    const executor = await openEngine(name, readMeasured().choices);
    try {
      const gflops = await throughput(stoppable(executor, signal), seconds);
      const detail = executor.adapter ?? (engine.gpu ? await unnamedGpu(name) : processor);
      return { ...known, found: true, detail, gflops, chosen: name === auto };
    } finally {
      await executor.close();
    }
  } catch (error) {
    if (!(error instanceof RuntimeFault) || error.code === "interrupted") throw error;
    return { ...known, found: false, detail: `${error.message}: ${error.advice}`, gflops: null, chosen: false };
  }
}

/** ONNX Runtime does not tell which GPU it took; the `webgpu` package takes one in the same way, and tells. */
async function unnamedGpu(name: EngineName): Promise<string> {
  const adapter = name === "webgpu" ? await dawnAdapter() : null;
  return adapter === null
    ? "a GPU (ONNX Runtime does not tell which)"
    : `${adapter} (as the package webgpu finds it; ONNX Runtime does not tell)`;
}
