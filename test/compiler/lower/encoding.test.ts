/** Labels to tensors and back, for every kind of label. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLabels, encodeLabels, labelLayout } from "#compiler/lower/encoding";
import type { NodeType } from "#lang/types/type";

const bool: NodeType = { kind: "bool" };
const size: NodeType = { kind: "labels", labels: ["small", "medium", "large"] };
const count: NodeType = { kind: "int", low: 2, high: 3 };
const real: NodeType = { kind: "real", size: null };
const vector: NodeType = { kind: "real", size: 2 };

const layout = labelLayout([
  { name: "Male", type: bool },
  { name: "Size", type: size },
  { name: "Age", type: real },
  { name: "Count", type: count },
  { name: "Place", type: vector },
]);

describe("label layout", () => {
  it("gives each node its columns in order", () => {
    expect(layout).toEqual({
      width: 9,
      entries: [
        { name: "Male", offset: 0, width: 1, states: 2 },
        { name: "Size", offset: 1, width: 3, states: 3 },
        { name: "Age", offset: 4, width: 1, states: null },
        { name: "Count", offset: 5, width: 2, states: 2 },
        { name: "Place", offset: 7, width: 2, states: null },
      ],
    });
  });

  it("has no columns without nodes", () => {
    const empty = labelLayout([]);
    expect(empty.width).toBe(0);
    expect(encodeLabels(empty, {}, 3)).toHaveLength(0);
  });

  it("refuses images", () => {
    const image: NodeType = { kind: "image", channels: 3, height: 4, width: 4 };
    expect(() => labelLayout([{ name: "Face", type: image }])).toThrow("internal: Face is an image");
  });
});

describe("encoding", () => {
  const columns = { Male: [1, 0], Size: [2, 0], Age: [0.25, -3], Count: [0, 1], Place: [1, 2, 3, 4] };

  it("writes bools as 0 and 1, states one-hot, reals as they are", () => {
    expect([...encodeLabels(layout, columns)]).toEqual([1, 0, 0, 1, 0.25, 1, 0, 1, 2, 0, 1, 0, 0, -3, 0, 1, 3, 4]);
  });

  it("encodes as many rows as asked", () => {
    expect(encodeLabels(layout, columns, 1)).toHaveLength(9);
    expect(() => encodeLabels(layout, columns, 3)).toThrow("internal: column Male has 2 values for 3 rows");
  });

  it("refuses missing columns and unknown states", () => {
    expect(() => encodeLabels(layout, { Male: [1] })).toThrow("internal: there is no column Size");
    expect(() => encodeLabels(layout, { ...columns, Size: [3, 0] })).toThrow("Size has no state of index 3");
  });

  it("decodes what it encoded", () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 2 }),
      fc.float({ noNaN: true, min: -100, max: 100 }),
      fc.integer({ min: 0, max: 1 }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        const written = {
          Male: rows.map((values) => values[0]),
          Size: rows.map((values) => values[1]),
          Age: rows.map((values) => values[2]),
          Count: rows.map((values) => values[3]),
          Place: rows.flatMap((values) => [values[2], values[0]]),
        };
        const read = decodeLabels(layout, encodeLabels(layout, written));
        for (const [name, column] of Object.entries(written)) {
          expect([...read[name]!].map((x) => x + 0)).toEqual(column.map((x) => x + 0));
        }
      }),
    );
  });

  it("decodes probabilities to the likeliest state", () => {
    const read = decodeLabels(layout, [0.6, 0.2, 0.5, 0.3, 7, 0.4, 0.6, 0, 0]);
    expect([read.Male![0], read.Size![0], read.Age![0], read.Count![0]]).toEqual([1, 1, 7, 1]);
  });
});
