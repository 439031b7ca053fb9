/** What a session of the ONNX executor promises about state, callers' arrays and faults. */
import { EventEmitter } from "node:events";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { RuntimeFault } from "#runtime/fault";
import type { Program } from "#runtime/program/program";
import { scalar, tensor } from "#runtime/tensor";
import { counter } from "../conformance/sessions.ts";

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
