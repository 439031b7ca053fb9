/** TensorBoard event files, read back by a parser that shares nothing with the writer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import {
  crc32c,
  imageRecord,
  restartRecord,
  scalarsRecord,
  versionRecord,
  wholeRecords,
} from "../../../apps/files/events.ts";
import { openEvents } from "../../../apps/training/tensorboard.ts";

const folder = mkdtempSync(join(tmpdir(), "causal-events-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** CRC-32C bit by bit, from its definition. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
const masked = (bytes: Uint8Array) => {
  const crc = BigInt(slowCrc(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
};

type Message = readonly (readonly [field: number, value: number | Buffer])[];

function parse(bytes: Buffer): Message {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 0) fields.push([tag >> 3, varint()]);
    else if (kind === 1) {
      fields.push([tag >> 3, bytes.readDoubleLE(at)]);
      at += 8;
    } else if (kind === 5) {
      fields.push([tag >> 3, bytes.readFloatLE(at)]);
      at += 4;
    } else {
      const size = varint();
      fields.push([tag >> 3, bytes.subarray(at, at + size)]);
      at += size;
    }
  }
  return fields;
}
const field = (message: Message, number: number) => message.find(([other]) => other === number)?.[1];
const inside = (message: Message, number: number) => parse(field(message, number) as Buffer);

/** The events of whole records; throws where a checksum is wrong. */
function eventsOf(bytes: Buffer): Message[] {
  const events: Message[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + size);
    expect(bytes.readUInt32LE(at + 12 + size)).toBe(masked(data));
    events.push(parse(data));
    at += 16 + size;
  }
  return events;
}

describe("records", () => {
  it("have the CRC-32C of the standard, which is not zlib's", () => {
    const digits = Buffer.from("123456789");
    expect(crc32c(digits)).toBe(0xe3069283);
    expect(crc32c(digits)).not.toBe(crc32(digits));
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  it("hold what was put in", () => {
    const time = { wallTime: 1764045000.25, step: 70000 };
    const png = Uint8Array.of(137, 80, 78, 71);
    const bytes = Buffer.concat([
      versionRecord(time.wallTime),
      restartRecord(time),
      scalarsRecord(time, { "a/loss": -0.5, "a/näher": 300 }),
      imageRecord(time, "samples", { png, width: 572, height: 338 }),
    ]);
    const [version, restart, scalars, image] = eventsOf(bytes);
    expect(String(field(version!, 3))).toBe("brain.Event:2");
    for (const event of [restart!, scalars!, image!]) {
      expect([field(event, 1), field(event, 2)]).toEqual([time.wallTime, 70000]);
    }
    expect(inside(restart!, 7)).toEqual([[1, 1]]);
    const values = inside(scalars!, 5).map(([, value]) => parse(value as Buffer));
    expect(values.map((value) => [String(field(value, 1)), field(value, 2)])).toEqual([
      ["a/loss", -0.5],
      ["a/näher", 300],
    ]);
    const picture = inside(inside(image!, 5), 1);
    expect(String(field(picture, 1))).toBe("samples");
    const inner = inside(picture, 4);
    expect([1, 2, 3].map((number) => field(inner, number))).toEqual([338, 572, 3]);
    expect([...(field(inner, 4) as Buffer)]).toEqual([...png]);
  });

  it("are whole up to where a kill has cut them", () => {
    const [first, second] = [versionRecord(1), scalarsRecord({ wallTime: 2, step: 3 }, { x: 4 })];
    const bytes = Buffer.concat([first, second]);
    for (let length = 0; length <= bytes.length; length++) {
      const expected = length < first.length ? 0 : length < bytes.length ? first.length : bytes.length;
      expect(wholeRecords(bytes.subarray(0, length))).toBe(expected);
    }
    const damaged = Buffer.from(bytes);
    damaged[first.length + 14]! ^= 1;
    expect(wholeRecords(damaged)).toBe(first.length);
  });
});

it("a stage that is resumed begins a new file, repairs the old one and says from which step on it is new", async () => {
  const stage = join(folder, "stage");
  let time = 1_764_045_000_000;
  const now = () => (time += 500);
  const before = await openEvents(stage, 0, now);
  for (const step of [1, 2, 3]) await before.scalars(step, "training", { loss: step });
  const [old] = readdirSync(stage);
  const path = join(stage, old!);
  truncateSync(path, readFileSync(path).length - 3);
  const after = await openEvents(stage, 1, now);
  await after.scalars(2, "training", { loss: 20 });
  const names = readdirSync(stage).sort();
  expect(names).toHaveLength(2);
  expect(names[0]).toBe(old);
  const steps = names.map((name) => eventsOf(readFileSync(join(stage, name))).map((event) => field(event, 2)));
  expect(steps).toEqual([
    [undefined, 1, 2],
    [undefined, 2, 2],
  ]);
});
