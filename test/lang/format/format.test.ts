/** What the one layout looks like. */
import { describe, expect, it } from "vitest";
import { format } from "#lang/format/format";

function formatted(...lines: readonly string[]): string {
  const result = format({ name: "test", text: lines.join("\n") });
  if (!("text" in result)) throw new Error(JSON.stringify(result.diagnostics));
  return result.text;
}

const program = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe("format", () => {
  it("writes spaces, commas and line breaks anew", () => {
    expect(
      formatted(
        "model   M{sample A:{a,b}~cpt{a:0.5 b:0.5}",
        "sample  Bcd :bool~cpt( A ){ a : 0.10",
        "else:1e-3,}}query P(Bcd|do(A=a),  Bcd)",
      ),
    ).toBe(
      program(
        "model M {",
        "  sample A   : {a, b} ~ cpt { a: 0.5, b: 0.5 }",
        "  sample Bcd : bool ~ cpt(A) {",
        "    a:    0.10",
        "    else: 1e-3",
        "  }",
        "}",
        "query P(Bcd | do(A = a), Bcd)",
      ),
    );
  });

  it("keeps one empty line at most", () => {
    expect(formatted("", "", "query P(A)", "", "", "", "query P(B)", "query P(C)", "", "")).toBe(
      program("query P(A)", "", "query P(B)", "query P(C)"),
    );
    expect(formatted("model M {", "", "sample A : bool", "", "", "sample B : bool", "", "}")).toBe(
      program("model M {", "  sample A : bool", "", "  sample B : bool", "}"),
    );
  });

  it("keeps comments in their places", () => {
    expect(
      formatted(
        "// at the top",
        "",
        "",
        "/* before */ model M { // after the brace",
        "      // of A",
        "  sample A : bool ~ neural( /* none */ )   // A",
        "  sample Longer : bool ~ neural(A /* a parent */, )// B",
        "    // at the end",
        "} // after",
        "  model N {   /* nothing */ }",
        "model O {",
        "// alone",
        "}",
        "// last",
      ),
    ).toBe(
      program(
        "// at the top",
        "",
        "/* before */ model M { // after the brace",
        "  // of A",
        "  sample A      : bool ~ neural(/* none */)       // A",
        "  sample Longer : bool ~ neural(A /* a parent */) // B",
        "  // at the end",
        "} // after",
        "model N {/* nothing */}",
        "model O {",
        "  // alone",
        "}",
        "// last",
      ),
    );
  });

  it("ends lines at the operators that bind least", () => {
    const left = "P(Recovered | do(Treatment = A))";
    const terms = ["small", "large"].map((size) => `P(Recovered | Treatment = A, Size = ${size}) * P(Size = ${size})`);
    expect(formatted(`test "t" { assert ${left} == ${terms.join("+")} +- 1e-6 }`)).toBe(
      program('test "t" {', `  assert ${left} ==`, `    ${terms[0]} +`, `    ${terms[1]} +- 1e-6`, "}"),
    );
  });

  it("breaks a long list between its brackets", () => {
    const parents = Array.from({ length: 12 }, (_, i) => `LongParent${i}`);
    expect(formatted(`model M { sample A : bool ~ neural(${parents}) { hidden = [8] } }`)).toBe(
      program(
        "model M {",
        "  sample A : bool ~ neural(",
        `    ${parents.slice(0, 9).join(", ")},`,
        `    ${parents.slice(9).join(", ")}`,
        "  ) { hidden = [8] }",
        "}",
      ),
    );
  });

  it("keeps the stages of a pipe on their lines", () => {
    const body = ["  let y := x", "    |> dense(2) |> relu", "  y", "  |> dense(3)", "  |> relu |> dense(1)"];
    expect(formatted("network f(x;a:int=1) -> real[1] {", ...body.map((line) => line.trim()), "}")).toBe(
      program("network f(x; a : int = 1) -> real[1] {", ...body, "}"),
    );
    expect(formatted("network f(x) { x|>relu }")).toBe("network f(x) { x |> relu }\n");
  });

  it("keeps what parts two expressions", () => {
    expect(formatted("network f(x) { let y := x; (y + y) |> relu }")).toBe(
      program("network f(x) {", "  let y := x;", "  (y + y) |> relu", "}"),
    );
    const table = formatted("model M { sample A : {0, -1} ~ cpt {", "0: x, -1: 1 - x } }");
    expect(table).toBe(program("model M {", "  sample A : {0, -1} ~ cpt {", "    0:  x,", "    -1: 1 - x", "  }", "}"));
  });

  it("quotes names only where it must", () => {
    expect(formatted("query P(`A`, `two words`, `if`, `rgb`, `1`, `P`)")).toBe(
      "query P(A, `two words`, `if`, `rgb`, `1`, `P`)\n",
    );
  });

  it("lays out each kind of statement", () => {
    const statements = [
      'import "a.causal"',
      'data d = table("x.csv", columns = ["a", "b"])',
      "train M.labels with mle { data = d, optimizer { rate = 1e-3 } }",
      "query E[(X - 1) ^ 2 | X > 0, Y in {a, b}, Z ~ {a: 0.5, b: 0.5}]",
      "query r = -a + ATE(Y = 1; X: 0 -> 1 | Z = -2) / 2 in M",
      "query P(Y[X = 1, M = M[X = 0]] | do(X := if not A then -B else C))",
      "draw 3 A, B[X = 1] | observe(C = 1), do(D ~ Normal(0, 1)) in M seed 7",
      "identify P(Y | do(X)) in M from d",
      'test "t" in M { assert independent(A, B | C) == false }',
      "counterfactual joe in M {",
      "  given  { A = 1 }",
      "  do     { B = 2 }",
      "  report C, D",
      "}",
      "model M extends N {",
      "  param n : int[0..9] = 3",
      "  noise Ux, Uy ~ Normal(0, 1)",
      "  plate i in n { sample A : real[3] ~ Normal(0, 1) }",
      "  image I : gray(8, 8) := 2 * J",
      "  graph { {A, B} -> C <-> D; D <- E }",
      "}",
    ];
    expect(formatted(...statements.map((line) => line.replaceAll(/ +/g, "  ")))).toBe(program(...statements));
  });

  it("is undone by no depth of brackets", () => {
    const deep = `model M { let A := ${"(".repeat(60)}1${")".repeat(60)} }`;
    expect(formatted(formatted(deep))).toBe(formatted(deep));
  });

  it("leaves programs with syntax errors alone", () => {
    const result = format({ name: "test", text: "query P(A" });
    expect("diagnostics" in result && result.diagnostics.length).toBe(1);
    expect(format({ name: "test", text: "# not a comment here\nquery P(A)" })).toHaveProperty("diagnostics");
  });

  it("takes files without words", () => {
    expect([formatted(""), formatted("", " ", ""), formatted("", "// c", "")]).toEqual(["", "", "// c\n"]);
  });
});
