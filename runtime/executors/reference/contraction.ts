/**
 * Kernels of the matrix product and the convolutions. Sums are kept in float64 and rounded once, so that this executor is
 * the more exact one where two disagree.
 */
import type { ConvGeometry, OpName } from "../../program/ops.ts";
import type { Shape } from "../../tensor.ts";
import { broadcastStrides, eachRow, type Kernels } from "./kernel.ts";

/**
 * The positions of the small map that a tap of the kernel connects to the large one: small position i meets large position
 * i * stride + shift. Half-open range of i for which that lies in [0, large).
 */
interface Tap {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly shift: number;
}

function taps(g: ConvGeometry, axis: 0 | 1, kernel: number, small: number, large: number): Tap[] {
  const stride = g.strides[axis];
  return Array.from({ length: kernel }, (_, k) => {
    const shift = k * g.dilations[axis] - g.pads[axis];
    const from = Math.max(0, Math.ceil(-shift / stride));
    const to = Math.min(small, Math.floor((large - 1 - shift) / stride) + 1);
    return { from, to, stride, shift };
  });
}

type Rank4 = readonly [number, number, number, number];

interface Layout {
  readonly n: number;
  readonly large: Rank4;
  readonly small: Rank4;
  readonly filter: Rank4;
  readonly rows: readonly Tap[];
  readonly columns: readonly Tap[];
}

/** large [N, C, H, W], small [N, M, h, w], filter [M, C, kH, kW]: what the three convolutions have in common. */
function layout(g: ConvGeometry, largeShape: Shape, smallShape: Shape, filterShape: Shape): Layout {
  const [large, small, filter] = [largeShape, smallShape, filterShape] as unknown as [Rank4, Rank4, Rank4];
  return {
    n: large[0],
    large,
    small,
    filter,
    rows: taps(g, 0, filter[2], small[2], large[2]),
    columns: taps(g, 1, filter[3], small[3], large[3]),
  };
}

export const contraction: Kernels<Extract<OpName, "matmul" | "conv" | "convTranspose" | "convFilterGrad">> = {
  matmul: (_, [x, y], out) => {
    const [n, k] = x!.shape.slice(-2) as [number, number];
    const m = out.shape.at(-1)!;
    const batch = out.shape.slice(0, -2);
    const memories = [x!, y!].map(({ shape }) => broadcastStrides(shape.slice(0, -2), batch));
    const [left, right] = [x!.data, y!.data];
    const row = new Float64Array(m);
    let at = 0;
    eachRow(batch, memories, ([bx, by], length, [sx, sy]) => {
      for (let b = 0; b < length; b++) {
        const fromX = (bx! + b * sx!) * n * k;
        const fromY = (by! + b * sy!) * k * m;
        for (let i = 0; i < n; i++, at += m) {
          row.fill(0);
          for (let p = 0; p < k; p++) {
            const factor = left[fromX + i * k + p]!;
            const start = fromY + p * m;
            for (let j = 0; j < m; j++) row[j]! += factor * right[start + j]!;
          }
          out.data.set(row, at);
        }
      }
    });
  },

  conv: (g, [x, w], out) => {
    const { n, large, small, filter, rows, columns } = layout(g, x!.shape, out.shape, w!.shape);
    const [, channels, height, width] = large;
    const [, maps, , ow] = small;
    const [from, weights] = [x!.data, w!.data];
    const plane = new Float64Array(small[2] * ow);
    for (let i = 0; i < n * maps; i++) {
      const image = Math.floor(i / maps);
      let tap = (i % maps) * channels * filter[2] * filter[3];
      plane.fill(0);
      for (let c = 0; c < channels; c++) {
        const start = (image * channels + c) * height * width;
        for (const r of rows) {
          for (const q of columns) {
            const weight = weights[tap++]!;
            const { stride, from: left, to: right } = q;
            for (let a = r.from; a < r.to; a++) {
              const line = start + (a * r.stride + r.shift) * width + q.shift;
              const target = a * ow;
              for (let b = left; b < right; b++) plane[target + b]! += weight * from[line + b * stride]!;
            }
          }
        }
      }
      out.data.set(plane, i * plane.length);
    }
  },

  convTranspose: (g, [x, w], out) => {
    const { n, large, small, filter, rows, columns } = layout(g, out.shape, x!.shape, w!.shape);
    const [, channels, height, width] = large;
    const [, maps, oh, ow] = small;
    const [from, weights] = [x!.data, w!.data];
    const plane = new Float64Array(height * width);
    for (let i = 0; i < n * channels; i++) {
      const image = Math.floor(i / channels);
      plane.fill(0);
      for (let m = 0; m < maps; m++) {
        const start = (image * maps + m) * oh * ow;
        let tap = (m * channels + (i % channels)) * filter[2] * filter[3];
        for (const r of rows) {
          for (const q of columns) {
            const weight = weights[tap++]!;
            const { stride, from: left, to: right } = q;
            for (let a = r.from; a < r.to; a++) {
              const line = (a * r.stride + r.shift) * width + q.shift;
              const source = start + a * ow;
              for (let b = left; b < right; b++) plane[line + b * stride]! += weight * from[source + b]!;
            }
          }
        }
      }
      out.data.set(plane, i * plane.length);
    }
  },

  convFilterGrad: (g, [x, dy], out) => {
    const { n, large, small, rows, columns } = layout(g, x!.shape, dy!.shape, out.shape);
    const [, channels, height, width] = large;
    const [, maps, oh, ow] = small;
    const [from, slopes] = [x!.data, dy!.data];
    let at = 0;
    for (let m = 0; m < maps; m++) {
      for (let c = 0; c < channels; c++) {
        for (const r of rows) {
          for (const q of columns) {
            let total = 0;
            const { stride, from: left, to: right } = q;
            for (let i = 0; i < n; i++) {
              const fromX = (i * channels + c) * height * width;
              const fromY = (i * maps + m) * oh * ow;
              for (let a = r.from; a < r.to; a++) {
                const line = fromX + (a * r.stride + r.shift) * width + q.shift;
                const other = fromY + a * ow;
                for (let b = left; b < right; b++) total += from[line + b * stride]! * slopes[other + b]!;
              }
            }
            out.data[at++] = total;
          }
        }
      }
    }
  },
};
