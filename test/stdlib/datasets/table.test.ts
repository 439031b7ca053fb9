/** CSV tables, and the way from their cells to values of nodes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeColumn } from "#stdlib/datasets/columns";
import { parseCsv } from "#stdlib/datasets/csv";
import { faultOf, openDataset } from "./open.ts";
import { memoryReader } from "./reader.ts";

const open = (text: string, args = {}) =>
  openDataset("table", { path: "t.csv", ...args }, memoryReader({ "t.csv": text }));
const stones = "Size,Treatment,Recovered,Days\nsmall,A,true,3.5\nlarge,B,0,-2\nsmall,B,yes,1e2\n";

describe("cells", () => {
  test("quotes, line breaks, doubled quotes, spaces, empty lines and Windows line ends", () => {
    const table = parseCsv('a,"b, c" , d\r\n1 ,"x ""y""\nz",\r\n\r\n 2,,3', ",", "t.csv");
    expect(table.header).toEqual(["a", "b, c", "d"]);
    expect(table.cells).toEqual(["1", 'x "y"\nz', "", "2", "", "3"]);
    expect([table.lineOf(0), table.lineOf(1)]).toEqual([2, 5]);
  });

  test("whatever is written with quotes is read back", () => {
    const cell = fc.string({ maxLength: 8, unit: fc.constantFrom("a", ",", '"', "\n", " ", "é", ";") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const line = (cells: readonly string[]) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
        const table = parseCsv(["x,y", ...rows.map(line)].join("\n"), ",", "t.csv");
        expect(table.cells).toEqual(rows.flat());
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test.each([
    ["a,b\n1,2\n3\n", "t.csv:3: 2 cells are expected, 1 found"],
    ["a,b\n1,2,3\n", "t.csv:2: 2 cells are expected, 3 found"],
    ["a,a\n1,2\n", "t.csv:1: two columns are named `a`"],
    ["a,,b\n1,2,3\n", "t.csv:1: column 2 has no name"],
    ['a,b\n1,2\n3,"4\n', "t.csv:3: a quote is opened and never closed"],
    ['a,b\n"1"2,3\n', "t.csv:2: there is text behind a closing quote"],
    ["", "t.csv:1: it is empty"],
    ["a,b\n", "t.csv:1: there are no rows"],
  ])("%j is refused with its place", async (text, message) => {
    const fault = await faultOf(open(text));
    expect(fault.code).toBe("bad-data");
    expect(fault.message).toContain(message);
  });
});

test("skip, limit, separator and place", async () => {
  const source = await open("x;y\n1;2\n3;4\n5;6\n", { separator: ";", skip: 1, limit: 1 });
  expect([source.rows, [...source.columns.keys()], source.place(0)]).toEqual([1, ["x", "y"], "t.csv:3"]);
  expect([...nodeColumn(source, "y", { kind: "real", size: null })]).toEqual([4]);
});

test("a missing file keeps the reader's fault", async () => {
  expect((await faultOf(openDataset("table", { path: "no.csv" }))).code).toBe("missing-file");
});

describe("values of a node", () => {
  test("by the names of its states, whatever their order in the file", async () => {
    const source = await open(stones);
    expect([...nodeColumn(source, "Size", { kind: "labels", labels: ["small", "large"] })]).toEqual([0, 1, 0]);
    expect([...nodeColumn(source, "Treatment", { kind: "labels", labels: ["B", "A"] })]).toEqual([1, 0, 0]);
    expect([...nodeColumn(source, "Recovered", { kind: "bool" })]).toEqual([1, 0, 1]);
    expect([...nodeColumn(source, "Days", { kind: "real", size: null })]).toEqual([3.5, -2, 100]);
  });

  test("integers by their number", async () => {
    const source = await open("k\n5\n03\n4.0\n");
    expect([...nodeColumn(source, "k", { kind: "int", low: 3, high: 5 })]).toEqual([2, 0, 1]);
  });

  test("CelebA's states are those of a bool", async () => {
    const source = await openDataset("faces", { n: 10, size: 16 });
    const values = source.columns.get("Male")!.values;
    expect([...nodeColumn(source, "Male", { kind: "bool" })]).toEqual([...values]);
  });

  test("a column that is not there: near names, and all of them", async () => {
    const source = await open(stones);
    const missing = () => nodeColumn(source, "Recoverd", { kind: "bool" });
    expect(missing).toThrow("no column `Recoverd`; did you mean `Recovered`?");
    expect(await faultOf(Promise.resolve().then(missing))).toMatchObject({
      code: "bad-data",
      advice: expect.stringContaining("Size, Treatment, Recovered, Days"),
    });
  });

  test.each([
    ["Size", { kind: "labels", labels: ["small", "big"] }, 't.csv:3: "large" is no value of `Size`'],
    ["Size", { kind: "real", size: null }, 't.csv:2: "small" is no value of `Size`'],
    ["Days", { kind: "int", low: -2, high: 3 }, 't.csv:2: "3.5" is no value of `Days`'],
    ["Treatment", { kind: "bool" }, 't.csv:2: "A" is no value of `Treatment`'],
  ] as const)("a cell of %s that is no value of %j", async (name, type, message) => {
    const source = await open(stones);
    expect(() => nodeColumn(source, name, type)).toThrow(message);
  });

  test("an empty cell", async () => {
    const source = await open("a,b\n1,\n");
    expect(() => nodeColumn(source, "b", { kind: "bool" })).toThrow("t.csv:2: an empty cell is no value of `b`");
  });
});
