/**
 * The three convolutions in ONNX. Two of them can be written in several ways that give the same values at different speeds: which
 * one is a fixed rule, unless a choice that was measured on this machine is handed in.
 *
 * The rule is what sizes on a cpu decided: ConvTranspose on all but the smallest maps and the dilated Conv for filter gradients
 * were fastest on every DCGAN shape tried (see docs/decisions/0002-onnx-encoder.md).
 */
import type { ConvGeometry, OpAttributes } from "../../program/ops.ts";
import type { OpNode } from "../../program/program.ts";
import type { Shape } from "../../tensor.ts";
import * as blocked from "./blocked.ts";
import type { Attribute } from "./encode.ts";
import type { GraphBuilder, Target } from "./lower.ts";
import type { Row } from "./rows.ts";

type Node<K extends OpNode["op"]> = Extract<OpNode, { op: K }>;

/** One way to write an operation. */
interface Way<K extends OpNode["op"]> {
  /** whether it can write this one; `shapes` are those of the operands, `block` that of the target */
  fits(node: Node<K>, shapes: readonly Shape[], block: number): boolean;
  readonly write: Row<Node<K>>;
}

/** The name of a way by the signature of an operation. */
export type Choices = Readonly<Record<string, string>>;

/** Operation, shapes and geometry, as a text. */
export function signatureOf(node: OpNode, shapes: readonly Shape[]): string {
  return `${node.op} ${shapes.map((shape) => shape.join("x")).join(" ")} ${JSON.stringify(node.attrs)}`;
}

const always = () => true;

/** The first way of an operation is the one that fits everything. */
export const ways = {
  conv: {
    plain: {
      fits: always,
      write: (graph, { attrs, shape }, [x, w, bias]) => {
        const operands = [
          graph.float(x!),
          graph.float(w!),
          ...(bias === undefined ? [] : [vector(graph, bias, shape[1]!)]),
        ];
        return graph.add("Conv", operands, geometry(attrs, graph.shape(w!).slice(2)));
      },
    },
    blocked: {
      fits: blocked.fitsConv,
      write: (graph, { attrs, shape }, [x, w, bias]) =>
        blocked.conv(graph, attrs, x!, w!, bias === undefined ? null : vector(graph, bias, shape[1]!)),
    },
  },
  convTranspose: {
    transposed: {
      fits: always,
      write: (graph, { attrs }, [x, w]) =>
        graph.add("ConvTranspose", [graph.float(x!), graph.float(w!)], {
          ...geometry(attrs, graph.shape(w!).slice(2)),
          output_padding: attrs.outputPadding,
        }),
    },
    // Col2Im wants the size of the map without output padding
    product: {
      fits: ({ attrs }) => attrs.outputPadding.every((extra, axis) => extra <= attrs.pads[axis + 2]!),
      write: (graph, node, [x, w]) => oneProduct(graph, node, x!, w!),
    },
    subpixel: {
      fits: ({ attrs, shape }, [x, w]) => subpixelGeometry(attrs, shape, x!, w!) !== null,
      write: (graph, node, [x, w]) => subpixel(graph, node, x!, w!),
    },
    blocked: {
      fits: blocked.fitsTransposed,
      write: (graph, node, [x, w]) => blocked.convTranspose(graph, node, x!, w!),
    },
  },
  convFilterGrad: {
    dilated: { fits: always, write: (graph, { attrs }, [x, dy]) => filterGradient(graph, attrs, x!, dy!) },
    columns: { fits: always, write: (graph, node, [x, dy]) => gradientByColumns(graph, node, x!, dy!) },
    blocked: {
      fits: blocked.fitsFilterGradient,
      write: (graph, { attrs }, [x, dy]) => blocked.filterGradient(graph, attrs, x!, dy!),
    },
  },
} as const satisfies {
  readonly [K in "conv" | "convTranspose" | "convFilterGrad"]: Readonly<Record<string, Way<K>>>;
};

export const convolutions: { readonly [K in keyof typeof ways]: Row<Node<K>> } = {
  conv: (graph, node, inputs) => ways.conv[wayOf(graph, node, inputs.map(graph.shape))].write(graph, node, inputs),
  convTranspose: (graph, node, inputs) => {
    return ways.convTranspose[wayOf(graph, node, inputs.map(graph.shape))].write(graph, node, inputs);
  },
  convFilterGrad: (graph, node, inputs) => {
    return ways.convFilterGrad[wayOf(graph, node, inputs.map(graph.shape))].write(graph, node, inputs);
  },
};

export type Tunable = Node<keyof typeof ways>;

export const isTunable = (node: OpNode): node is Tunable => Object.hasOwn(ways, node.op);

/** The ways that an operation can be written: the choices to be measured. */
export function waysOf({ block }: Target, node: Tunable, shapes: readonly Shape[]): readonly string[] {
  // the table is keyed by the operation, so the ways fit the node; the compiler cannot follow that correlation
  const all = ways[node.op] as Readonly<Record<string, Way<any>>>;
  return Object.keys(all).filter((name) => all[name]!.fits(node, shapes, block));
}

/** The way that was measured to be the fastest, else that of the rule, else the one that fits everything. */
export function wayOf<N extends Tunable>(
  target: Target,
  node: N,
  shapes: readonly Shape[],
): keyof (typeof ways)[N["op"]] {
  const fitting = waysOf(target, node, shapes);
  const { provider, choices, block } = target;
  const wanted = provider === "cpu" ? [choices[signatureOf(node, shapes)], rules[node.op](node, shapes, block)] : [];
  const name = wanted.find((way) => way !== undefined && fitting.includes(way)) ?? fitting[0]!;
  return name as keyof (typeof ways)[N["op"]];
}

type Rule = (node: OpNode, shapes: readonly Shape[], block: number) => string;

/** Zeros that fill up blocks are multiplied as well: below this share of other numbers that is slower. */
const leastFill = 0.6;

const blockedWhere =
  (fill: (node: OpNode, shapes: readonly Shape[], block: number) => number): Rule =>
  (node, shapes, block) =>
    block > 0 && fill(node, shapes, block) >= leastFill ? "blocked" : "";

/** What is written on a cpu without a choice; what fits everything where that does not fit. */
const rules: { readonly [K in keyof typeof ways]: Rule } = {
  conv: (node, shapes, block) =>
    hasFewPlaces(node.shape) ? "" : blockedWhere(blocked.fillOfConv)(node, shapes, block),
  convTranspose: (node, shapes, block) => {
    const [x] = shapes;
    if (x![0]! > 1 && hasFewPlaces(x!)) return "product";
    return blockedWhere(blocked.fillOfTransposed)(node, shapes, block);
  },
  convFilterGrad: blockedWhere(blocked.fillOfFilterGradient),
};

/**
 * ConvTranspose multiplies each example with all weights by itself. On maps with few places that is slower than one product
 * of the whole batch, whose columns `Col2Im` then adds up.
 */
function hasFewPlaces([, , h, w]: Shape): boolean {
  const fewPlaces = 32;
  return h! * w! < fewPlaces;
}

function geometry(attrs: ConvGeometry, kernel: readonly number[]): Record<string, Attribute> {
  return { kernel_shape: kernel, strides: attrs.strides, pads: attrs.pads, dilations: attrs.dilations };
}

/** One number a channel. */
function vector(graph: GraphBuilder, bias: number, channels: number): string {
  return graph.add("Reshape", [graph.float(bias), graph.ints([channels])]);
}

function oneProduct(graph: GraphBuilder, { attrs, shape }: Node<"convTranspose">, x: number, w: number): string {
  const { strides, dilations, pads, outputPadding } = attrs;
  const [n, channels, height, width] = graph.shape(x) as [number, number, number, number];
  const [, filters, ...kernel] = graph.shape(w) as [number, number, number, number];
  const places = height * width;
  const columns = filters * kernel[0]! * kernel[1]!;
  const reshape = (value: string, ...to: readonly number[]) => graph.add("Reshape", [value, graph.ints(to)]);
  const turn = (value: string) => graph.add("Transpose", [value], { perm: [0, 2, 1] });
  const rows = reshape(turn(reshape(graph.float(x), n, channels, places)), n * places, channels);
  const product = graph.add("MatMul", [rows, reshape(graph.float(w), channels, columns)]);
  const folded = turn(reshape(product, n, places, columns));
  return graph.add("Col2Im", [folded, graph.ints(shape.slice(2)), graph.ints(kernel)], {
    strides,
    dilations,
    pads: [pads[0], pads[1], pads[2] - outputPadding[0], pads[3] - outputPadding[1]],
  });
}

interface SubpixelAxis {
  /** zeros around the kernel that align it with the phases */
  readonly low: number;
  readonly high: number;
  /** taps of a phase */
  readonly taps: number;
  /** pads of the convolution */
  readonly before: number;
  readonly after: number;
  /** places of a phase */
  readonly places: number;
}

/**
 * Output place s q + r reads input place i through tap k = s (q - i) + r + p. With the kernel padded to s T taps so that its tap
 * s t + r is k = s (t - a) + r + p, phase r is a correlation of the input with taps t in reverse order. Null where strides differ,
 * kernels are dilated, or the pads would be negative.
 */
function subpixelGeometry(
  { strides, dilations, pads }: OpAttributes["convTranspose"],
  output: Shape,
  x: Shape,
  w: Shape,
): readonly [SubpixelAxis, SubpixelAxis] | null {
  const [stride] = strides;
  if (stride === 1 || strides[1] !== stride || dilations.some((step) => step !== 1)) return null;
  const along = (axis: 0 | 1): SubpixelAxis => {
    const kernel = w[axis + 2]!;
    const ahead = Math.ceil(pads[axis] / stride);
    const low = stride * ahead - pads[axis];
    const taps = Math.ceil((kernel + low) / stride);
    const before = taps - 1 - ahead;
    const places = Math.ceil(output[axis + 2]! / stride);
    return {
      low,
      high: stride * taps - kernel - low,
      taps,
      before,
      after: places - x[axis + 2]! - before + taps - 1,
      places,
    };
  };
  const both = [along(0), along(1)] as const;
  return both.every(({ before, after }) => before >= 0 && after >= 0) ? both : null;
}

/** One convolution of stride 1 that computes all phases as channels, which DepthToSpace then interleaves. */
function subpixel(graph: GraphBuilder, { attrs, shape }: Node<"convTranspose">, x: number, w: number): string {
  const [rows, columns] = subpixelGeometry(attrs, shape, graph.shape(x), graph.shape(w))!;
  const [stride] = attrs.strides;
  const [maps, channels] = graph.shape(w) as [number, number];
  const reversed = { starts: [-1, -1], ends: [-1 - rows.taps, -1 - columns.taps], axes: [4, 5], steps: [-1, -1] };
  const padded = graph.add("Pad", [
    graph.float(w),
    graph.ints([0, 0, rows.low, columns.low, 0, 0, rows.high, columns.high]),
  ]);
  const split = graph.add("Reshape", [padded, graph.ints([maps, channels, rows.taps, stride, columns.taps, stride])]);
  const turned = graph.add("Transpose", [split], { perm: [1, 3, 5, 0, 2, 4] });
  const { starts, ends, axes, steps } = reversed;
  const flipped = graph.add("Slice", [turned, ...[starts, ends, axes, steps].map(graph.ints)]);
  const phases = channels * stride * stride;
  const kernel = graph.add("Reshape", [flipped, graph.ints([phases, maps, rows.taps, columns.taps])]);
  const small = graph.add("Conv", [graph.float(x), kernel], {
    kernel_shape: [rows.taps, columns.taps],
    pads: [rows.before, columns.before, rows.after, columns.after],
  });
  const large = graph.add("DepthToSpace", [small], { blocksize: stride, mode: "CRD" });
  if (rows.places * stride === shape[2] && columns.places * stride === shape[3]) return large;
  return graph.add("Slice", [large, graph.ints([0, 0]), graph.ints(shape.slice(2)), graph.ints([2, 3])]);
}

/**
 * dw[m, c, k] = sum over n, o of x[n, c, stride o + dilation k - pad] dy[n, m, o]: a convolution of x with dy as its
 * kernel, examples and channels swapped, strides and dilations swapped. The end pads are chosen so that the result is
 * exactly kernel-sized; where that is negative, the forward pass never read the last rows, and they are cut.
 */
function filterGradient(graph: GraphBuilder, attrs: OpAttributes["convFilterGrad"], x: number, dy: number): string {
  const swap = { perm: [1, 0, 2, 3] };
  const size = graph.shape(x).slice(2);
  const steps = graph.shape(dy).slice(2);
  const end = [0, 1].map((axis) => {
    const reach = (steps[axis]! - 1) * attrs.strides[axis]! + (attrs.kernel[axis]! - 1) * attrs.dilations[axis]! + 1;
    return reach - size[axis]! - attrs.pads[axis]!;
  });
  let image = graph.add("Transpose", [graph.float(x)], swap);
  if (end.some((zeros) => zeros < 0)) {
    const ends = size.map((dim, axis) => dim + Math.min(0, end[axis]!));
    image = graph.add("Slice", [image, graph.ints([0, 0]), graph.ints(ends), graph.ints([2, 3])]);
  }
  const kernel = graph.add("Transpose", [graph.float(dy)], swap);
  const gradient = graph.add("Conv", [image, kernel], {
    kernel_shape: steps,
    strides: attrs.dilations,
    dilations: attrs.strides,
    pads: [attrs.pads[0], attrs.pads[1], ...end.map((zeros) => Math.max(0, zeros))],
  });
  return graph.add("Transpose", [gradient], swap);
}

/** The same as one product: dy [m, n o] times the places that each tap of the kernel reads, side by side [n o, k c]. */
function gradientByColumns(graph: GraphBuilder, { attrs }: Node<"convFilterGrad">, x: number, dy: number): string {
  const [n, c] = graph.shape(x) as [number, number];
  const [, m, height, width] = graph.shape(dy) as [number, number, number, number];
  const { pads, strides, dilations } = attrs;
  const [kh, kw] = attrs.kernel;
  const padded = pads.every((zeros) => zeros === 0)
    ? graph.float(x)
    : graph.add("Pad", [graph.float(x), graph.ints([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])]);
  const taps = Array.from({ length: kh * kw }, (_, tap) => {
    const starts = [Math.floor(tap / kw) * dilations[0], (tap % kw) * dilations[1]];
    const ends = [starts[0]! + (height - 1) * strides[0] + 1, starts[1]! + (width - 1) * strides[1] + 1];
    return graph.add("Slice", [padded, ...[starts, ends, [2, 3], [...strides]].map(graph.ints)]);
  });
  const places = n * height * width;
  const stacked = graph.add("Concat", taps, { axis: 1 });
  const side = graph.add("Transpose", [stacked], { perm: [0, 2, 3, 1] });
  const columns = graph.add("Reshape", [side, graph.ints([places, kh * kw * c])]);
  const turned = graph.add("Transpose", [graph.float(dy)], { perm: [1, 0, 2, 3] });
  const rows = graph.add("Reshape", [turned, graph.ints([m, places])]);
  const product = graph.add("MatMul", [rows, columns]);
  const byTap = graph.add("Reshape", [product, graph.ints([m, kh, kw, c])]);
  return graph.add("Transpose", [byTap], { perm: [0, 3, 1, 2] });
}
