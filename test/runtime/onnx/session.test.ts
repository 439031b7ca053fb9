/** What a session of the ONNX executor promises about state, callers' arrays and faults. */
import { EventEmitter } from "node:events";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { RuntimeFault } from "#runtime/fault";
import type { Program } from "#runtime/program/program";
import { scalar, tensor } from "#runtime/tensor";

/** count += by; returns the count before and after, and `by` itself. */
function counter(): Program {
  const b = createBuilder("counter");
  const count = b.input("count", [2]);
  const by = b.input("by", []);
  const next = b.add(count, by);
  b.output("count", next);
  b.output("before", count);
  b.output("after", next);
  b.output("again", next);
  b.output("by", by);
  b.output("one", b.constant(1));
  return b.build();
}

/** Exchanges two entries: each new value is the old one of the other. */
function swap(): Program {
  const b = createBuilder("swap");
  const [left, right] = [b.input("left", [1]), b.input("right", [1])];
  b.output("left", right);
  b.output("right", left);
  return b.build();
}

const fault = (promise: Promise<unknown>): Promise<RuntimeFault> =>
  promise.then(
    () => expect.unreachable("no fault"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(RuntimeFault);
      return error as RuntimeFault;
    },
  );

describe("sessions", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createOnnxExecutor({ threads: 1 });
  });
  afterAll(() => executor.close());

  test("runs calls in order and keeps state between them", async () => {
    const session = await executor.open({ counter: counter() }, { count: tensor([2], [0, 10]) });
    const by = (value: number) => ({ program: "counter", inputs: { by: scalar(value) } });
    const first = session.run([by(1), by(2)]);
    const second = session.run([by(4)]);
    expect((await first).map(({ before, after }) => [[...before!.data], [...after!.data]])).toEqual([
      [
        [0, 10],
        [1, 11],
      ],
      [
        [1, 11],
        [3, 13],
      ],
    ]);
    const [last] = await second;
    expect(Object.keys(last!)).toEqual(["before", "after", "again", "by", "one"]);
    expect([...last!.again!.data, ...last!.by!.data, ...last!.one!.data]).toEqual([7, 17, 4, 1]);
    expect([...(await session.read()).count!.data]).toEqual([7, 17]);
    await session.close();
  });

  test("a value that was read does not change afterwards, and written state replaces", async () => {
    const initial = tensor([2], [0, 0]);
    const session = await executor.open({ counter: counter() }, { count: initial });
    const step = { program: "counter", inputs: { by: scalar(1) } };
    await session.run([step]);
    const early = await session.read(["count"]);
    await session.run([step, step, step]);
    expect([...early.count!.data]).toEqual([1, 1]);
    expect([...initial.data]).toEqual([0, 0]);
    await session.write({ count: tensor([2], [5, 6]) });
    await session.run([step, step]);
    expect([...(await session.read()).count!.data]).toEqual([7, 8]);
    await session.close();
  });

  test("new values are those of the old state, whatever the order", async () => {
    const session = await executor.open({ swap: swap() }, { left: tensor([1], [1]), right: tensor([1], [2]) });
    for (const expected of [2, 1, 2, 1]) {
      await session.run([{ program: "swap", inputs: {} }]);
      const { left, right } = await session.read();
      expect([left!.data[0], right!.data[0]]).toEqual([expected, 3 - expected]);
    }
    await session.close();
  });

  test("inputs stay the caller's, and views are taken for what they show", async () => {
    const session = await executor.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    const table = Float32Array.of(9, 3, 9);
    const by = { shape: [], data: table.subarray(1, 2) };
    await session.run([{ program: "counter", inputs: { by } }]);
    await session.run([{ program: "counter", inputs: { by } }]);
    expect([...table]).toEqual([9, 3, 9]);
    expect([...(await session.read()).count!.data]).toEqual([6, 6]);
    await session.close();
  });

  test("sessions of one executor do not share state", async () => {
    const step = { program: "counter", inputs: { by: scalar(1) } };
    const one = await executor.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    const other = await executor.open({ counter: counter() }, { count: tensor([2], [50, 50]) });
    await Promise.all([one.run([step]), other.run([step, step])]);
    expect([...(await one.read()).count!.data]).toEqual([1, 1]);
    expect([...(await other.read()).count!.data]).toEqual([52, 52]);
    await one.close();
    await other.run([step]);
    await other.close();
  });

  test("shapes that disagree are internal errors before anything runs", async () => {
    await expect(executor.open({ counter: counter() }, { count: tensor([3], [0, 0, 0]) })).rejects.toThrow(
      "internal: count has shape [3] where [2] is needed",
    );
    const session = await executor.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    const missing = session.run([{ program: "counter", inputs: {} }]);
    await expect(missing).rejects.toThrow("internal: there is no tensor for by");
    await session.close();
  });

  test("a model that ONNX Runtime refuses is a device fault, and the executor goes on", async () => {
    const wrong: Program = {
      name: "wrong",
      nodes: [
        { op: "input", name: "x", shape: [2, 3], origin: null },
        { op: "matmul", attrs: {}, inputs: [0, 0], shape: [2, 3], origin: null },
      ],
      outputs: [{ name: "y", node: 1 }],
    };
    const { code, message } = await fault(executor.open({ wrong }, {}));
    expect(code).toBe("device");
    expect(message).toContain("ONNX Runtime failed");
    const session = await executor.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    await session.run([{ program: "counter", inputs: { by: scalar(1) } }]);
    await session.close();
  });

  test("not enough memory is a fault that says so", async () => {
    const b = createBuilder("huge");
    b.output("y", b.sum(b.exp(b.broadcastTo(b.input("x", [1, 1]), [2 ** 24, 2 ** 24]))));
    const session = await executor.open({ huge: b.build() }, {});
    const { code, advice } = await fault(session.run([{ program: "huge", inputs: { x: tensor([1, 1], [1]) } }]));
    expect(code).toBe("memory");
    expect(advice).toContain("smaller batch");
    await session.close();
  });

  test("a closed executor says so", async () => {
    const short = await createOnnxExecutor({ threads: 1 });
    const session = await short.open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    await short.close();
    await short.close();
    const { message } = await fault(session.run([{ program: "counter", inputs: { by: scalar(1) } }]));
    expect(message).toBe("the executor is closed");
    await session.close();
  });
});

describe("a worker that dies", () => {
  const started: EventEmitter[] = [];

  afterAll(() => {
    vi.doUnmock("node:worker_threads");
    vi.resetModules();
  });

  test("rejects everything that waits for it, and everything after", async () => {
    vi.resetModules();
    vi.doMock("node:worker_threads", () => ({
      Worker: class extends EventEmitter {
        constructor() {
          super();
          started.push(this);
        }
        ref() {}
        unref() {}
        postMessage() {}
      },
    }));
    const { openChannel } = await import("../../../runtime/executors/onnx/channel.ts");
    const opening = openChannel({ provider: "cpu", threads: 1 });
    started[0]!.emit("message", { id: 0, results: [] });
    const channel = await opening;
    const first = channel.ask({ kind: "read", session: 1, names: [] });
    const second = channel.ask({ kind: "read", session: 1, names: [] });
    started[0]!.emit("error", new Error("Worker terminated: reached memory limit"));
    started[0]!.emit("exit", 1);
    await expect(first).rejects.toMatchObject({ name: "RuntimeFault", code: "device" });
    await expect(second).rejects.toMatchObject({ name: "RuntimeFault", code: "device" });
    await expect(channel.ask({ kind: "end" })).rejects.toMatchObject({ name: "RuntimeFault", code: "device" });
    await channel.close();
  });
});
