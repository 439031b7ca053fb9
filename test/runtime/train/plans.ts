/** A small plan with everything a training has: two programs, noise, batches, state, metrics, a forward program. */
import { createBuilder } from "#compiler/tensor/build";
import type { BatchSource } from "#runtime/batches";
import { shuffledRows } from "#runtime/batches";
import type { TrainingPlan } from "#runtime/program/plan";
import type { Program } from "#runtime/program/program";

const batch = 8;

/** Least squares by hand: w -= rate x^T (x w + noise - y) / batch, with a step counter. */
function fitting(rate: number): Program {
  const b = createBuilder("fit");
  const [x, y, noise] = [b.input("x", [batch, 2]), b.input("y", [batch, 1]), b.input("noise", [batch, 1])];
  const w = b.input("w", [2, 1]);
  const error = b.sub(b.add(b.matmul(x, w), noise), y);
  const slope = b.div(b.matmul(b.transpose(x, [1, 0]), error), batch);
  b.output("w", b.sub(w, b.mul(slope, rate)));
  b.output("loss", b.mean(b.mul(error, error)));
  return b.build();
}

/** Follows w with a running average and counts steps. */
function follow(): Program {
  const b = createBuilder("follow");
  const [w, average, count] = [b.input("w", [2, 1]), b.input("average", [2, 1]), b.input("count", [])];
  const jitter = b.input("noise", [2, 1]);
  b.output("average", b.add(b.mul(average, 0.9), b.mul(b.add(w, jitter), 0.1)));
  const next = b.add(count, 1);
  b.output("count", next);
  b.output("steps", next);
  return b.build();
}

function predict(): Program {
  const b = createBuilder("predict");
  const y = b.matmul(b.input("x", [4, 2]), b.input("w", [2, 1]));
  b.output("y", b.add(y, b.input("noise", [4, 1])));
  return b.build();
}

export function leastSquares(options: { readonly steps?: number; readonly rate?: number } = {}): TrainingPlan {
  const { steps = 40, rate = 0.1 } = options;
  const noise = { kind: "normal", mean: 0, std: 0.01 } as const;
  return {
    format: 1,
    regime: "least squares",
    target: "Line.y",
    batch,
    order: "shuffled",
    balance: 0,
    steps,
    cycle: [
      { program: "fit", times: 3 },
      { program: "follow", times: 1 },
    ],
    state: [
      { name: "w", shape: [2, 1], role: "parameter", init: { kind: "normal", mean: 0, std: 1 } },
      { name: "average", shape: [2, 1], role: "statistic", init: { kind: "constant", value: 0 } },
      { name: "count", shape: [], role: "counter", init: { kind: "constant", value: 0 } },
    ],
    programs: { fit: fitting(rate), follow: follow(), predict: predict() },
    feeds: {
      x: { kind: "batch", source: "data", column: "point" },
      y: { kind: "batch", source: "data", column: "value" },
      noise,
    },
    metrics: [
      { program: "fit", output: "loss", label: "loss" },
      { program: "follow", output: "steps", label: "steps" },
    ],
    tables: null,
    draw: { program: "predict", feeds: { noise }, repeat: 1 },
    predict: null,
  };
}

export const weights = [1.5, -0.5] as const;

/** 50 points of a plane; `asked` notes which batches were asked for. */
export function plane(asked: number[] = []): BatchSource {
  const rows = 50;
  const point = (row: number) => [Math.sin(row), Math.cos(3 * row)] as const;
  return {
    rows,
    batch(columns, index, size) {
      asked.push(index);
      const chosen = [...shuffledRows(rows, size, index, 1)];
      const all: Record<string, Float32Array> = {
        point: Float32Array.from(chosen.flatMap((row) => point(row))),
        value: Float32Array.from(chosen, (row) => weights[0] * point(row)[0] + weights[1] * point(row)[1]),
      };
      return Object.fromEntries(columns.map((column) => [column, all[column]!]));
    },
  };
}
