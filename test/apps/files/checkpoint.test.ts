/** Safetensors: what is written is read back, byte layout, and every way in which a file can be broken. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, safetensorsMetadata } from "#apps/files/checkpoint";
import { RuntimeFault } from "#runtime/fault";
import { tensor } from "#runtime/tensor";

const tensors = {
  "g/1_dense/w": tensor([2, 3], [1, -2, 3.5, 0, Number.MIN_VALUE, 1e30]),
  "g/1_dense/b": tensor([3], [Number.POSITIVE_INFINITY, -0, 7]),
  step: tensor([], [42]),
  empty: tensor([0, 4], []),
};

/** A safetensors file of this header and so many bytes of data. */
function file(header: unknown, data: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}

test("what is written is read back, also from the middle of a Buffer", () => {
  const bytes = encodeSafetensors(tensors, { program: "faces" });
  expect(decodeSafetensors(bytes)).toEqual(tensors);
  expect(safetensorsMetadata(bytes)).toEqual({ program: "faces" });
  const shifted = Buffer.concat([Buffer.from([1]), bytes]).subarray(1);
  const decoded = decodeSafetensors(shifted);
  expect(decoded).toEqual(tensors);
  shifted.fill(0);
  expect(decoded).toEqual(tensors);
});

test("bits survive, for any names and shapes", () => {
  const value = fc.oneof(fc.float({ noNaN: true }), fc.constant(-0));
  const one = fc.array(value, { maxLength: 6 }).map((data) => tensor([data.length], data));
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => name !== "__metadata__"),
        one,
        { maxKeys: 5 },
      ),
      (some) => {
        expect({ ...decodeSafetensors(encodeSafetensors(some)) }).toEqual({ ...some });
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test("the layout is the published one", () => {
  const bytes = encodeSafetensors({ a: tensor([1], [1]) });
  const size = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + size));
  expect(JSON.parse(header)).toEqual({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  expect([size % 8, [...bytes.subarray(8 + size)]]).toEqual([0, [0, 0, 0x80, 0x3f]]);
});

describe("a broken file is a fault, never tensors", () => {
  test("cut anywhere", () => {
    const bytes = encodeSafetensors(tensors);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), "w.safetensors"), `${length} bytes`).toThrow(
        RuntimeFault,
      );
    }
  });

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  test.each([
    ["with bytes behind it", file({ a: entry }, 9), "1 bytes at its end"],
    ["of another number type", file({ a: { ...entry, dtype: "F16" } }, 8), "type F16"],
    ["with a shape that does not fit", file({ a: { ...entry, shape: [3] } }, 8), "do not fill [3]"],
    ["with a negative shape", file({ a: { ...entry, shape: [-2, -1] } }, 8), "has no shape"],
    ["with overlapping tensors", file({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12), "overlap"],
    ["with a gap", file({ a: entry, b: { ...entry, data_offsets: [12, 20] } }, 20), "gaps"],
    ["with offsets that run backwards", file({ a: { ...entry, data_offsets: [8, 0] } }, 8), "no place"],
    ["without offsets", file({ a: { dtype: "F32", shape: [2] } }, 8), "no place"],
    ["with a list for a header", file([1], 0), "not a map"],
    ["that is another file", new TextEncoder().encode("PK... a zip archive"), "does not start with"],
    ["with half a header", file('{"a": {"dtype"', 0), "not JSON"],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, "w.safetensors")).toThrow(message);
    expect(() => decodeSafetensors(bytes, "w.safetensors")).toThrow("w.safetensors is not a whole safetensors file");
  });
});
