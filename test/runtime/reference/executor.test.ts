/** Sessions of the reference executor: state that programs read and replace. */
import { describe, expect, test } from "vitest";
import { createReferenceExecutor } from "#runtime/executors/reference";
import type { Node, Program } from "#runtime/program/program";
import { scalar, tensor } from "#runtime/tensor";

const input = (name: string, shape: readonly number[]): Node => ({ op: "input", name, shape, origin: null });
const op = (name: "add" | "mul", inputs: readonly number[], shape: readonly number[]): Node => ({
  op: name,
  attrs: {},
  inputs,
  shape,
  origin: null,
});

/** total += x; gives the total before */
const accumulate: Program = {
  name: "accumulate",
  nodes: [input("total", [2]), input("x", [2]), op("add", [0, 1], [2])],
  outputs: [
    { name: "total", node: 2 },
    { name: "before", node: 0 },
  ],
};

/** scale *= 2 (total is read, not written) */
const weigh: Program = {
  name: "weigh",
  nodes: [input("total", [2]), input("scale", []), op("mul", [0, 1], [2]), op("add", [1, 1], [])],
  outputs: [
    { name: "weighed", node: 2 },
    { name: "scale", node: 3 },
  ],
};

const open = () =>
  createReferenceExecutor().open({ accumulate, weigh }, { total: tensor([2], [1, 2]), scale: scalar(10) });

describe("a session", () => {
  test("runs calls in order on the state they share", async () => {
    const session = await open();
    const x = tensor([2], [1, 1]);
    const results = await session.run([
      { program: "accumulate", inputs: { x } },
      { program: "weigh", inputs: {} },
      { program: "accumulate", inputs: { x } },
      { program: "weigh", inputs: {} },
    ]);
    expect(results).toEqual([
      { before: tensor([2], [1, 2]) },
      { weighed: tensor([2], [20, 30]) },
      { before: tensor([2], [2, 3]) },
      { weighed: tensor([2], [60, 80]) },
    ]);
    expect(await session.read()).toEqual({ total: tensor([2], [3, 4]), scale: scalar(40) });
    await session.close();
  });

  test("copies what is read and written", async () => {
    const session = await open();
    const mine = tensor([2], [7, 8]);
    await session.write({ total: mine });
    mine.data.fill(0);
    const { total } = await session.read(["total"]);
    expect(total).toEqual(tensor([2], [7, 8]));
    total!.data.fill(0);
    expect((await session.read(["total"])).total).toEqual(tensor([2], [7, 8]));
  });

  test("refuses unknown programs and entries, and shapes that differ", async () => {
    const session = await open();
    await expect(session.run([{ program: "other", inputs: {} }])).rejects.toThrow(
      "internal: the session has no program",
    );
    await expect(session.read(["other"])).rejects.toThrow("internal: the session has no state entry other");
    await expect(session.write({ total: scalar(1) })).rejects.toThrow(
      "state entry total has shape [2]; [] was written",
    );
    await expect(session.run([{ program: "accumulate", inputs: {} }])).rejects.toThrow("without its input x");
  });
});
