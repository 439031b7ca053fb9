/** One mistake, one diagnostic, at its place; the rest of the program is still read. */
import { describe, expect, it } from "vitest";
import { parseFile } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";

function findings(text: string): readonly string[] {
  const { diagnostics } = parseFile({ name: "x", text });
  return diagnostics.map(({ code, span }) => `${code} ${text.slice(span.start, span.end)}`.trim());
}

describe("one mistake", () => {
  it.each([
    // statements
    ["import dcgan.causal query P(X)", "C100 dcgan"],
    ["network (z) { z |> relu }", "C100 ("],
    ["network f(z) { }", "C100 }"],
    ["network f(z) { let h := relu(z) }", "C118 let h := relu(z)"],
    ["network f(z) { h := relu(z) h }", "C121 h"],
    ["network f(z, n = 1) { z }", "C126 n = 1"],
    ["model { sample X : bool }", "C100 {"],
    ["modle M { sample X : bool }", "C107 modle"],
    ["model M sample X : bool }", "C127"],
    ["data d celeba(1)", "C100 celeba"],
    ["data d := celeba(1)", "C108 :="],
    ["train M g { steps = 1 }", "C100 g"],
    ["train M with g(steps = 1)", "C125 (steps = 1)"],
    ["query x P(A)", "C100 P"],
    ["query P(A | do(B == 1))", "C108 =="],
    ["query P(A B)", "C109 B"],
    ["query P(A | do B = 1)", "C127"],
    ["query P(A in b, c)", "C127"],
    ["query E(A)", "C100 ("],
    ["query ATE(Y, X: a -> b)", "C108 ,"],
    ["draw Face", "C100 Face"],
    ["draw 1.5 Face", "C120 1.5"],
    ["draw 16 Face do(X = 1)", "C100 do"],
    ["identify Y", "C100 Y"],
    ["counterfactual x in { report C }", "C100 {"],
    ["counterfactual x in M { given A = 1 do { B = 2 } report C }", "C127"],
    ["test { assert P(A) > 0 }", "C100 {"],
    ['test "a" { assert P(A) = 0 }', "C108 ="],
    ['test "a" { asert P(A) > 0 }', "C107 asert"],
    ["hello world", "C100 hello"],
    ["sample X : bool ~ neural() sample Y : bool", "C129 sample"],
    // members
    ["model M { sample : bool }", "C100 :"],
    ["model M { smaple X : bool }", "C107 smaple"],
    ["model M { variable X : bool }", "C107 variable"],
    ["model M { X ~ Normal(0, 1) }", "C121 X"],
    ["model M { sample X bool }", "C127 bool"],
    ["model M { sample X : boolean }", "C112 boolean"],
    ["model M { sample X : rgb(3) }", "C113 rgb(3)"],
    ["model M { sample X = neural() }", "C108 ="],
    ["model M { sample X := A + 1 }", "C124 sample"],
    ["model M { let X ~ Normal(0, 1) }", "C124 let"],
    ["model M { let X = A }", "C108 ="],
    ["model M { param b ~ 3 }", "C108 ~"],
    ["model M { param b : real }", "C115 b"],
    ["model M { noise U = Normal(0, 1) }", "C108 ="],
    ["model M { sample X : bool ~ neural }", "C114 neural"],
    ["model M { sample A, B : bool }", "C122 B"],
    ["model M { image F ~ generator(A) }", "C115 F"],
    ["model M { image F : rgb(8, 8) = A * B }", "C108 ="],
    ["model M { let X := A { b = 1 } }", "C123 { b = 1 }"],
    ["model M { sample in : bool }", "C110 in"],
    ["model M { sample X : bool, sample Y : bool }", "C130 ,"],
    ["model M { graph { A -> } }", "C100 }"],
    ["model M { graph A -> B }", "C127"],
    ["model M { plate i 3 { sample X : bool } }", "C100 3"],
    ["model M { sample X : bool ~ cpt(A B) { else: 1 } }", "C109 B"],
    ["model M { sample X : bool ~ cpt { true = 1 } }", "C108 ="],
    ["model M { sample X : bool ~ neural() { hidden: 3 } }", "C108 :"],
    // expressions
    ["model M { let X := a < b < c }", "C116 <"],
    ["model M { let X := a |> 3 }", "C117 3"],
    ["model M { let X := 3 + }", "C100 }"],
    ["model M { let X := if a = 1 then 2 else 3 }", "C108 ="],
    ["model M { let X := if a then 2 }", "C100 }"],
    ["model M { let X := [1 2] }", "C109 2"],
    // brackets, texts, signs
    ["model M { let X := f(1, 2 } query P(X)", "C105 ("],
    ["model M { sample X : bool query P(X)", "C105 {"],
    ["model M { } }", "C106 }"],
    ["query P(X]", "C128 ]"],
    ['import "x.causal', 'C102 "'],
    ["query P(X) /* open", "C103 /*"],
    ["query P(`X) ", "C104 `"],
    ["query P(``)", "C104 ``"],
    ["query P(X @ = 1)", "C101 @"],
    ["model M { let X := a && b }", "C111 &&"],
    ["# note", "C111 # note"],
  ])("%s", (text, finding) => {
    expect(findings(text)).toEqual([finding]);
  });
});

describe("several mistakes", () => {
  it("are all found, each at its place", () => {
    const text = `model M {
      sample A : bool ~
      sample B : bool neural(A)
      let C := (A + 1
      graph { A -> }
    }
    query P(A | )
    train M
    draw Face
    query P(B)`;
    expect(findings(text)).toEqual(["C100", "C127 neural(A)", "C105 (", "C100 }", "C100 )", "C100", "C100 Face"]);
  });

  it("leave the rest of the program readable", () => {
    const { file } = parseFile({
      name: "x",
      text: "modle M { smaple X = neural( let Y := 1 + } query P(Y | do(X = ))",
    });
    expect(printAst(file)).toMatchInlineSnapshot(`
      "file x
        model M
          sample X
            ~ neural()
          let Y := 1
        query
          P(Y | do(X = <missing>))
      "
    `);
  });
});

describe("fixes", () => {
  it.each([
    ["model M { sample X = neural() }", "model M { sample X ~ neural() }"],
    ["modle M { }", "model M { }"],
    ["model M { X ~ Normal(0, 1) }", "model M { sample X ~ Normal(0, 1) }"],
    ["query P(A B)", "query P(A, B)"],
    ["model M { let X := a&&b }", "model M { let X := a and b }"],
    ["query P(X]", "query P(X)"],
    ["network f(z) { h := relu(z) h }", "network f(z) { let h := relu(z) h }"],
    ["model M { sample X : bool, }", "model M { sample X : bool }"],
  ])("mend %s", (text, mended) => {
    const [finding] = parseFile({ name: "x", text }).diagnostics;
    const { span, replacement } = finding!.fix!;
    expect(text.slice(0, span.start) + replacement + text.slice(span.end)).toBe(mended);
    expect(findings(mended)).toEqual([]);
  });
});
