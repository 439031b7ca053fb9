/** What every executor promises about state: kept between calls, replaced all at once, copied when it is read. */
import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import type { Program } from "#runtime/program/program";
import { scalar, tensor } from "#runtime/tensor";

/** count += by; returns the count before and after, and `by` itself. */
export function counter(): Program {
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
export function swap(): Program {
  const b = createBuilder("swap");
  const [left, right] = [b.input("left", [1]), b.input("right", [1])];
  b.output("left", right);
  b.output("right", left);
  return b.build();
}

export function testSessions(executor: () => Executor): void {
  test("runs calls in order and keeps state between them", async () => {
    const session = await executor().open({ counter: counter() }, { count: tensor([2], [0, 10]) });
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
    const session = await executor().open({ counter: counter() }, { count: initial });
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
    const session = await executor().open({ swap: swap() }, { left: tensor([1], [1]), right: tensor([1], [2]) });
    for (const expected of [2, 1, 2, 1]) {
      await session.run([{ program: "swap", inputs: {} }]);
      const { left, right } = await session.read();
      expect([left!.data[0], right!.data[0]]).toEqual([expected, 3 - expected]);
    }
    await session.close();
  });

  test("inputs stay the caller's, and views are taken for what they show", async () => {
    const session = await executor().open({ counter: counter() }, { count: tensor([2], [0, 0]) });
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
    const one = await executor().open({ counter: counter() }, { count: tensor([2], [0, 0]) });
    const other = await executor().open({ counter: counter() }, { count: tensor([2], [50, 50]) });
    await Promise.all([one.run([step]), other.run([step, step])]);
    expect([...(await one.read()).count!.data]).toEqual([1, 1]);
    expect([...(await other.read()).count!.data]).toEqual([52, 52]);
    await one.close();
    await other.run([step]);
    await other.close();
  });

  test("a session without state computes", async () => {
    const session = await executor().open({ counter: counter() }, {});
    const inputs = { count: tensor([2], [1, 2]), by: scalar(3) };
    const [result] = await session.run([{ program: "counter", inputs }]);
    expect([...result!.count!.data]).toEqual([4, 5]);
    expect(await session.read()).toEqual({});
    await session.close();
  });
}
