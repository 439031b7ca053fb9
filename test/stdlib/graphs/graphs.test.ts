/** The graphs of the library: they parse, have the arrows of the paper, and the truth of faces is what faces are drawn from. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CptMechanism, ModelDecl } from "#lang/syntax/ast";
import { parseFile } from "#lang/syntax/parse";
import { attributes, labelMechanisms } from "#stdlib/datasets/faces/labels";

function modelIn(file: string): ModelDecl {
  const text = readFileSync(new URL(`../../../stdlib/graphs/${file}`, import.meta.url), "utf8");
  const parsed = parseFile({ name: file, text });
  expect(parsed.diagnostics).toEqual([]);
  return parsed.file.statements.find((statement) => statement.kind === "model")!;
}

/** Parents by node, in the order of the text. */
function arrows(model: ModelDecl): [string, readonly string[]][] {
  return model.members.map((member) => {
    if (member.kind !== "sample" || member.type?.kind !== "bool-type") throw new Error("a bool sample was expected");
    const mechanism = member.mechanism!;
    if (mechanism.kind === "cpt") return [member.name.text, mechanism.parents.map((parent) => parent.text)];
    expect(mechanism.call.callee.text).toBe("neural");
    const parents = mechanism.call.args.map(({ value }) => (value.kind === "name" ? value.name.text : "?"));
    return [member.name.text, parents];
  });
}

const complete = (order: readonly string[]) => order.map((name, i) => [name, order.slice(0, i)]);
const g1 = attributes.map((name) => [name, labelMechanisms[name].parents]);

test("G1 is the paper's first graph, which faces follow too", () => {
  const model = modelIn("g1.causal");
  expect(model.name.text).toBe("G1");
  expect(arrows(model)).toEqual(g1);
  expect(g1.flatMap(([, parents]) => parents)).toHaveLength(14);
});

test("cG1 and rcG1 are complete, in opposite orders", () => {
  const [forward, backward] = [modelIn("cg1.causal"), modelIn("rcg1.causal")];
  expect([forward.name.text, backward.name.text]).toEqual(["CG1", "RCG1"]);
  expect(arrows(forward)).toEqual(complete(attributes));
  expect(arrows(backward)).toEqual(complete([...attributes].reverse()));
});

test("the truth of faces in the language is the truth in the renderer", () => {
  const model = modelIn("faces-truth.causal");
  expect(model.name.text).toBe("FacesTruth");
  expect(arrows(model)).toEqual(g1);
  const tables = model.members.map((member) => {
    const mechanism = (member.kind === "sample" ? member.mechanism : null) as CptMechanism;
    return mechanism.rows.flatMap(({ labels, value }): [string, number][] => {
      if (labels !== "else" && value.kind === "number")
        return [[labels.map((label) => label.text).join(), value.value]];
      throw new Error("a number for each combination of parents was expected");
    });
  });
  const truth = attributes.map((name) => {
    const { parents, probabilities } = labelMechanisms[name];
    return probabilities.map((probability, row) => {
      const states = parents.map((_, i) => String(((row >> (parents.length - 1 - i)) & 1) === 1));
      return [states.join(), probability];
    });
  });
  // roots have no parents to name: their two rows give both states
  expect(tables.slice(2)).toEqual(truth.slice(2));
  expect(tables.slice(0, 2)).toEqual([
    [
      ["true", 0.78],
      ["false", 0.22],
    ],
    [
      ["true", 0.4215],
      ["false", 0.5785],
    ],
  ]);
  expect(truth.slice(0, 2)).toEqual([[["", 0.78]], [["", 0.4215]]]);
});
