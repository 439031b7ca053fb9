/**
 * TensorBoard event files: records of Event messages. A record is the length of its data (uint64), the masked CRC-32C of
 * these 8 bytes, the data, and the masked CRC-32C of the data, all little endian (TFRecord); field numbers are those of
 * tensorflow/core/util/event.proto and framework/summary.proto. When events are written, `training/tensorboard.ts` says.
 */
import { type Chunks, double, float, integer, join, message, text } from "#runtime/protobuf";

export interface EventTime {
  /** seconds since 1970 */
  readonly wallTime: number;
  readonly step: number;
}

export interface EventImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The first event of each file. */
export function versionRecord(wallTime: number): Uint8Array {
  return record([...double(1, wallTime), ...text(3, "brain.Event:2")]);
}

/** Tells TensorBoard to forget what earlier files have from this step on: a training goes on from there. */
export function restartRecord(time: EventTime): Uint8Array {
  const sessionStart = 1;
  return record([...timeFields(time), ...message(7, integer(1, sessionStart))]);
}

/** Numbers by tag, e.g. "loss/d_loss". */
export function scalarsRecord(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) => message(1, [...text(1, tag), ...float(2, value)]));
  return record([...timeFields(time), ...message(5, values)]);
}

export function imageRecord(time: EventTime, tag: string, { png, width, height }: EventImage): Uint8Array {
  const rgb = 3;
  const image = [...integer(1, height), ...integer(2, width), ...integer(3, rgb), ...message(4, [png])];
  return record([...timeFields(time), ...message(5, message(1, [...text(1, tag), ...message(4, image)]))]);
}

const timeFields = ({ wallTime, step }: EventTime): Chunks => [...double(1, wallTime), ...integer(2, step)];

function record(event: Chunks): Uint8Array {
  const data = join(event);
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return bytes;
}

/** How many bytes at the beginning of an event file are whole records: a kill may have cut the last one. */
export function wholeRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  while (end + 16 <= bytes.length) {
    const length = Number(view.getBigUint64(end, true));
    if (view.getUint32(end + 8, true) !== maskedCrc(bytes.subarray(end, end + 8))) break;
    if (end + 16 + length > bytes.length) break;
    if (view.getUint32(end + 12 + length, true) !== maskedCrc(bytes.subarray(end + 12, end + 12 + length))) break;
    end += 16 + length;
  }
  return end;
}

/** TFRecord's mask: a CRC over data that holds CRCs would be weak. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78. */
const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
