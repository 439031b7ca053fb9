/** What `causal doctor` reports: every engine opened for real, timed, and closed again. */
import { RuntimeFault } from "#runtime/fault";
import { openExecutor } from "../devices.ts";
import { type Engine, type EngineName, engineNames, engines, openEngine } from "./engines.ts";
import { processor, versionOf } from "./machine.ts";
import { readMeasured } from "./measured.ts";
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

/** Opens the engines one after the other and gives each `seconds` for its probe; `report` hears of each as it is done. */
export async function probeEngines(
  seconds: number,
  report: (engine: EngineReport) => void = () => {},
): Promise<readonly EngineReport[]> {
  const auto = await openExecutor("auto");
  await auto.close();
  const reports: EngineReport[] = [];
  for (const name of engineNames) {
    const engine = await probe(name, seconds, auto.device);
    report(engine);
    reports.push(engine);
  }
  return reports;
}

async function probe(name: EngineName, seconds: number, auto: EngineName): Promise<EngineReport> {
  const engine: Engine = engines[name];
  const known = { name, summary: engine.summary, version: versionOf(engine.packages[0]) };
  try {
    const executor = await openEngine(name, readMeasured().choices);
    try {
      const gflops = await throughput(executor, seconds);
      const detail = executor.adapter ?? (engine.gpu ? "GPU" : processor);
      return { ...known, found: true, detail, gflops, chosen: name === auto };
    } finally {
      await executor.close();
    }
  } catch (error) {
    if (!(error instanceof RuntimeFault)) throw error;
    return { ...known, found: false, detail: `${error.message}: ${error.advice}`, gflops: null, chosen: false };
  }
}
