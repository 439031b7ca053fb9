/** The wire format of protocol buffers, written field by field: what ONNX models and TensorBoard's event files are made of. */

/** An encoded message as chunks, so that what is large in it is copied once, at the end. */
export type Chunks = readonly Uint8Array[];

const utf8 = new TextEncoder();

/** A length-delimited field: an embedded message, a string or raw bytes. */
export function message(field: number, content: Chunks): Chunks {
  return [varint((field << 3) | 2), varint(byteLength(content)), ...content];
}

export function text(field: number, value: string): Chunks {
  return message(field, [utf8.encode(value)]);
}

/** A whole number; one below zero as 64-bit two's complement, as int64 wants. */
export function integer(field: number, value: number): Chunks {
  return [varint(field << 3), varint(value)];
}

export function float(field: number, value: number): Chunks {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint((field << 3) | 5), bytes];
}

export function double(field: number, value: number): Chunks {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [varint((field << 3) | 1), bytes];
}

/** Base-128, least significant group first. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function byteLength(chunks: Chunks): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

export function join(chunks: Chunks): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength(chunks));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
