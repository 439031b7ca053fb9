/** How fast an engine is on this machine: a convolution of a training step, repeated for a given time. */
import { createBuilder } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import type { Program } from "#runtime/program/program";
import { type Tensor, tensor } from "#runtime/tensor";

/** A 5 x 5 convolution with stride 2 on `maps` channels of 16 x 16, batch 16, whose sum is all that comes back. */
function convolution(maps: number): { program: Program; x: Tensor; w: Tensor; operations: number } {
  const b = createBuilder("throughput");
  const [x, w] = [b.input("x", [16, maps, 16, 16]), b.input("w", [maps, maps, 5, 5])];
  b.output("y", b.sum(b.conv(x, w, { strides: [2, 2], pads: [1, 1, 2, 2], dilations: [1, 1] })));
  const filled = (shape: readonly number[]) =>
    tensor(shape, new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.5));
  const operations = 2 * 16 * 8 * 8 * 25 * maps * maps;
  return { program: b.build(), x: filled([16, maps, 16, 16]), w: filled([maps, maps, 5, 5]), operations };
}

/**
 * Billions of floating-point operations a second, of the fastest run within about `seconds`. The weights and the image stay
 * with the engine, as in training. The convolution grows until one takes a twentieth of the time.
 */
export async function throughput(executor: Executor, seconds: number): Promise<number> {
  const end = performance.now() + 1000 * seconds;
  let best = 0;
  for (let maps = 4; maps <= 256; maps *= 4) {
    const { program, x, w, operations } = convolution(maps);
    const session = await executor.open({ run: program }, { x, w });
    try {
      await session.run([{ program: "run", inputs: {} }]);
      const last = maps * 4 > 256;
      let shortest = Number.POSITIVE_INFINITY;
      for (let i = 0; (last || i < 2) && (i === 0 || performance.now() < end); i++) {
        const start = performance.now();
        await session.run([{ program: "run", inputs: {} }]);
        shortest = Math.min(shortest, performance.now() - start);
      }
      best = Math.max(best, operations / shortest / 1e6);
      // the next size has 16 times the work
      if (performance.now() + 16 * shortest > end) return best;
    } finally {
      await session.close();
    }
  }
  return best;
}
