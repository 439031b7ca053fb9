/** The wire format of protocol buffers, written field by field: what TensorBoard's event files are made of. */

export type Field = readonly Uint8Array[];

const utf8 = new TextEncoder();

/** A length-delimited field: an embedded message, a string or raw bytes. */
export function message(field: number, content: Field): Field {
  return [varint((field << 3) | 2), varint(content.reduce((sum, part) => sum + part.length, 0)), ...content];
}

export function text(field: number, value: string): Field {
  return message(field, [utf8.encode(value)]);
}

/** A whole number that is not negative. */
export function integer(field: number, value: number): Field {
  return [varint(field << 3), varint(value)];
}

export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint((field << 3) | 5), bytes];
}

export function double(field: number, value: number): Field {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [varint((field << 3) | 1), bytes];
}

/** Base-128, least significant group first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
