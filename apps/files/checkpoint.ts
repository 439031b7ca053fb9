/**
 * Named tensors as safetensors, the format of Hugging Face: 8 bytes of header length (little endian), a JSON header
 * `{name: {dtype, shape, data_offsets}}`, then the data without gaps. What the tensors mean is not known here.
 */
import type { Tensors } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { sizeOf, type Tensor } from "#runtime/tensor";

const headerLimit = 100_000_000;
const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Tensors in the order of their names, float32; `metadata` goes to the header's `__metadata__`. */
export function encodeSafetensors(tensors: Tensors, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    if (name === "__metadata__") throw new Error("internal: __metadata__ is not a name for a tensor");
    const start = end;
    end += 4 * data.length;
    header.push([name, { dtype: "F32", shape, data_offsets: [start, end] }]);
  }
  // fromEntries, because a tensor may have any name
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // spaces align the data to 8 bytes
  const headerSize = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerSize + end);
  bytes.fill(0x20, 8, 8 + headerSize);
  bytes.set(json, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true);
  let position = 8 + headerSize;
  for (const name of names) {
    const { data } = tensors[name]!;
    bytes.set(toLittleEndian(data), position);
    position += 4 * data.length;
  }
  return bytes;
}

/**
 * The tensors of a safetensors file, each with its own memory. `source` names the file in messages.
 * Throws RuntimeFault "corrupt-checkpoint" when anything is cut off, overlaps, does not fit its shape or is not float32.
 */
export function decodeSafetensors(bytes: Uint8Array, source = "the checkpoint"): Tensors {
  const { header, body } = splitHeader(bytes, source);
  const spans: { readonly start: number; readonly end: number }[] = [];
  const tensors: [string, Tensor][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { shape, start, end } = readEntry(name, entry, body.length, source);
    spans.push({ start, end });
    tensors.push([name, { shape, data: fromLittleEndian(body.slice(start, end)) }]);
  }
  let covered = 0;
  for (const { start, end } of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw corrupt(source, "its tensors overlap or leave gaps");
    covered = end;
  }
  if (covered !== body.length) throw corrupt(source, `${body.length - covered} bytes at its end belong to no tensor`);
  return Object.fromEntries(tensors);
}

/** The `__metadata__` of a safetensors file; empty where there is none. Throws like {@link decodeSafetensors}. */
export function safetensorsMetadata(bytes: Uint8Array, source = "the checkpoint"): Readonly<Record<string, string>> {
  const metadata = splitHeader(bytes, source).header.__metadata__ ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw corrupt(source, "its metadata is not a map of texts");
  }
  return metadata as Record<string, string>;
}

function splitHeader(bytes: Uint8Array, source: string): { header: Record<string, unknown>; body: Uint8Array } {
  if (bytes.length < 8) throw corrupt(source, `it has ${bytes.length} bytes, not even the length of its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getBigUint64(0, true);
  if (size > headerLimit) throw corrupt(source, "it does not start with the length of a header");
  const headerEnd = 8 + Number(size);
  if (headerEnd > bytes.length)
    throw corrupt(source, `it ends inside its header (${bytes.length} of ${headerEnd} bytes)`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, headerEnd)));
  } catch {
    throw corrupt(source, "its header is not JSON");
  }
  if (!isRecord(header)) throw corrupt(source, "its header is not a map of tensors");
  // not `bytes.subarray`: the slices of a Buffer share its memory, those of a Uint8Array are copies
  return { header, body: new Uint8Array(bytes.buffer, bytes.byteOffset + headerEnd, bytes.length - headerEnd) };
}

function readEntry(name: string, entry: unknown, available: number, source: string) {
  const isSize = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!isRecord(entry) || !Array.isArray(entry.shape) || !entry.shape.every(isSize)) {
    throw corrupt(source, `tensor \`${name}\` has no shape`);
  }
  const offsets: unknown = entry.data_offsets;
  const [start, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [null, null];
  if (!isSize(start) || !isSize(end) || start > end)
    throw corrupt(source, `tensor \`${name}\` has no place in the file`);
  if (entry.dtype !== "F32") throw corrupt(source, `tensor \`${name}\` has numbers of type ${entry.dtype}, not F32`);
  if (end > available) throw corrupt(source, `it is cut off inside tensor \`${name}\` (${available} of ${end} bytes)`);
  const shape: readonly number[] = entry.shape;
  if (end - start !== 4 * sizeOf(shape)) {
    throw corrupt(source, `tensor \`${name}\` has ${end - start} bytes, which do not fill [${shape.join(", ")}]`);
  }
  return { shape, start, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toLittleEndian(data: Float32Array): Uint8Array {
  if (littleEndian) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  data.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return bytes;
}

function fromLittleEndian(bytes: Uint8Array): Float32Array {
  if (littleEndian) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function corrupt(source: string, what: string): RuntimeFault {
  return new RuntimeFault(
    "corrupt-checkpoint",
    `${source} is not a whole safetensors file: ${what}`,
    "restore it from a copy, resume from an earlier checkpoint, or train again",
  );
}
