/** The AST that texts give: precedence, words that are keywords only in places, spans, the ways in. */
import { describe, expect, it } from "vitest";
import type { Statement } from "#lang/syntax/ast";
import { parseDraw, parseFile, parseInteraction, parseQuery } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { printExpr, printGiven, printQuery, printVariable } from "#lang/syntax/print-expression";

const source = (text: string) => ({ name: "test.causal", text });

/** The statements of a text that must have no mistakes. */
function good(text: string): readonly Statement[] {
  const { file, diagnostics } = parseFile(source(text));
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return file.statements;
}

function tree(text: string): string {
  const { file, diagnostics } = parseFile(source(text));
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return printAst(file);
}

function expression(text: string): string {
  const [model] = good(`model M { let y := ${text} }`);
  const member = model?.kind === "model" ? model.members[0] : undefined;
  return member?.kind === "let" ? printExpr(member.value) : "";
}

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3", "(+ 1 (* 2 3))"],
    ["1 - 2 - 3", "(- (- 1 2) 3)"],
    ["8 / 4 * 2", "(* (/ 8 4) 2)"],
    ["2 ^ 3 ^ 2", "(^ 2 (^ 3 2))"],
    ["-x ^ 2", "(- (^ x 2))"],
    ["2 ^ -x", "(^ 2 (- x))"],
    ["-x * y", "(* (- x) y)"],
    ["a - -b", "(- a (- b))"],
    ["(1 + 2) * 3", "(* (+ 1 2) 3)"],
    ["not a == b", "(not (== a b))"],
    ["not a and b or c", "(or (and (not a) b) c)"],
    ["a + 1 < b * 2 and c", "(and (< (+ a 1) (* b 2)) c)"],
    ["z |> dense(4 + 1) |> relu", "(|> z dense((+ 4 1)) relu())"],
    ["a + b |> relu", "(|> (+ a b) relu())"],
    ["if a == b then 1 else if c then 2 else 3 + 4", "(if (== a b) 1 (if c 2 (+ 3 4)))"],
    ["1 + if c then 2 else 3", "(+ 1 (if c 2 3))"],
    ["f(a, k = [1, 2,], g())", "f(a, k = [1, 2], g())"],
    ["{A: 0.9, `b c`: 1e-1, 3: 0, -1: 0, true: 0}", "{A: 0.9, `b c`: 0.1, 3: 0, -1: 0, true: 0}"],
    ["Y[X = 1, M = M[X = 0]]", "Y[X = 1, M = M[X = 0]]"],
    ['g("a\\"b\\n", true)', 'g("a\\"b\\n", true)'],
    ["a <-1", "(< a (- 1))"],
  ])("%s", (text, printed) => {
    expect(expression(text)).toBe(printed);
  });

  it("tells a value and the next row of a table from a call", () => {
    const printed = tree("model M { param p = 0.1 sample X : bool ~ cpt(A, B) { (a, b): p (a, c): f(p) else: p } }");
    expect(printed).toContain("(a, b): p\n");
    expect(printed).toContain("(a, c): f(p)\n");
  });

  it("keeps brackets in the span of what they enclose", () => {
    const text = "model M { let y := (a + b) * c }";
    const [model] = good(text);
    const member = model?.kind === "model" ? model.members[0] : undefined;
    const span = member?.kind === "let" ? member.value.span : { start: 0, end: 0 };
    expect(text.slice(span.start, span.end)).toBe("(a + b) * c");
  });
});

describe("words of the language", () => {
  it("are names where they cannot act as words", () => {
    const printed = tree(`
      network d(image, labels; data : int = 3) { concat(image, labels) |> noise(0.1) |> dense(data) }
      model M {
        sample P : bool ~ neural()
        sample E : bool ~ neural(P)
        sample image : bool ~ neural(E) { sample = 3, seed = 1, noise = image }
        let query := P + E
        let test := if image then query else seed
      }
      data data = table("x") { model = 3 }
      train M.labels with cpt { data = data, steps = 20000, seed = 1, model = test, optimizer { train = 1 } }
      query P = P(P | E = true)
      query E[E] + P - ATE
      draw 3 image | do(seed = 1) seed 7
    `);
    expect(printed).toMatchInlineSnapshot(`
      "file test.causal
        network d
          input image
          input labels
          constant data : int = 3
          result (|> concat(image, labels) noise(0.1) dense(data))
        model M
          sample P : bool
            ~ neural()
          sample E : bool
            ~ neural(P)
          sample image : bool
            ~ neural(E)
              sample = 3
              seed = 1
              noise = image
          let query := (+ P E)
          let test := (if image query seed)
        data data = table("x")
          model = 3
        train M.labels with cpt
          data = data
          steps = 20000
          seed = 1
          model = test
          optimizer
            train = 1
        query P
          P(P | E = true)
        query
          (- (+ E[E] P) ATE)
        draw 3 image | do(seed = 1) seed 7
      "
    `);
  });

  it("are names in backquotes", () => {
    expect(tree("model `in` { sample `5_o_Clock_Shadow` : bool ~ neural(`if`) }")).toContain("neural(if)");
  });

  it("come in any order that the grammar allows", () => {
    expect(tree("counterfactual { do { A = 1 } report B, C given { D = 2 } }")).toContain("report B, C");
    expect(tree("draw 2 A, B in M | C = 1 seed 3")).toContain("draw 2 A, B | C = 1 in M seed 3");
    expect(tree("draw 2 A | B in {x, y} in M")).toContain("draw 2 A | B in {x, y} in M");
    expect(tree("identify P(Y | do(X)) in M from d")).toContain("identify P(Y | do(X)) in M from d");
  });
});

describe("members of models", () => {
  it("covers plates, graphs and latent nodes", () => {
    const printed = tree(`model M extends N {
      graph { {A, B} -> C <- D; E <-> F  G -> H }
      plate i in 10 { sample X : real[3]  plate j in n + 1 { latent U } }
      sample K : int[-2..2]
      image Picture : gray(8, 8) := Mask * Fore + (1 - Mask) * Back
    }`);
    expect(printed).toMatchInlineSnapshot(`
      "file test.causal
        model M extends N
          graph
            {A, B} -> {C} <- {D}
            {E} <-> {F}
            {G} -> {H}
          plate i in 10
            sample X : real[3]
            plate j in (+ n 1)
              latent U
          sample K : int[(- 2)..2]
          image Picture : gray(8, 8) := (+ (* Mask Fore) (* (- 1 Mask) Back))
      "
    `);
  });
});

describe("ways in", () => {
  it("reads one query, perhaps with its model", () => {
    const parsed = parseQuery(source("P(Y = 1 | do(X = 1), Z) - 2 * (E[Y] + n) / 3 in M"));
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.model?.text).toBe("M");
    expect(printQuery(parsed.query)).toBe("(- P(Y = 1 | do(X = 1), Z) (/ (* 2 (+ E[Y] n)) 3))");
  });

  it("reads a drawing with and without `draw`", () => {
    for (const text of ["16 Face | do(Mustache = true)", "draw 16 Face | do(Mustache = true)"]) {
      const { draw, diagnostics } = parseDraw(source(text));
      expect(diagnostics).toEqual([]);
      expect(draw.count.value).toBe(16);
      expect(draw.variables.map(printVariable)).toEqual(["Face"]);
      expect(printGiven(draw.given)).toBe(" | do(Mustache = true)");
    }
  });

  it.each([
    ["do(X = 1, Y ~ {a: 1})", "context"],
    ["observe(X = 1)", "context"],
    ["P(Y | do(X = 1))", "query"],
    ["query P(Y)", "statements"],
    ["model M { sample X : bool }", "statements"],
    ["draw 4 Face", "statements"],
  ])("tells what a line of the REPL is: %s", (text, kind) => {
    const { interaction, diagnostics, incomplete } = parseInteraction(source(text));
    expect(diagnostics).toEqual([]);
    expect(interaction.kind).toBe(kind);
    expect(incomplete).toBe(false);
  });

  it.each(["model M {", "P(Y | do(X = 1)", "/* more to come"])("knows that more lines may follow: %s", (text) => {
    expect(parseInteraction(source(text)).incomplete).toBe(true);
  });

  it("complains about what follows the end of a query", () => {
    const { diagnostics } = parseQuery(source("P(Y) P(X)"));
    expect(diagnostics.map(({ code, span }) => [code, span.start])).toEqual([["C100", 5]]);
  });
});
