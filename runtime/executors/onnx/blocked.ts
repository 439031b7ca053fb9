/**
 * The three convolutions in the blocked layout of ONNX Runtime's cpu kernels (its operator set `com.microsoft.nchwc`): maps are
 * [n, c / block, h, w, block], so that a kernel multiplies whole vectors of channels and copies no columns first. When they
 * are written this way is decided in `convolution.ts`.
 *
 * ONNX Runtime itself only goes over to this layout where weights are constants, which in training they are not. Values keep
 * their nominal shapes [n, c, h, w]; it is their elements that are in another order.
 */
import type { ConvGeometry, OpAttributes } from "../../program/ops.ts";
import type { OpNode } from "../../program/program.ts";
import type { Shape } from "../../tensor.ts";
import { blockedDomain, type OnnxGraph } from "./encode.ts";
import type { Blocked, GraphBuilder } from "./lower.ts";
import { inputName, outputName } from "./names.ts";

type Node<K extends OpNode["op"]> = Extract<OpNode, { op: K }>;
type Size4 = readonly [number, number, number, number];

/** A graph whose result `y` has as many channels as a block: how the block size of a machine is asked for. */
export const blockProbe: OnnxGraph = {
  name: "probe",
  constants: [],
  inputs: [{ name: inputName("x"), shape: [1, 4, 1, 1] }],
  outputs: [{ name: outputName("y"), shape: [1, "block", 1, 1] }],
  nodes: [
    { op: "ReorderInput", domain: blockedDomain, inputs: [inputName("x")], outputs: [outputName("y")], attributes: {} },
  ],
};

/** The kernels that bring a map into blocks move this many channels at a time. */
const channelsAtOnce = 4;

const sizes = (shape: Shape): Size4 => shape as unknown as Size4;

/** n rounded up to whole blocks. */
const whole = (n: number, block: number): number => Math.ceil(n / block) * block;

/** The share of what is computed that is not zeros that fill up blocks. */
function filled(block: number, ...counts: readonly number[]): number {
  return counts.reduce((share, n) => (share * n) / whole(n, block), 1);
}

const movable = (n: number): boolean => n % channelsAtOnce === 0;

export function fitsConv(_: OpNode, [x, w]: readonly Shape[], block: number): boolean {
  const [, channels] = sizes(w!);
  return block > 0 && x!.length === 4 && (movable(channels) || channels < block) && movable(w![0]!);
}

/** An image with less than a block of channels is read as it is. */
export function fillOfConv(_: OpNode, [, w]: readonly Shape[], block: number): number {
  const [m, c] = sizes(w!);
  return c < block ? filled(block, m) : filled(block, m, c);
}

/** conv(x, w) with its bias, which has one number a channel. */
export function conv(graph: GraphBuilder, attrs: ConvGeometry, x: number, w: number, bias: string | null): Blocked {
  const [m, channels, ...kernel] = sizes(graph.shape(w));
  const few = channels < graph.block;
  const filter = few ? filterColumns(graph, graph.float(w), graph.shape(w)) : filterBlocks(graph, w);
  const operands = [few ? graph.float(x) : graph.blocked(x), filter];
  if (bias !== null) operands.push(padEnd(graph, bias, [m], [whole(m, graph.block)]));
  const { strides, pads, dilations } = attrs;
  return { blocked: graph.add("Conv", operands, { kernel_shape: kernel, strides, pads, dilations }, blockedDomain) };
}

/** w [m, c, h, w] as [m / block, c, h, w, block]. */
function filterColumns(graph: GraphBuilder, w: string, shape: Shape): string {
  const [m, c, height, width] = sizes(shape);
  const rows = reshape(graph, w, [1, m, c * height * width, 1]);
  return reshape(graph, reorder(graph, rows), [whole(m, graph.block), c, height, width]);
}

/** w [m, c, h, w] as [m / block, c / block, h, w, block of c, block of m]. */
function filterBlocks(graph: GraphBuilder, w: number): string {
  const [m, c, height, width] = sizes(graph.shape(w));
  const { block } = graph;
  const [filters, channels] = [whole(m, block), whole(c, block)];
  const full = padEnd(graph, graph.float(w), [m, c, height, width], [m, channels, height, width]);
  const columns = filterColumns(graph, full, [m, channels, height, width]);
  const split = reshape(graph, columns, [filters / block, channels / block, block, height * width, block]);
  const turned = graph.add("Transpose", [split], { perm: [0, 1, 3, 2, 4] });
  return reshape(graph, turned, [filters, channels, height, width]);
}

/** Zeros after the elements of each axis, up to a shape. */
function padEnd(graph: GraphBuilder, x: string, from: Shape, to: Shape): string {
  const zeros = to.map((dim, axis) => dim - from[axis]!);
  return zeros.every((n) => n === 0) ? x : graph.add("Pad", [x, graph.ints([...from.map(() => 0), ...zeros])]);
}

/** How places of one phase of a transposed convolution are made: a convolution of stride 1 with every stride-th tap. */
interface Phase {
  /** the first of its taps */
  readonly first: number;
  readonly taps: number;
  /** pads of its convolution */
  readonly before: number;
  readonly after: number;
}

/**
 * Place s q + r of the large map reads place q + shift - t of the small one through tap first + s t, where first is
 * (r + pad) mod s: a correlation with these taps in reverse order. Null where a phase has no tap or its pads are negative.
 */
function phasesOf(stride: number, pad: number, kernel: number, small: number, large: number): readonly Phase[] | null {
  const phases = Array.from({ length: stride }, (_, r): Phase => {
    const first = (r + pad) % stride;
    const taps = Math.ceil((kernel - first) / stride);
    const before = taps - 1 - (r + pad - first) / stride;
    return { first, taps, before, after: large / stride - small - before + taps - 1 };
  });
  const sound = phases.every(({ taps, before, after }) => taps > 0 && before >= 0 && after >= 0);
  return sound && large % stride === 0 ? phases : null;
}

function phasesAlong(attrs: ConvGeometry, x: Shape, w: Shape, output: Shape): readonly (readonly Phase[])[] | null {
  if (attrs.dilations.some((step) => step !== 1)) return null;
  const along = ([0, 1] as const).map((axis) =>
    phasesOf(attrs.strides[axis], attrs.pads[axis], w[axis + 2]!, x[axis + 2]!, output[axis + 2]!),
  );
  return along.some((phases) => phases === null) ? null : (along as (readonly Phase[])[]);
}

export function fitsTransposed({ attrs, shape }: Node<"convTranspose">, [x, w]: readonly Shape[], block: number) {
  if (block === 0 || x!.length !== 4) return false;
  const m = x![1]!;
  return (movable(m) || m < block) && movable(shape[1]!) && phasesAlong(attrs, x!, w!, shape) !== null;
}

export function fillOfTransposed({ shape }: OpNode, [x]: readonly Shape[], block: number): number {
  const m = x![1]!;
  return m < block ? filled(block, shape[1]!) : filled(block, m, shape[1]!);
}

/** convTranspose(x, w): a convolution of stride 1 for each phase, whose places are then interleaved. */
export function convTranspose(graph: GraphBuilder, node: Node<"convTranspose">, x: number, w: number): Blocked {
  const { block } = graph;
  const { shape, attrs } = node;
  const [m, c, height, width] = sizes(graph.shape(w));
  const few = m < block;
  const [inputs, outputs] = [few ? m : whole(m, block), whole(c, block)];
  const [rows, columns] = phasesAlong(attrs, graph.shape(x), graph.shape(w), shape)!;
  const map = few ? graph.float(x) : graph.blocked(x);
  // as filters of a convolution from m to c channels: [c / block, m / block, h, w, block of m, block of c], or
  // [c / block, m, h, w, block of c]
  const full = padEnd(graph, graph.float(w), [m, c, height, width], [inputs, c, height, width]);
  const each = few ? 1 : block;
  const split = reshape(graph, reorder(graph, full), [inputs / each, each, outputs / block, height, width, block]);
  const turned = graph.add("Transpose", [split], { perm: [2, 0, 3, 4, 1, 5] });
  const phases = rows!.map((row) =>
    columns!.map((column) => {
      const taps = reversedTaps(graph, turned, [row, column], attrs.strides);
      const filter = reshape(graph, taps, [outputs, inputs, row.taps, column.taps]);
      const pads = [row.before, column.before, row.after, column.after];
      return graph.add("Conv", [map, filter], { kernel_shape: [row.taps, column.taps], pads }, blockedDomain);
    }),
  );
  return { blocked: interleaved(graph, phases, [shape[0]!, outputs, shape[2]!, shape[3]!]) };
}

function reversedTaps(
  graph: GraphBuilder,
  filter: string,
  phases: readonly [Phase, Phase],
  strides: readonly number[],
) {
  const last = phases.map(({ first, taps }, axis) => first + strides[axis]! * (taps - 1));
  // one before the first tap, as ONNX counts from the end where it is negative: far enough out to be cut off
  const end = phases.map(({ first }, axis) => (first >= strides[axis]! ? first - strides[axis]! : -(2 ** 31)));
  const bounds = [last, end, [2, 3], strides.map((step) => -step)];
  return graph.add("Slice", [filter, ...bounds.map(graph.ints)]);
}

/** phases[r][s] are the rows r mod phases.length and the columns s mod phases[0].length of a blocked map of `shape`. */
function interleaved(graph: GraphBuilder, phases: readonly (readonly string[])[], shape: Shape): string {
  const { block } = graph;
  const [n, c, height, width] = sizes(shape);
  const lines = (n * c * height) / block / phases.length;
  const join = (parts: readonly string[], size: Shape) => {
    const flat = parts.map((part) => reshape(graph, part, size));
    return flat.length === 1 ? flat[0]! : graph.add("Concat", flat, { axis: 1 });
  };
  const rows = phases.map((row) => join(row, [(lines * width) / row.length, block]));
  return reshape(graph, join(rows, [lines, width * block]), shape);
}

export function fitsFilterGradient({ shape }: Node<"convFilterGrad">, [x]: readonly Shape[], block: number): boolean {
  return block > 0 && shape.length === 4 && (movable(shape[0]!) || shape[0]! < block) && movable(x![0]!);
}

/** A plain convolution with less than a block of filters is slower still. */
export function fillOfFilterGradient({ shape }: OpNode, [x]: readonly Shape[], block: number): number {
  return shape[0]! < block ? filled(block, x![0]!) : filled(block, shape[0]!, x![0]!);
}

/**
 * The convolution of x with dy as its kernel (see `convolution.ts`), with examples as channels: x becomes [c, n, h, w] and dy
 * [m, n, h, w], their examples filled up to whole blocks with zeros.
 */
export function filterGradient(
  graph: GraphBuilder,
  attrs: OpAttributes["convFilterGrad"],
  x: number,
  dy: number,
): string {
  const { block } = graph;
  const [n, c, height, width] = sizes(graph.shape(x));
  const [, m, h, w] = sizes(graph.shape(dy));
  const { strides, dilations, kernel, pads } = attrs;
  const [examples, filters] = [whole(n, block), whole(m, block)];
  const parts = examples / block;
  const end = [height, width].map((size, axis) => {
    return ([h, w][axis]! - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - size - pads[axis]!;
  });
  const examplesLast = reorder(graph, reshape(graph, graph.float(x), [1, n, c * height * width, 1]));
  // padded here, not by the convolution: its kernel is fast only where no output reads beyond the edge
  const [tall, wide] = [height + pads[0] + end[0]!, width + pads[1] + end[1]!];
  const bounds = graph.ints([0, pads[0], pads[1], 0, 0, ...end, 0]);
  const padded = graph.add("Pad", [reshape(graph, examplesLast, [parts * c, height, width, block]), bounds]);
  const image = reshape(graph, swapped(graph, padded, parts, c, tall * wide * block), [c, examples, tall, wide]);

  const small = movable(m)
    ? graph.blocked(dy)
    : reorder(graph, padEnd(graph, graph.float(dy), [n, m, h, w], [n, filters, h, w]));
  const maps = padEnd(graph, small, [n, filters, h, w], [examples, filters, h, w]);
  const split = reshape(graph, maps, [parts, block, filters / block, h * w, block]);
  const turned = graph.add("Transpose", [split], { perm: [2, 0, 3, 1, 4] });
  const operands = [image, reshape(graph, turned, [filters, examples, h, w])];
  const geometry = { kernel_shape: [h, w], strides: dilations, dilations: strides };
  const gradient = graph.add("Conv", operands, geometry, blockedDomain);
  // [c, m / block, taps, block] -> [m / block, c taps, block] -> [m, c, taps]: long runs are moved first
  const taps = kernel[0]! * kernel[1]!;
  const rows = reshape(graph, swapped(graph, gradient, c, filters / block, taps * block), [1, filters, c * taps, 1]);
  return reshape(graph, unblocked(graph, rows, m), [m, c, ...kernel]);
}

/** [a, b, rest] as [b, a, rest]. */
function swapped(graph: GraphBuilder, x: string, a: number, b: number, rest: number): string {
  return a === 1 || b === 1 ? x : graph.add("Transpose", [reshape(graph, x, [a, b, rest])], { perm: [1, 0, 2] });
}

function reshape(graph: GraphBuilder, x: string, shape: Shape): string {
  return graph.add("Reshape", [x, graph.ints(shape)]);
}

/** [n, c, h, w] in blocks; channels are filled up with zeros. */
export function reorder(graph: Pick<GraphBuilder, "add">, x: string): string {
  return graph.add("ReorderInput", [x], {}, blockedDomain);
}

export function unblocked(graph: Pick<GraphBuilder, "add">, x: string, channels: number): string {
  return graph.add("ReorderOutput", [x], { channels }, blockedDomain);
}
