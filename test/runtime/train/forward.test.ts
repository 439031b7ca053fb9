/** Forward programs: fed inputs, averaged repeats, and draws that depend on the seed and the run's number only. */
import { expect, test } from "vitest";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { forward, openForward } from "#runtime/forward";
import { initialState } from "#runtime/parameters";
import { tensor } from "#runtime/tensor";
import { leastSquares } from "./plans.ts";

const executor = createReferenceExecutor();
const plan = leastSquares();
const state = { ...initialState(plan.state, 1), w: tensor([2, 1], [2, 1]) };
const x = tensor([4, 2], [1, 0, 0, 1, 1, 1, 2, 2]);
const exact = [2, 1, 3, 6];
const wide = { program: "predict", feeds: { noise: { kind: "normal", mean: 0, std: 1 } }, repeat: 1 } as const;

test("inputs handed in take the place of feeds", async () => {
  const inputs = { x, noise: tensor([4, 1], [0, 0, 0, 0]) };
  const { y } = await forward(plan, plan.draw!, state, { executor, seed: 1, inputs });
  expect(y!.shape).toEqual([4, 1]);
  expect([...y!.data]).toEqual(exact);
});

test("repeats are averaged over different draws", async () => {
  const spread = async (repeat: number) => {
    const { y } = await forward(plan, { ...wide, repeat }, state, { executor, seed: 1, inputs: { x } });
    return Math.sqrt([...y!.data].reduce((sum, value, i) => sum + (value - exact[i]!) ** 2, 0) / 4);
  };
  expect(await spread(1)).toBeGreaterThan(0.2);
  expect(await spread(2500)).toBeLessThan(0.06);
});

test("draws depend on the seed and the number of the run", async () => {
  const open = await openForward(plan, wide, state, { executor, seed: 1 });
  const run = async (index: number) => [...(await open.run({ x }, index)).y!.data];
  const first = await run(0);
  expect(await run(1)).not.toEqual(first);
  expect(await run(0)).toEqual(first);
  await open.close();
  const { y } = await forward(plan, wide, state, { executor, seed: 2, inputs: { x } });
  expect([...y!.data]).not.toEqual(first);
});

test("an input that nothing feeds is named", async () => {
  await expect(forward(plan, wide, state, { executor, seed: 1 })).rejects.toThrow(
    "internal: nothing feeds the input x of predict",
  );
});
