/** Right programs: no diagnostics, and the checked program says what the text means. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import type { CheckedNode, CheckedProgram } from "#lang/checked";
import { printTypes } from "#lang/types/print-types";
import { printType } from "#lang/types/type";
import { check, filesIn, folder } from "./fixture.ts";

function load(name: string): CheckedProgram {
  const { program, diagnostics } = check({ name, text: readFileSync(`${folder("good")}/${name}`, "utf8") });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return program;
}

function nodeOf(program: CheckedProgram, model: string, name: string): CheckedNode {
  const node = program.models.get(model)?.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

function tableOf(node: CheckedNode): readonly number[] {
  if (node.mechanism.kind !== "table") throw new Error(`${node.name} has no table`);
  return node.mechanism.probabilities.map((value) => Number(value.toFixed(12)));
}

describe("good programs", () => {
  it.each(filesIn("good").map((path) => basename(path)))("%s has nothing to report", (name) => {
    load(name);
  });

  it.each(filesIn("good").map((path) => basename(path)))("%s prints its types", async (name) => {
    const page = printTypes(load(name));
    await expect(page).toMatchFileSnapshot(`types/${name.replace(".causal", ".txt")}`);
  });
});

describe("tables", () => {
  const stones = load("stones.causal");

  it("keep the parents in the order of the text and enumerate the last one fastest", () => {
    const recovered = nodeOf(stones, "Stones", "Recovered");
    expect(recovered.parents).toEqual(["Size", "Treatment"]);
    expect(tableOf(recovered)).toEqual([0.07, 0.93, 0.13, 0.87, 0.27, 0.73, 0.31, 0.69]);
  });

  it("of a root list its states", () => {
    expect(tableOf(nodeOf(stones, "Stones", "Size"))).toEqual([0.51, 0.49]);
  });

  it("match rows and states by name, whatever their order, and take 0 and 1 for bool", () => {
    const grade = nodeOf(load("equations.causal"), "Equations", "Grade");
    const rows = tableOf(grade);
    expect(grade.parents).toEqual(["Count", "Coin"]);
    // (0, true) is row 1, (1, false) is row 2
    expect(rows.slice(0, 6)).toEqual([0.5, 0.5, 0.2, 0.8, 0.75, 0.25]);
    expect(rows).toHaveLength(16);
  });

  it("are normalised when they sum to 1 within the tolerance", () => {
    const text = "model M { sample A : {x, y, z} ~ cpt { x: 0.3333333, y: 0.3333333, z: 0.3333333 } }";
    const { program, diagnostics } = check({ name: "thirds", text });
    expect(diagnostics).toEqual([]);
    const node = nodeOf(program, "M", "A");
    if (node.mechanism.kind !== "table") throw new Error("no table");
    const { probabilities } = node.mechanism;
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14);
  });
});

describe("equations and distributions", () => {
  const program = load("equations.causal");
  const typeOf = (name: string) => printType(nodeOf(program, "Equations", name).type);

  it("evaluates parameters in any order", () => {
    expect(program.models.get("Equations")!.params).toEqual({ beta: 0.5, scale: 1, states: 3 });
  });

  it("infers types", () => {
    const types = ["Smoking", "Sick", "Level", "Same", "Worse", "Coin", "Ux", "Count"].map(typeOf);
    expect(types).toEqual(["real", "bool", "{low, high}", "{low, high}", "bool", "bool", "real", "int[0..3]"]);
  });

  it("finds parents in the order of the text, without states and parameters", () => {
    const parents = ["Cancer", "Level", "Worse", "Dose", "Coin"].map(
      (name) => nodeOf(program, "Equations", name).parents,
    );
    expect(parents).toEqual([["Tar", "U", "Uy"], ["Sick"], ["Same", "Level"], ["Count", "Coin"], ["Worse"]]);
  });

  it("puts parents first, else keeps the order of the text", () => {
    const order = program.models.get("Equations")!.nodes.map((node) => node.name);
    for (const node of program.models.get("Equations")!.nodes) {
      for (const parent of node.parents) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(node.name));
    }
    expect(order.slice(0, 6)).toEqual(["Ux", "Uz", "Uy", "U", "Smoking", "Tar"]);
  });

  it("orders the weights of a categorical distribution by state", () => {
    const text = "model M { sample A : {x, y} ~ Categorical({y: 0.8, x: 0.2}) }";
    const { mechanism } = nodeOf(check({ name: "weights", text }).program, "M", "A");
    if (mechanism.kind !== "distribution") throw new Error("no distribution");
    expect(mechanism.args).toMatchObject([{ kind: "list", items: [{ value: 0.2 }, { value: 0.8 }] }]);
  });
});

describe("learned mechanisms and training", () => {
  const program = load("faces.causal");

  it("completes settings and references to networks", () => {
    const face = nodeOf(program, "Faces", "Face");
    expect(face.mechanism).toEqual({
      kind: "learned",
      name: "generator",
      settings: { noise: 10, network: { kind: "network-reference", name: "paint", args: { width: 8 } } },
    });
    expect(nodeOf(program, "Faces", "Male").mechanism).toMatchObject({ settings: { hidden: [32, 32] } });
    // `last` takes its default from `width`
    expect(program.trains[1]!.settings.discriminator).toMatchObject({ name: "judge", args: { width: 8, last: 16 } });
  });

  it("keeps data and training as values", () => {
    expect(program.data.get("pictures")).toMatchObject({ dataset: "faces", args: { n: 200, labels: "uniform" } });
    const settings = { data: "pictures", steps: 20, rate: 0.01 };
    expect(program.trains[0]).toMatchObject({ model: "Faces", part: "labels", regime: "mle", settings });
  });

  it("takes networks from imports, and questions from the root file only", () => {
    const importer = load("networks.causal");
    expect([...importer.networks.keys()].sort()).toEqual(["block", "judge", "paint"]);
    expect(importer.trains).toHaveLength(2);
    expect([importer.queries, importer.draws, importer.tests]).toEqual([[], [], []]);
    expect([program.queries.length, program.draws.length, program.tests.length]).toEqual([1, 2, 1]);
  });
});
