/** Averages of the metrics of a plan between two looks at them, and the watch for numbers that are none. */
import { nearestOrigin } from "./divergence.ts";
import type { Call, Tensors } from "./executor.ts";
import { RuntimeFault } from "./fault.ts";
import type { Metric, TrainingPlan } from "./program/plan.ts";
import type { Program } from "./program/program.ts";
import { sizeOf } from "./tensor.ts";

export const divergenceAdvice =
  "lower the learning rate, or see whether the data or a network makes numbers grow without bound; the last good checkpoint is kept";

/** Averages by label. */
export type Metrics = Readonly<Record<string, number>>;

export interface Meter {
  /**
   * Takes the results of one step; `step` counts from 1. Throws a RuntimeFault "not-a-number" that names the metric
   * and the step.
   */
  add(step: number, calls: readonly Call[], results: readonly Tensors[]): void;
  /** The averages over all calls since the last `take`, and begins anew. */
  take(): Metrics;
}

export function createMeter(plan: TrainingPlan): Meter {
  const byProgram = new Map<string, readonly Metric[]>();
  for (const metric of plan.metrics) {
    checkScalar(plan, metric);
    byProgram.set(metric.program, [...(byProgram.get(metric.program) ?? []), metric]);
  }
  let sums = new Map<string, { sum: number; count: number }>();
  return {
    add(step, calls, results) {
      for (const [i, { program }] of calls.entries()) {
        for (const metric of byProgram.get(program) ?? []) {
          const value = results[i]![metric.output]!.data[0]!;
          if (!Number.isFinite(value)) throw notANumber(plan.programs[program]!, metric, value, step);
          const { sum, count } = sums.get(metric.label) ?? { sum: 0, count: 0 };
          sums.set(metric.label, { sum: sum + value, count: count + 1 });
        }
      }
    },
    take() {
      const averages = Object.fromEntries([...sums].map(([label, { sum, count }]) => [label, sum / count]));
      sums = new Map();
      return averages;
    },
  };
}

function checkScalar(plan: TrainingPlan, { program, output, label }: Metric): void {
  const found = plan.programs[program]?.outputs.find(({ name }) => name === output);
  const returned = found !== undefined && plan.state.every(({ name }) => name !== output);
  if (returned && sizeOf(plan.programs[program]!.nodes[found.node]!.shape) === 1) return;
  throw new Error(`internal: the metric ${label} is not a scalar result of ${program}`);
}

function notANumber(program: Program, metric: Metric, value: number, step: number): RuntimeFault {
  return new RuntimeFault(
    "not-a-number",
    `the training diverged: ${metric.label} is ${value} at step ${step}`,
    divergenceAdvice,
    nearestOrigin(
      program,
      program.outputs.flatMap(({ name, node }) => (name === metric.output ? [node] : [])),
    ),
  );
}
