/** Test data: deterministic numbers of the kinds at which an operation is smooth. */
import { type Shape, sizeOf } from "#runtime/tensor";

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * `signed`: away from 0; `positive`: away from 0; `distinct`: no two closer than 0.05 and none near 0; `between`: away from
 * the integers.
 */
export type Kind = "signed" | "positive" | "distinct" | "between";

export function draw(shape: Shape, kind: Kind, next: () => number): number[] {
  const size = sizeOf(shape);
  const indices = Array.from({ length: size }, (_, i) => i);
  if (kind === "distinct") {
    for (let i = size - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [indices[i], indices[j]] = [indices[j]!, indices[i]!];
    }
    return indices.map((place) => (place - size / 2 + 0.25) * 0.1 + next() * 0.02);
  }
  return indices.map(() => {
    if (kind === "positive") return 0.3 + 1.5 * next();
    if (kind === "between") return Math.floor(next() * 6 - 3) + 0.2 + 0.6 * next();
    return (next() < 0.5 ? -1 : 1) * (0.2 + 1.2 * next());
  });
}
