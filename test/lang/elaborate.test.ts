/** Models with `extends`, plates and vectors become members of single nodes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyze } from "#lang/analyze";
import { printElaborated } from "#lang/elaborate/print";
import { elementName, elementParts } from "#lang/syntax/elements";
import { printTypes } from "#lang/types/print-types";
import { vocabulary } from "#stdlib/vocabulary";

function read(text: string, others: Readonly<Record<string, string>> = {}) {
  const { program, diagnostics } = analyze(
    { name: "test", text },
    {
      signatures: vocabulary,
      resolve: (path) => (others[path] === undefined ? null : { name: path, text: others[path] }),
    },
  );
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return program;
}

const elaborated = (text: string) => printElaborated(read(text)).replaceAll(/\n +(?=~)/g, " ");
const parents = (text: string, model: string) =>
  Object.fromEntries(
    read(text)
      .models.get(model)!
      .nodes.map((node) => [node.name, node.parents]),
  );

describe("plates", () => {
  it("name their copies, and mean the copy beside or the one that an index says", () => {
    const text = `model M {
      let X[0] := 1
      plate t in 1..2 { noise U ~ Normal(0, t)  let X := 2 * X[t - 1] + U }
    }`;
    expect(elaborated(text)).toBe(`model M
  let X[0] := 1
  noise U[1] ~ Normal(0, 1)
  let X[1] := (+ (* 2 X[0]) U[1])
  noise U[2] ~ Normal(0, 2)
  let X[2] := (+ (* 2 X[1]) U[2])
`);
  });

  it("nest, and are seen from outside as all of them", () => {
    const text = `model M {
      plate i in {north, south} {
        let A := 1
        plate j in 2 { let B := A + j }
        let S := sum(B)
      }
      let All := mean(B) + max(S)
    }`;
    expect(parents(text, "M")).toEqual({
      "A[north]": [],
      "B[north,1]": ["A[north]"],
      "B[north,2]": ["A[north]"],
      "S[north]": ["B[north,1]", "B[north,2]"],
      "A[south]": [],
      "B[south,1]": ["A[south]"],
      "B[south,2]": ["A[south]"],
      "S[south]": ["B[south,1]", "B[south,2]"],
      All: ["B[north,1]", "B[north,2]", "B[south,1]", "B[south,2]", "S[north]", "S[south]"],
    });
  });

  it("run over numbers, lists, parameters and the states of a node", () => {
    const count = (range: string, before = "") =>
      read(`model M { ${before} plate i in ${range} { let A := 1 } }`)
        .models.get("M")!
        .nodes.flatMap(({ name }) => elementParts(name)?.index ?? []);
    expect(count("-1..1")).toEqual(["-1", "0", "1"]);
    expect(count("n + 1", "param n : int = 2")).toEqual(["1", "2", "3"]);
    expect(count("1..sum(sizes)", "param sizes = [1, 2]")).toEqual(["1", "2", "3"]);
    expect(count("[7, a]")).toEqual(["7", "a"]);
    expect(count("Size", "sample Size : {small, large} ~ cpt { small: 0.5, large: 0.5 }")).toEqual(["small", "large"]);
    expect(count("Hours", "sample Hours : int[2..4] ~ Categorical({2: 0.2, 3: 0.3, 4: 0.5})")).toEqual(["2", "3", "4"]);
    expect(count("1..0")).toEqual([]);
  });

  it("are parents of tables and learned nodes, and ends of arrows", () => {
    const text = `model M {
      plate i in 1..2 { sample A : bool ~ neural() }
      sample B : bool ~ neural(A)
      sample C : bool ~ cpt(A) { (true, true): 0.9  else: 0.1 }
      graph { A -> {B, C} }
    }`;
    expect(parents(text, "M")).toMatchObject({ B: ["A[1]", "A[2]"], C: ["A[1]", "A[2]"] });
  });

  it("decide tests of their index, so that the other branch may name what is not there", () => {
    const text = `model M {
      plate t in 1..2 { let X := if t == 1 then 0 else X[t - 1] + 1 }
      plate s in {a, b} { let Y := if s == a then 1 else Y[a] }
    }`;
    expect(parents(text, "M")).toEqual({ "X[1]": [], "X[2]": ["X[1]"], "Y[a]": [], "Y[b]": ["Y[a]"] });
  });

  it("compare a node with an index that is a label", () => {
    const text = `model M {
      sample Size : {small, large} ~ cpt { small: 0.5, large: 0.5 }
      plate s in Size { let Is := Size == s }
    }`;
    expect(elaborated(text)).toContain("let Is[large] := (== Size large)");
  });

  it("hold quoted names", () => {
    const text =
      "model `My model` { plate `a b` in 1..2 { sample `X y` : bool ~ Bernoulli(`a b` / 4) } let Z := count(`X y`) }\n" +
      "query P(`X y`[2] | do(`X y`[1] = true))";
    expect(parents(text, "My model")).toMatchObject({ Z: ["X y[1]", "X y[2]"] });
  });

  it("of ten thousand nodes are read in a moment", () => {
    const text = "model M { let X[0] := 0 plate t in 1..9000 { let X := X[t - 1] + 1 } }";
    expect(read(text).models.get("M")!.nodes).toHaveLength(9001);
  });
});

describe("vectors", () => {
  it("are computed element by element, and stay affine", () => {
    const text = `model M {
      param w = [1, 2]
      noise U : real[2] ~ Normal(w, 1)
      let V := 2 * U + w
      let S := dot(w, V) - V[1]
    }`;
    expect(elaborated(text)).toBe(`model M
  param w[1] = 1
  param w[2] = 2
  noise U[1] : real ~ Normal(w[1], 1)
  noise U[2] : real ~ Normal(w[2], 1)
  let V[1] := (+ (* 2 U[1]) w[1])
  let V[2] := (+ (* 2 U[2]) w[2])
  let S := (- (+ (* w[1] V[1]) (* w[2] V[2])) V[1])
`);
  });

  it("stand inside plates, outer index first, and follow sizes in any order", () => {
    const text = `model M {
      let Sum := sum(W)
      plate i in 1..2 { let W := U + i  noise U : real[2] ~ Normal(0, 1) }
    }`;
    expect(parents(text, "M").Sum).toEqual(["W[1,1]", "W[1,2]", "W[2,1]", "W[2,2]"]);
  });
});

describe("extends", () => {
  const base = `model A {
    param n = 2
    sample X : {a, b} ~ cpt { a: 0.5, b: 0.5 }
    plate i in 1..n { sample Y : bool ~ Bernoulli(0.5) }
    let Z := count(Y)
    graph { Y -> Z }
  }`;

  it("takes over members, replaces mechanisms in place and adds", () => {
    const text = `${base}
    model B extends A { param n = 3  sample X ~ cpt { a: 0.1, b: 0.9 }  sample Y[2] ~ Bernoulli(0.9) }
    model C extends B { let W := Z + 1  graph { Z -> W } }`;
    const page = printElaborated(read(text));
    expect(page.slice(page.indexOf("model C"))).toMatchInlineSnapshot(`
      "model C
        param n = 3
        sample X : {a, b}
          ~ cpt()
            (a): 0.1
            (b): 0.9
        sample Y[1] : bool
          ~ Bernoulli(0.5)
        sample Y[2] : bool
          ~ Bernoulli(0.9)
        sample Y[3] : bool
          ~ Bernoulli(0.5)
        let Z := (+ (+ Y[1] Y[2]) Y[3])
        graph
          {Y[1], Y[2], Y[3]} -> {Z}
        let W := (+ Z 1)
        graph
          {Z} -> {W}
      "
    `);
  });

  it("takes the base from another file, whatever the order, and points into it", () => {
    const text = 'import "base"\nmodel C extends B { let W := 1 }\nmodel B extends A { }';
    const program = read(text, { base });
    expect([...program.models.keys()]).toEqual(["A", "C", "B"]);
    const node = program.models.get("C")!.nodes.find(({ name }) => name === "X")!;
    expect(node.nameSpan.source).toBe("base");
    expect(printTypes(program)).toContain("sample  Y[2]  bool");
  });
});

describe("names of elements", () => {
  it("are put together and taken apart", () => {
    expect(elementName("X", ["a", "2"])).toBe("X[a,2]");
    expect(elementParts("X[a,2]")).toEqual({ base: "X", index: ["a", "2"] });
    expect(["X", "[1]", "X[]", "X[1"].map(elementParts)).toEqual([null, null, null, null]);
  });
});

describe("whole models", () => {
  it("are trained part by part, the labels with the same data and seed", () => {
    const text = `import "stdlib/networks/dcgan.causal"
    data d = faces(n = 10, size = 32)
    model M {
      sample A : bool ~ neural()
      image I : rgb(32, 32) ~ generator(A) { network = dcgan32, noise = 4 }
      image J : rgb(32, 32) ~ generator(A) { network = dcgan32, noise = 4 }
      image K : rgb(32, 32) := I / 2 + J / 2
    }
    train M with causalgan { data = d, seed = 7, labels { regime = cpt, smoothing = 1 }, labeler { rate = 1e-3 } }`;
    const { trains } = read(text, {
      "stdlib/networks/dcgan.causal": readFileSync(
        join(import.meta.dirname, "../../stdlib/networks/dcgan.causal"),
        "utf8",
      ),
    });
    expect(trains.map(({ part, regime }) => `${part} ${regime}`)).toEqual(["labels cpt", "I causalgan", "J causalgan"]);
    expect(trains[0]!.settings).toMatchObject({ data: "d", seed: 7, smoothing: 1 });
    expect(trains[1]!.settings).toMatchObject({ data: "d", seed: 7, "labeler.rate": 1e-3 });
  });
});
