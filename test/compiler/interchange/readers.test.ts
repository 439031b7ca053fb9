/** What readers accept of each format, and what they say about files that are wrong: place, what was expected. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { type FormatName, formats } from "#compiler/interchange/formats";
import { RuntimeFault } from "#runtime/fault";
import { read } from "./networks.ts";

const tablesOf = (model: CausalModel) =>
  Object.fromEntries(
    model.nodes.map(({ name, mechanism }) => [name, mechanism.kind === "table" ? [...mechanism.probabilities] : null]),
  );

/** The message of the fault that reading throws. */
function complaint(format: FormatName, text: string): string {
  try {
    formats[format].read!({ name: `f.${format}`, text });
  } catch (error) {
    if (error instanceof RuntimeFault && error.code === "bad-file") return error.message;
    throw error;
  }
  return "no complaint";
}

const two = `variable A { type discrete [ 2 ] { no, yes }; }
variable B { type discrete [ 2 ] { no, yes }; }
probability ( A ) { table 0.25, 0.75; }
`;

describe("BIF", () => {
  it("takes names that are no identifiers, rows in any order, and properties", () => {
    const model = read(
      `// made by hand
network "a net" { property author = "me; \\"too\\"" ; }
variable Age { type discrete [ 3 ] { <5, 5-12, Suspect 1 }; property "position = (1, 2)" ; }
probability ( Sick | Age ) {
  (Suspect 1) 0.5, 0.5;   /* last
  first */
  (<5) 0.25, 0.75;
  default 1, 0;
}
variable Sick { type discrete [ 2 ] { Asy/Patch, 12+ }; }
probability ( Age ) { table 0.25, 0.25, 0.5; }`,
      "bif",
    );
    expect(model.name).toBe("a net");
    expect(model.nodes.map((node) => node.type)).toEqual([
      { kind: "labels", labels: ["<5", "5-12", "Suspect 1"] },
      { kind: "labels", labels: ["Asy/Patch", "12+"] },
    ]);
    expect(tablesOf(model)).toEqual({ Age: [0.25, 0.25, 0.5], Sick: [0.25, 0.75, 1, 0, 0.5, 0.5] });
  });

  it("takes the older form without commas, and tables whose node is slowest", () => {
    // the dog problem as JavaBayes writes it
    const model = read(
      `network "Dog-Problem" { //5 variables
      property "credal-set constant-density-bounded 1.1" ; }
variable "light-on" { //2 values
  type discrete[2] {  "true"  "false" }; property "position = (218, 195)" ; }
variable "family-out" { type discrete[2] { true false }; }
probability (  "light-on"  "family-out" ) { //2 variable(s) and 4 values
  table 0.6 0.05 0.4 0.95 ; }
probability (  "family-out" ) { table 0.15 0.85 ; }`,
      "bif",
    );
    expect(tablesOf(model)).toEqual({ "family-out": [0.15, 0.85], "light-on": [0.6, 0.4, 0.05, 0.95] });
  });

  it("normalises what rounding has left over", () => {
    const model = read(
      "variable A { type discrete [ 3 ] { a, b, c }; } probability ( A ) { table 0.3333333, 0.3333333, 0.3333333; }",
      "bif",
    );
    const [a] = tablesOf(model).A!;
    expect(a).toBe(0.3333333 / (0.3333333 + 0.3333333 + 0.3333333));
  });

  it("makes a bool of false and true in this order only", () => {
    const of = (list: string) =>
      read(`variable A { type discrete [ 2 ] { ${list} }; } probability ( A ) { table 0.5, 0.5; }`, "bif").nodes[0]!
        .type;
    expect([of("false, true"), of("true, false")]).toEqual([
      { kind: "bool" },
      { kind: "labels", labels: ["true", "false"] },
    ]);
  });

  it.each([
    ["", "f.bif:1:1: expected a `variable`, found the end of the file"],
    ["hello", "f.bif:1:1: expected `network`, `variable` or `probability`, found `hello`"],
    [two, "f.bif:2:10: the variable `B` has no table"],
    [
      `${two}probability ( B | A ) { (no) 0.5, 0.5; }`,
      "f.bif:4:15: the table of `B` lacks 1 of 2 rows, the first is (yes)",
    ],
    [`${two}probability ( B | A ) { (no) 0.5, 0.5;\n (maybe) 1, 0; }`, "f.bif:5:3: `A` has no state `maybe`"],
    [`${two}probability ( B | A ) { (no) 0.5, 0.5; (no) 1, 0; }`, "f.bif:4:40: this row is given twice"],
    [`${two}probability ( B | C ) { (no) 0.5, 0.5; }`, "f.bif:4:19: the variable `C` is not declared"],
    [`${two}probability ( B ) { table 0.5, 0.4; }`, "f.bif:4:21: a row of `B` sums to 0.9, not 1"],
    [`${two}probability ( B ) { table 0.5, 0.5, 0; }`, "f.bif:4:21: expected 2 numbers, found 3"],
    [`${two}probability ( B ) { table -0.5, 1.5; }`, "f.bif:4:27: -0.5 is no probability"],
    [`${two}probability ( B ) { table 0.5, x; }`, "f.bif:4:32: expected a probability, found `x`"],
    [`${two}probability ( A ) { table 1, 0; }`, "f.bif:4:15: `A` has a second table here"],
    [`${two}probability ( B | B ) { default 1, 0; }`, "f.bif:4:19: `B` is twice in the table of `B`"],
    [`${two}probability ( B ) { table 0.5, 0.5`, "f.bif:4:35: expected a probability, found the end of the file"],
    [`${two}variable A { type discrete [ 2 ] { x, y }; }`, "f.bif:4:10: the variable `A` is declared twice"],
    [`${two}variable C { type discrete [ 3 ] { x, y }; }`, "f.bif:4:30: `C` says 3 states and lists 2"],
    [`${two}variable C { type discrete [ 2 ] { x, x }; }`, "f.bif:4:39: `C` has two states named `x`"],
    [`${two}variable C { type discrete [ 1 ] { x }; }`, "f.bif:4:10: `C` has one state; a node needs two at least"],
    [
      `${two}variable C { type continuous; }`,
      "f.bif:4:19: expected `discrete`: other variables cannot be imported, found `continuous`",
    ],
    [
      `${two}variable \`C { type discrete [ 2 ] { x, y }; }`,
      "f.bif:4:10: a name cannot have a backquote, a line break or another control character",
    ],
    [
      `variable A { type discrete [ 2 ] { a, b }; }
variable B { type discrete [ 2 ] { a, b }; }
probability ( A | B ) { default 1, 0; } probability ( B | A ) { default 1, 0; }`,
      "f.bif:1:10: the network has a cycle: A -> B -> A",
    ],
  ])("complains with a place %#", (text, message) => {
    expect(complaint("bif", text)).toBe(message);
  });

  it("refuses tables that no memory holds", () => {
    const names = Array.from({ length: 40 }, (_, i) => `V${i}`);
    const text = names.map((name) => `variable ${name} { type discrete [ 2 ] { a, b }; }`).join("\n");
    expect(complaint("bif", `${text}\nprobability ( V0 | ${names.slice(1).join(", ")} ) { default 1, 0; }`)).toBe(
      "f.bif:41:15: the table of `V0` has over 4194304 numbers",
    );
  });
});

describe("XMLBIF", () => {
  const wrap = (body: string) => `<?xml version="1.0"?>
<!-- a comment with it's <tags> -->
<!DOCTYPE BIF [ <!ELEMENT BIF ( NETWORK )*> <!-- it's "one" > ] -->
  <!ATTLIST BIF VERSION CDATA #REQUIRED> ]>
<BIF VERSION="0.3"><NETWORK><NAME>Dog &amp; Problem</NAME>
${body}
</NETWORK></BIF>`;
  const variables = `<VARIABLE TYPE="nature"><NAME>light-on</NAME><OUTCOME>true</OUTCOME><OUTCOME>&lt;5 &#x61;</OUTCOME>
<PROPERTY>position = (73, 165)</PROPERTY></VARIABLE>
<VARIABLE><NAME> family-out <!-- note --></NAME><OUTCOME><![CDATA[a<b]]></OUTCOME><OUTCOME>false</OUTCOME></VARIABLE>`;
  const family = "<DEFINITION><FOR>family-out</FOR><TABLE>0.15 0.85</TABLE></DEFINITION>";

  it("reads tables whose node is fastest, entities, CDATA and a document type", () => {
    const model = read(
      wrap(`${variables}<DEFINITION><FOR>light-on</FOR><GIVEN>family-out</GIVEN>
<TABLE>0.6 0.4 <!-- then --> 0.05 0.95 </TABLE></DEFINITION>${family}`),
      "xmlbif",
    );
    expect(model.name).toBe("Dog & Problem");
    expect(model.nodes.map((node) => node.type)).toEqual([
      { kind: "labels", labels: ["a<b", "false"] },
      { kind: "labels", labels: ["true", "<5 a"] },
    ]);
    expect(tablesOf(model)).toEqual({ "family-out": [0.15, 0.85], "light-on": [0.6, 0.4, 0.05, 0.95] });
  });

  it.each([
    ["", "f.xmlbif:1:1: expected `<` and an element, found the end of the file"],
    ["<BIF><NETWORK></BIF>", "f.xmlbif:1:15: expected </NETWORK>, found </BIF"],
    ["<BIF><NETWORK>", "f.xmlbif:1:6: the element <NETWORK> is not closed"],
    ["<BIF><NETWORK/></BIF> x", "f.xmlbif:1:23: expected the end of the file, found `x`"],
    ["<BIF><NETWORK/></BIF>", "f.xmlbif:1:6: the network has no <VARIABLE>"],
    ["<html></html>", "f.xmlbif:1:1: expected the element <BIF>, found <html>"],
    [wrap(`${variables}${family}`), "f.xmlbif:6:31: the variable `light-on` has no table"],
    [wrap("<VARIABLE><NAME>A &nope; b</NAME></VARIABLE>"), "f.xmlbif:6:19: `&nope;` is no entity"],
    [
      wrap('<VARIABLE TYPE="utility"><NAME>A</NAME></VARIABLE>'),
      'f.xmlbif:6:1: a utility node cannot be imported, only those of TYPE="nature"',
    ],
    [wrap(`${variables}\n${family.replace("0.85", "x")}`), "f.xmlbif:9:46: expected a probability, found `x`"],
    [
      wrap(`${variables}\n${family.replace(" 0.85", "")}`),
      "f.xmlbif:9:34: the table of `family-out` needs 1 x 2 numbers, found 1",
    ],
    [wrap(`${variables}\n<DEFINITION><FOR>q</FOR></DEFINITION>`), "f.xmlbif:9:18: the variable `q` is not declared"],
    [
      wrap("<DECISION/>"),
      "f.xmlbif:6:1: <NETWORK> cannot have <DECISION>, only <NAME>, <VARIABLE>, <DEFINITION> and <PROPERTY>",
    ],
  ])("complains with a place %#", (text, message) => {
    expect(complaint("xmlbif", text)).toBe(message);
  });
});

describe("HUGIN NET", () => {
  const nodes = `net { node_size = (80 40); name = "rain"; } % a comment; }
node A { states = ("no" "y\\"es"); position = (10 20); label = "An {odd} %label"; }
discrete node B { states = ("0" "1"); HR_color = 3; }
`;
  const rain = "potential (A) { data = (0.25 0.75); }";

  it("reads nodes and nested or flat data", () => {
    const nested = read(`${nodes}${rain} potential (B | A) { data = ((0.5 0.5) % no\n (0.125 0.875)); }`, "net");
    const flat = read(
      `${nodes}potential (A | ) { data = (0.25 0.75); } potential (B | A) { data = (0.5 0.5 0.125 0.875); }`,
      "net",
    );
    expect(nested.name).toBe("rain");
    expect(nested.nodes.map((node) => node.type)).toEqual([
      { kind: "labels", labels: ["no", 'y"es'] },
      { kind: "labels", labels: ["0", "1"] },
    ]);
    expect(tablesOf(nested)).toEqual({ A: [0.25, 0.75], B: [0.5, 0.5, 0.125, 0.875] });
    expect(tablesOf(flat)).toEqual(tablesOf(nested));
  });

  it.each([
    ["", "f.net:1:1: expected a `node`, found the end of the file"],
    [`${nodes}${rain}`, "f.net:3:15: the variable `B` has no table"],
    [`${nodes}utility U { }`, "f.net:4:1: `utility` cannot be imported, only discrete chance nodes"],
    [`${nodes}continuous node U { }`, "f.net:4:1: `continuous` cannot be imported, only discrete chance nodes"],
    [
      `${nodes}potential (A B) { }`,
      "f.net:4:14: expected `)` (only conditional probability tables of one node can be imported), found `B`",
    ],
    [`${nodes}potential (A) { }`, "f.net:4:12: the potential of `A` has no data"],
    [`${nodes}potential (A) { data = (0.5 0.5; }`, "f.net:4:32: expected a probability, found `;`"],
    [`${nodes}potential (A) { data = (0.5); }`, "f.net:4:25: the data of `A` needs 1 x 2 numbers, found 1"],
    [`${nodes}potential (C) { data = (0.5); }`, "f.net:4:12: the node `C` is not declared"],
    [`${nodes}node C { label = "x"; }`, "f.net:4:6: the node `C` has no states"],
    [`${nodes}node C { states = ("a" "b") }`, "f.net:4:29: expected `;`, found `}`"],
  ])("complains with a place %#", (text, message) => {
    expect(complaint("net", text)).toBe(message);
  });
});

describe("UAI", () => {
  it("reads factors in any order and names by number", () => {
    const model = read(
      "BAYES\n3\n2 2 3\n3\n2 2 0\n2 2 1\n1 2\n\n6\n 0.5 0.5 1 0 0 1\n6 .5 .5 1 0 0 1\n3 0.25 0.25 0.5\n",
      "uai",
    );
    expect(model.nodes.map(({ name, type }) => [name, type])).toEqual([
      ["X2", { kind: "int", low: 0, high: 2 }],
      ["X0", { kind: "int", low: 0, high: 1 }],
      ["X1", { kind: "int", low: 0, high: 1 }],
    ]);
    expect(tablesOf(model)).toEqual({ X2: [0.25, 0.25, 0.5], X0: [0.5, 0.5, 1, 0, 0, 1], X1: [0.5, 0.5, 1, 0, 0, 1] });
  });

  it.each([
    ["", "f.uai:1:1: expected `BAYES`, found the end of the file"],
    ["MARKOV 1 2 1", "f.uai:1:1: a Markov network has no arrows; only BAYES can be imported"],
    ["BAYES 0 0", "f.uai:1:9: expected a network with variables, found `0`"],
    ["BAYES 1 2 1\n1 1", "f.uai:2:3: expected a variable, a whole number up to 0, found 1"],
    ["BAYES 1 2 1\n0", "f.uai:2:1: a factor without variables is no conditional probability table"],
    ["BAYES 1 2 1\n1 0\n3 1 2 3", "f.uai:3:1: the table of `X0` needs 2 entries, not 3"],
    ["BAYES 1 2 1\n1 0\n2 0.5 0.5 0.1", "f.uai:3:11: expected the end of the file, found `0.1`"],
    ["BAYES 1 2 1\n1 0\n2 0.5", "f.uai:3:6: expected a probability, found the end of the file"],
    ["BAYES 2 2 2 1\n1 0\n2 1 0", "f.uai:1:1: the variable `X1` has no table"],
    [
      "BAYES 1 9999999999 1",
      "f.uai:1:9: expected the number of states of variable 0, a whole number up to 65536, found 9999999999",
    ],
  ])("complains with a place %#", (text, message) => {
    const found = complaint("uai", text);
    expect(found.replace(/^f\.uai:1:\d+: the variable/, "f.uai:1:1: the variable")).toBe(message);
  });
});

describe("dagitty", () => {
  const graph = (text: string) => {
    const imported = formats.dagitty.read({ name: "f.dagitty", text });
    return imported.kind === "graph" ? imported.graph : null!;
  };

  it("reads marks, chains, groups and arcs, and skips the layout", () => {
    const { nodes, arrows, arcs, name } = graph(`dag G { /* a comment */
bb="-2.5,-2,2.1,2"
X [exposure,pos="-1.2,0.3"]  // cause
"the outcome" [outcome, adjusted]; U [latent]
U -> {X "the outcome"} ; X -> M -> "the outcome" <- Z
X <-> M [pos="0,1"]  M <-> X
W <- X [beta=0.5]
}`);
    expect(name).toBe("G");
    expect(nodes).toEqual([
      { name: "X", latent: false, marks: ["exposure"] },
      { name: "the outcome", latent: false, marks: ["outcome", "adjusted"] },
      { name: "U", latent: true, marks: [] },
      ...["M", "Z", "W"].map((each) => ({ name: each, latent: false, marks: [] })),
    ]);
    expect(arrows.map((ends) => ends.join(" "))).toEqual([
      "U X",
      "U the outcome",
      "X M",
      "M the outcome",
      "Z the outcome",
      "X W",
    ]);
    expect(arcs).toEqual([["X", "M"]]);
  });

  it.each([
    ["", "f.dagitty:1:1: expected `{`, found the end of the file"],
    ["digest { }", "f.dagitty:1:1: expected `dag {`, found `digest`"],
    ["pdag { X -- Y }", "f.dagitty:1:1: a pdag stands for several DAGs; only `dag` can be imported"],
    ["dag { X -- Y }", "f.dagitty:1:9: `--` stands for several graphs; only `->`, `<-` and `<->` can be imported"],
    ["dag { X -> }", "f.dagitty:1:12: expected the name of a node or `{`, found `}`"],
    ["dag { X -> Y", "f.dagitty:1:13: expected `}`, found the end of the file"],
    ["dag { X -> X }", "f.dagitty:1:12: `X` cannot be joined to itself"],
    ["dag {\n X -> Y\n Y -> X }", "f.dagitty:2:2: the graph has a cycle: X -> Y -> X"],
    ["dag { X [exposure }", "f.dagitty:1:19: expected a property or `]`, found `}`"],
    ["dag { X } Y", "f.dagitty:1:11: expected the end of the file, found `Y`"],
    ['dag { "X }', "f.dagitty:1:7: this text has no closing quote on its line"],
  ])("complains with a place %#", (text, message) => {
    expect(complaint("dagitty", text)).toBe(message);
  });
});
