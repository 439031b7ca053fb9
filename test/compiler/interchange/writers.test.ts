/** Formats that are only written, and models with more than tables in them. */
import { describe, expect, it } from "vitest";
import { escapeLatex, layout } from "#compiler/interchange/latex";
import { exportText } from "#compiler/interchange/formats";
import { normalised } from "#lang/types/normalise";
import { vocabulary } from "#stdlib/vocabulary";
import fc from "fast-check";
import { coin, distribution, equation, labels, model, node, real, table } from "../causal/models.ts";
import { projectOf } from "#apps/api/project";
import { compileCausal, write } from "./networks.ts";

const mixed = model(
  [
    coin("A & B", [], 0.25),
    table("C", labels("low", "50%"), ["A & B"], [1, 0, 0.1, 0.9]),
    distribution("U", real, [], "Normal", ["0", "1"], "noise"),
    distribution("H", real, [], "Normal", ["0", "sd"], "latent"),
    equation("X", real, ["H", "U"], "2 * H + U"),
    equation("Y", real, ["H"], "H / 3"),
  ],
  { sd: 2 },
);

describe("JSON", () => {
  it("holds all of a model, numbers to the last bit", () => {
    const written = JSON.parse(write(mixed, "json"));
    expect(written).toMatchObject({ format: "causal-model", version: 1, name: "Test", params: { sd: 2 } });
    expect(written.nodes[1]).toEqual({
      name: "C",
      role: "sample",
      type: { kind: "labels", labels: ["low", "50%"] },
      states: ["low", "50%"],
      parents: ["A & B"],
      mechanism: {
        kind: "table",
        rows: [
          [1, 0],
          [0.1, 0.9],
        ],
      },
    });
    expect(written.nodes.slice(2).map((each: { mechanism: unknown }) => each.mechanism)).toEqual([
      { kind: "distribution", name: "Normal", args: ["0", "1"] },
      { kind: "distribution", name: "Normal", args: ["0", "sd"] },
      { kind: "equation", value: "2 * H + U" },
      { kind: "equation", value: "H / 3" },
    ]);
  });
});

describe("programs", () => {
  it("hold noise, equations and parameters", () => {
    const text = write(mixed, "causal");
    expect(text).toContain(
      "  noise U ~ Normal(0, 1)\n  latent H : real ~ Normal(0, sd)\n  let X : real := 2 * H + U\n",
    );
    const back = compileCausal(text);
    expect(back.params).toEqual(mixed.params);
    expect(write(back, "json")).toBe(write(mixed, "json"));
  });

  it("hold what is fixed, and refuse what is not learned", () => {
    const fixed = model([node("A", labels("a", "b"), [], { kind: "fixed", value: 1 })]);
    expect(write(fixed, "causal")).toBe("model Test {\n  let A : {a, b} := b\n}\n");
    const learned = model([node("A", labels("a", "b"), [], { kind: "learned", name: "neural", settings: {} })]);
    const face = model([
      node(
        "A",
        { kind: "image", channels: 1, height: 8, width: 8 },
        [],
        { kind: "learned", name: "generator", settings: {} },
        "image",
      ),
    ]);
    const refused = exportText(face, "causal", vocabulary);
    expect("diagnostics" in refused && refused.diagnostics[0]!.message).toBe(
      "`A` cannot be written as causal: pictures are made by a trained network, which has no text",
    );
    for (const format of ["causal", "bif"] as const) {
      const exported = exportText(learned, format, vocabulary);
      expect("diagnostics" in exported && exported.diagnostics.map(({ code }) => code)).toEqual(["C801"]);
    }
    expect(JSON.parse(write(learned, "json")).nodes[0].mechanism.name).toBe("neural");
  });
});

describe("graphs", () => {
  it("leave out the noise of one node, and keep hidden causes", () => {
    expect(write(mixed, "dagitty")).toBe(
      'dag {\n  "A & B"\n  C\n  H [latent]\n  X\n  Y\n  "A & B" -> C\n  H -> X\n  H -> Y\n}\n',
    );
    expect(write(mixed, "dot")).toContain('"A & B" -> "C";');
  });
});

describe("LaTeX", () => {
  it("draws each node below its parents, and no two at one place", () => {
    const places = layout(mixed);
    for (const { name, parents } of mixed.nodes) {
      for (const parent of parents) expect(places.get(name)!.y).toBeLessThan(places.get(parent)!.y);
    }
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(mixed.nodes.length);
  });

  it("has every arrow and every row, with its special signs escaped", () => {
    const text = write(mixed, "latex");
    expect(text.match(/\\draw\[cause\]/g)).toHaveLength(4);
    expect(text).toContain("\\node[seen] (n0) at (-3, 0) {A \\& B};");
    expect(text).toContain("\\node[hidden]");
    expect(text).toContain("true & 0.1 & 0.9 \\\\");
    expect(text).toContain("A \\& B & low & 50\\% \\\\ \\hline");
    expect(text).toContain("\\texttt{2 * H + U}");
    expect([...text.matchAll(/\\(begin|end)\{(\w+)\}/g)].map(([, what, name]) => `${what}${name}`).sort()).toEqual(
      ["document", "tabular", "tabular", "tikzpicture"].flatMap((name) => [`begin${name}`, `end${name}`]).sort(),
    );
  });

  it("escapes all that TeX would read", () => {
    expect(escapeLatex("50% & $x_1^2 {~} #\\")).toBe(
      "50\\% \\& \\$x\\_1\\textasciicircum{}2 \\{\\textasciitilde{}\\} \\#\\textbackslash{}",
    );
  });
});

describe("normalised rows", () => {
  it("stay as they are, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-300, max: 1, noNaN: true }), { minLength: 1, maxLength: 400 }),
        (row) => {
          const once = normalised(row);
          expect(normalised(once)).toBe(once);
          const sum = once.reduce((total, value) => total + value, 0);
          expect(Math.abs(sum - 1)).toBeLessThanOrEqual(row.length * Number.EPSILON);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe("a model that is only a graph", () => {
  const project = projectOf("model G { graph { Z -> X -> Y; X <-> Y } }");
  const model = project.models.get("G")!;

  it("is written where a format holds graphs", () => {
    expect(exportText(model, "dagitty", project.vocabulary)).toEqual({
      text: "dag {\n  Z\n  X\n  Y\n  Z -> X\n  X -> Y\n  X <-> Y\n}\n",
    });
    const written = exportText(model, "causal", project.vocabulary);
    const again = projectOf("text" in written ? written.text : "").models.get("G")!;
    expect(again.drawn?.bidirected).toEqual([["X", "Y"]]);
    expect(again.drawn?.nodes.map(({ name, parents }) => [name, parents])).toEqual([
      ["Z", []],
      ["X", ["Z"]],
      ["Y", ["X"]],
    ]);
  });

  it.each(["bif", "xmlbif", "net", "uai", "latex", "json"] as const)("is refused as %s", (format) => {
    const refused = exportText(model, format, project.vocabulary);
    expect("diagnostics" in refused && refused.diagnostics.map(({ code }) => code)).toEqual(["C802"]);
  });
});

it("keeps declared couplings in the language and in JSON", () => {
  const text = `model M {
  sample X : bool ~ Bernoulli(0.5) { coupling = monotone }
  sample Y : bool ~ cpt(X) { false: 0.2 true: 0.7 } { coupling = gumbel }
}`;
  const project = projectOf(text);
  const model = project.models.get("M")!;
  expect(model.nodes.map((node) => node.coupling)).toEqual(["monotone", "gumbel"]);
  const written = exportText(model, "causal", project.vocabulary);
  const again = projectOf("text" in written ? written.text : "").models.get("M")!;
  expect(again.nodes.map((node) => node.coupling)).toEqual(["monotone", "gumbel"]);
  const json = exportText(model, "json", project.vocabulary);
  expect("text" in json && JSON.parse(json.text).nodes[1].coupling).toBe("gumbel");
});
