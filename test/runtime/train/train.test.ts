/** The training loop: what it feeds, when it reports and saves, and that a resumed training is the same training. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Call, Executor, Tensors } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { type Progress, train } from "#runtime/train";
import { leastSquares, plane, weights } from "./plans.ts";

let onnx: Executor;
const reference = createReferenceExecutor();
beforeAll(async () => {
  onnx = await createOnnxExecutor({ threads: 1 });
});
afterAll(() => onnx.close());
const executors = () => [reference, onnx] as const;

const bytes = (state: Tensors) =>
  Object.fromEntries(
    Object.entries(state).map(([name, { data }]) => [name, [...new Uint32Array(data.buffer.slice(0))]]),
  );

/** Notes the calls that reach an executor. */
function recording(executor: Executor, messages: (readonly Call[])[]): Executor {
  return {
    ...executor,
    async open(programs, state) {
      const session = await executor.open(programs, state);
      return {
        ...session,
        run(calls) {
          messages.push(calls);
          return session.run(calls);
        },
      };
    },
  };
}

/** A clock on which every look takes this long. */
const clock = (milliseconds: number) => {
  let time = 0;
  return () => (time += milliseconds);
};

describe("train", () => {
  test("fits, and says so", async () => {
    const events: Progress[] = [];
    const { state, step, history, interrupted } = await train(leastSquares({ steps: 200 }), {
      executor: reference,
      seed: 3,
      sources: { data: plane() },
      logEvery: 50,
      onProgress: (event) => events.push(event),
    });
    expect(interrupted).toBe(false);
    expect(step).toBe(200);
    for (const [i, weight] of weights.entries()) expect(state.average!.data[i]).toBeCloseTo(weight, 1);
    expect(state.count!.data[0]).toBe(200);
    expect(events.map((event) => [event.step, event.steps])).toEqual([50, 100, 150, 200].map((at) => [at, 200]));
    expect(history).toEqual(events.map((event) => ({ step: event.step, metrics: event.metrics })));
    expect(events.map(({ metrics }) => metrics.steps)).toEqual([25.5, 75.5, 125.5, 175.5]);
    expect(events[3]!.metrics.loss).toBeLessThan(events[0]!.metrics.loss! / 10);
    expect(events[0]!.stepsPerSecond).toBe(null);
  });

  test("every call has its own draws, and a source's batches are numbered through", async () => {
    const messages: (readonly Call[])[] = [];
    const asked: number[] = [];
    const plan = leastSquares({ steps: 3 });
    await train(plan, { executor: recording(reference, messages), seed: 3, sources: { data: plane(asked) } });
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const calls = messages.flat();
    expect(calls.map(({ program }) => program)).toEqual(
      Array.from({ length: 3 }, () => ["fit", "fit", "fit", "follow"]).flat(),
    );
    expect(Object.keys(calls[0]!.inputs).sort()).toEqual(["noise", "x", "y"]);
    const firsts = calls.map(({ inputs }) => inputs.noise!.data[0]);
    expect(new Set(firsts).size).toBe(12);
  });

  test("executors agree", async () => {
    const [a, b] = await Promise.all(
      executors().map((executor) => train(leastSquares(), { executor, seed: 3, sources: { data: plane() } })),
    );
    for (const name of ["w", "average", "count"]) {
      a!.state[name]!.data.forEach((value, i) => {
        expect(b!.state[name]!.data[i]).toBeCloseTo(value, 4);
      });
    }
  });

  test("a resumed training is the same training, bit for bit", async () => {
    const plan = leastSquares({ steps: 30 });
    for (const executor of executors()) {
      const run = { executor, seed: 5, sources: { data: plane() } };
      const whole = await train(plan, run);
      const saved = new Map<number, Tensors>();
      await train(plan, {
        ...run,
        checkpointEvery: 7,
        onCheckpoint: async (step, readState) => void saved.set(step, await readState()),
      });
      expect([...saved.keys()]).toEqual([7, 14, 21, 28, 30]);
      for (const [step, state] of saved) {
        const resumed = await train(plan, { ...run, start: { step, state } });
        expect(bytes(resumed.state), `${executor.name} from ${step}`).toEqual(bytes(whole.state));
      }
    }
  });

  test("steps that share messages give the same results, and never step over a checkpoint", async () => {
    const plan = leastSquares({ steps: 60 });
    const messages: (readonly Call[])[] = [];
    const steps: number[] = [];
    const run = { seed: 5, sources: { data: plane() }, logEvery: 10 };
    const alone = await train(plan, { ...run, executor: onnx });
    const together = await train(plan, {
      ...run,
      executor: recording(onnx, messages),
      now: clock(0.01),
      checkpointEvery: 25,
      onCheckpoint: async (step, readState) => {
        expect((await readState()).count!.data[0]).toBe(step);
        steps.push(step);
      },
    });
    expect(messages.length).toBeLessThan(20);
    expect(steps).toEqual([25, 50, 60]);
    expect(bytes(together.state)).toEqual(bytes(alone.state));
    expect(together.history).toEqual(alone.history);
  });

  test("a clock gives rates", async () => {
    const rates: (number | null)[] = [];
    await train(leastSquares({ steps: 20 }), {
      executor: reference,
      seed: 5,
      sources: { data: plane() },
      logEvery: 10,
      now: clock(50),
      onProgress: ({ stepsPerSecond }) => rates.push(stepsPerSecond),
    });
    expect(rates).toHaveLength(2);
    for (const rate of rates) expect(rate).toBeGreaterThan(0);
  });

  test("an interruption finishes what is under way, saves it and can be resumed", async () => {
    const plan = leastSquares({ steps: 40 });
    for (const executor of executors()) {
      const run = { executor, seed: 6, sources: { data: plane() } };
      const stop = new AbortController();
      let saved = { step: 0, state: {} as Tensors };
      const cut = await train(plan, {
        ...run,
        signal: stop.signal,
        logEvery: 1,
        onProgress: ({ step }) => step === 10 && stop.abort(),
        onCheckpoint: async (step, readState) => {
          saved = { step, state: await readState() };
        },
      });
      expect(cut.interrupted).toBe(true);
      expect(cut.step).toBeGreaterThanOrEqual(10);
      expect(cut.step).toBeLessThanOrEqual(12);
      expect(saved.step).toBe(cut.step);
      expect(bytes(saved.state)).toEqual(bytes(cut.state));
      expect(saved.state.count!.data[0]).toBe(cut.step);
      const whole = await train(plan, run);
      expect(bytes((await train(plan, { ...run, start: saved })).state)).toEqual(bytes(whole.state));
    }
  });

  test("a metric that is no number stops the training, names itself and its place, and saves nothing", async () => {
    const plan = leastSquares({ steps: 500, rate: 1e6 });
    const b = createBuilder("fit");
    const origin = { source: "line.causal", start: 7, end: 9 };
    const w = b.input("w", [2, 1]);
    const next = b.at(origin, () => b.mul(w, 1e6));
    b.output("w", next);
    b.output("loss", b.mean(next));
    const saved: number[] = [];
    for (const executor of executors()) {
      const diverging = { ...plan, programs: { ...plan.programs, fit: b.build() } };
      const training = train(diverging, {
        executor,
        seed: 6,
        sources: {},
        checkpointEvery: 2,
        onCheckpoint: async (step) => void saved.push(step),
      });
      await expect(training).rejects.toMatchObject({ name: "RuntimeFault", code: "not-a-number", origin });
      // 1e18 a step: 2 steps are within float32, the third is not.
      await expect(training).rejects.toThrow(/loss is -?Infinity at step 3/);
    }
    expect(saved).toEqual([2, 2]);
  });

  test("a state that does not fit is a fault that says where", async () => {
    const state = { w: { shape: [3, 1], data: new Float32Array(3) } };
    const training = train(leastSquares(), { executor: reference, seed: 1, sources: {}, start: { step: 3, state } });
    await expect(training).rejects.toMatchObject({
      code: "corrupt-checkpoint",
      message: "the state does not fit the plan: w has shape [3, 1] instead of [2, 1]",
    });
  });

  test("what a source throws comes through, and the session is closed", async () => {
    const failing = { rows: 50, batch: () => Promise.reject(new Error("the disk is gone")) };
    for (const executor of executors()) {
      const training = train(leastSquares(), { executor, seed: 1, sources: { data: failing } });
      await expect(training).rejects.toThrow("the disk is gone");
    }
  });

  test("nothing is left to do after the last step", async () => {
    const plan = leastSquares({ steps: 5 });
    const run = { executor: reference, seed: 1, sources: { data: plane() } };
    const { state } = await train(plan, run);
    const again = await train(plan, { ...run, start: { step: 5, state } });
    expect(again).toMatchObject({ step: 5, history: [], interrupted: false });
    expect(bytes(again.state)).toEqual(bytes(state));
  });
});
