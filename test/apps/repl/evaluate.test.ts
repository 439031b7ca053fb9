/** Lines of a session: queries, contexts, statements that grow the program, commands, and what is wrong with them. */
import { describe, expect, it } from "vitest";
import { ProgramError } from "../../../apps/api/errors.ts";
import { UsageError } from "../../../apps/cli/command.ts";
import { isIncomplete, piecesOf } from "../../../apps/repl/evaluate.ts";
import { contextText, promptOf } from "../../../apps/repl/session.ts";
import { sessionOf, stonesText, tell } from "./sessions.ts";

const stones = () => sessionOf(stonesText);

/** The text of the ProgramError that a line causes. */
function refusal(session: Parameters<typeof tell>[0], line: string): string {
  try {
    tell(session, line);
  } catch (error) {
    if (error instanceof ProgramError) return error.message;
    throw error;
  }
  throw new Error(`no error for ${line}`);
}

describe("queries", () => {
  it("are answered on each rung", () => {
    expect(tell(stones(), "P(Recovered | Treatment = A)", "P(Recovered | do(Treatment = A))").shown).toEqual([
      "P(Recovered | Treatment = A) = 0.7790   (rung 1, exact)",
      "P(Recovered | do(Treatment = A)) = 0.8320   (rung 2, exact)",
    ]);
  });

  it("can be named and used by later ones", () => {
    const { shown } = tell(
      stones(),
      "query a = P(Recovered | do(Treatment = A))",
      "query b = P(Recovered | do(Treatment = B))",
      "a - b",
    );
    expect(shown.at(-1)).toBe("a - b = 0.0502   (rung 2, exact)");
  });

  it("of the file get their names by the command queries", () => {
    expect(() => tell(stones(), "1 - seen")).toThrow(/seen/);
    expect(tell(stones(), "queries", "1 - seen").shown.at(-1)).toMatch(/= 0\.2210/);
  });

  it("that are wrong show the place and leave the session as it was", () => {
    expect(refusal(stones(), "P(Recoverd)")).toMatch(/C201[\s\S]*1:3[\s\S]*did you mean `Recovered`/);
    expect(refusal(stones(), "P(Recovered | do(Treatment = A), do(Treatment = B))")).toMatch(/C501/);
    expect(refusal(stones(), "P(Recovered | do(Treatment = C))")).toMatch(/no state `C`/);
    expect(refusal(sessionOf(null), "P(X)")).toMatch(/C206/);
  });

  it("are not tried for comments and blank lines", () => {
    expect(tell(stones(), "", "   ", "// P(Nothing)").shown).toEqual([]);
  });
});

describe("a context", () => {
  it("holds for later queries until reset", () => {
    const { session, shown } = tell(stones(), "do(Treatment = A)", "P(Recovered)", "reset", "P(Recovered)");
    expect(shown[1]).toBe("P(Recovered) under do(Treatment = A) = 0.8320   (rung 2, exact)");
    expect(shown[3]).toBe("P(Recovered) = 0.8042   (rung 1, exact)");
    expect(session.given).toEqual([]);
  });

  it("is seen in the prompt", () => {
    const { session } = tell(stones(), "do(Treatment = A)", "observe(Size = small)");
    expect(promptOf(session)).toBe("Stones | do(Treatment = A), observe(Size = small)> ");
    expect(promptOf(stones())).toBe("Stones> ");
    expect(promptOf(sessionOf(null))).toBe("causal> ");
  });

  it("is replaced node by node", () => {
    const { session, shown } = tell(
      stones(),
      "observe(Size = small, Recovered = true)",
      "observe(Size = large)",
      "do(Treatment = A)",
      "do(Treatment = B)",
      "P(Size)",
    );
    expect(contextText(session.given)).toBe("do(Treatment = B), observe(Recovered = true, Size = large)");
    expect(shown.at(-1)).toMatch(/large\s+1/);
  });

  it("must fit the model", () => {
    expect(refusal(stones(), "do(Treatment = C)")).toMatch(/the states are `A` and `B`/);
    expect(refusal(stones(), "observe(Sise = small)")).toMatch(/did you mean `Size`/);
    const { session } = tell(stones(), "do(Treatment = A)");
    expect(refusal(session, "do(Treatment = 3)")).toMatch(/C2/);
    expect(contextText(session.given)).toBe("do(Treatment = A)");
    expect(refusal(sessionOf(null), "do(X = 1)")).toMatch(/C206/);
  });

  it("clashes with a query that sets the same node", () => {
    const { session } = tell(stones(), "do(Treatment = A)");
    expect(refusal(session, "P(Recovered | do(Treatment = B))")).toMatch(/C501/);
  });

  it("goes along with a draw, and cuts edges of the graph", () => {
    const { session } = tell(stones(), "do(Treatment = A)");
    const [request] = tell(session, "draw 4 Recovered").requests;
    expect(request).toMatchObject({ kind: "draw", caption: "4 Recovered under do(Treatment = A)" });
    expect(request?.kind === "draw" && request.world.given).toHaveLength(1);
    expect(tell(session, "graph").shown).toEqual(["Size -> Recovered\nTreatment -> Recovered"]);
    expect(tell(session, "show model").shown[0]).toContain("Treatment := A");
  });
});

describe("statements", () => {
  it("grow the program from nothing", () => {
    const { shown, session } = tell(
      sessionOf(null),
      "model M { sample X : bool ~ Bernoulli(0.25) }",
      "P(X)",
      'test "x" { assert P(X) == 0.25 }',
    );
    expect(shown).toEqual(["model M: 1 nodes", "P(X) = 0.2500   (rung 1, exact)", "ok      P(X) == 0.25: 0.25"]);
    expect(session.model).toBe("M");
  });

  it("stand beside those of the file, whose questions stay clear", () => {
    const { session, shown } = tell(stones(), "model M { sample X : bool ~ Bernoulli(0.25) }", "P(X)", "queries");
    expect(shown[1]).toMatch(/^P\(X\) = 0.2500/);
    expect(shown[2]).toMatch(/^seen = P\(Recovered \| Treatment = A\) = 0.7790/);
    expect(tell(session, "models").shown).toEqual(["  Stones: 3 nodes\n* M: 1 nodes"]);
    expect(tell(session, "use Stones", "P(Size = small)").shown[1]).toMatch(/0.5100/);
    expect(tell(session, "P(Size = small) in Stones").shown[0]).toMatch(/0.5100/);
    const { draws, tests } = session.run.project.program;
    expect(draws.map(({ model }) => model)).toEqual(["Stones"]);
    expect(tests.map(({ model }) => model)).toEqual(["Stones"]);
  });

  it("are dropped where they are wrong, with the place in the line", () => {
    const error = refusal(stones(), "model M {\n  sample X : bool ~ Bernoulli(Zork)\n}");
    expect(error).toMatch(/input 1:2:31/);
    expect(error).not.toMatch(/stones\.causal/);
    const broken = "model M { sample X : bool ~ Bernoulli( }";
    expect(refusal(stones(), broken)).toMatch(/input 1:1:/);
  });

  it("replace an earlier declaration of their name, and its context", () => {
    const { session, shown } = tell(
      stones(),
      "do(Treatment = A)",
      "model Stones { sample Size : {small, large} ~ cpt { small: 0.2, large: 0.8 } sample Recovered : bool ~ Bernoulli(0.5) sample Treatment : {A, B} ~ cpt { A: 1, B: 0 } }",
      "P(Size = small)",
    );
    expect(shown.at(-1)).toBe("P(Size = small) = 0.2000   (rung 1, exact)");
    expect(session.run.worlds.size).toBe(1);
  });

  it("that are tested may fail", () => {
    const { failed, shown } = tell(stones(), 'test "no" { assert P(Size = small) == 0.5 }');
    expect(failed).toBe(true);
    expect(shown).toEqual(["FAILED  P(Size = small) == 0.5: 0.51"]);
  });

  it("may be policies, soft evidence and claims, as a context too", () => {
    const { shown } = tell(
      stones(),
      "query P(Recovered | do(Treatment := if Size == large then A else B))",
      "do(Treatment := if Size == large then A else B)",
      "P(Recovered)",
      "observe(Size ~ {small: 0.5, large: 0.5})",
      "P(Recovered)",
      "reset",
      "observe((Recovered or Size == small))",
      "P(Recovered)",
    );
    expect(shown.filter((text) => text.startsWith("P("))).toEqual([
      "P(Recovered | do(Treatment := if Size == large then A else B)) = 0.8014   (rung 2, exact)",
      "P(Recovered) under do(Treatment := if Size == large then A else B) = 0.8014   (rung 2, exact)",
      "P(Recovered) under do(Treatment := if Size == large then A else B), observe(Size ~ {small: 0.5, large: 0.5}) = 0.8000   (rung 2, exact)",
      "P(Recovered) under observe((Recovered or Size == small)) = 0.9317   (rung 1, exact)",
    ]);
    expect(refusal(stones(), "do(Treatment := if Recovered then A else B)")).toMatch(/C509/);
    expect(refusal(stones(), "do(Treatment)")).toMatch(/C510/);
    expect(refusal(stones(), "observe(Size)")).toMatch(/C550/);
  });

  it("of identification answer from the graph alone", () => {
    const { shown } = tell(stones(), "identify P(Recovered | do(Treatment))");
    expect(shown.at(-1)).toMatch(
      /^P\(recovered \| do\(treatment\)\) = sum_size P\(recovered \| treatment, size\) P\(size\)$/m,
    );
  });

  it("may come several at once", () => {
    const text = "model A { sample X : bool ~ Bernoulli(0.5) }\nquery q = P(X)";
    expect(piecesOf(text)).toHaveLength(2);
    expect(tell(sessionOf(null), text).shown.at(-1)).toMatch(/^q = P\(X\) = 0.5000/);
  });

  it("of training are asked of the world", () => {
    const { session, requests } = tell(
      sessionOf(null),
      'model M { sample X : bool ~ neural() } data d = table("x.csv") train M.labels with cpt { data = d }',
    );
    expect(requests).toMatchObject([
      { kind: "train", targets: [{ model: "M", part: "labels", regime: "cpt" }], out: null },
    ]);
    expect(tell(session, "train into here").requests).toEqual([{ kind: "train", targets: null, out: "here" }]);
    expect(tell(session, "models").shown).toEqual(["* M: 1 nodes, to be trained: X"]);
    expect(refusal(session, "P(X)")).toMatch(/C601/);
    // the same target with another regime takes the place of the first
    const again = tell(session, "train M.labels with mle { data = d }").session;
    expect(again.run.project.program.trains.map(({ regime }) => regime)).toEqual(["mle"]);
  });
});

describe("commands", () => {
  it("show the stages", () => {
    expect(tell(stones(), "show types").shown[0]).toContain("Treatment");
    expect(tell(stones(), "show graph").shown[0]).toMatch(/^digraph "Stones"/);
    expect(tell(stones(), "graph dot").shown).toEqual(tell(stones(), "show graph").shown);
    expect(tell(stones(), "show ast").shown[0]).toContain("Recovered");
    expect(tell(stones(), "show cst").shown[0]).toContain("Recovered");
    expect(tell(stones(), "show plan Stones.labels").requests).toEqual([
      { kind: "show", stage: "plan", target: "Stones.labels" },
    ]);
  });

  it("say what they take", () => {
    expect(() => tell(stones(), "show modl")).toThrow(UsageError);
    expect(() => tell(stones(), "show modl")).toThrow('did you mean "model"');
    expect(() => tell(stones(), "use Stone")).toThrow('did you mean "Stones"');
    expect(() => tell(stones(), "train")).toThrow("no train statement");
    expect(() => tell(sessionOf(null), "graph")).toThrow("no model yet");
  });

  it("end the session, and list themselves", () => {
    expect(tell(stones(), "quit").requests).toEqual([{ kind: "quit" }]);
    expect(tell(stones(), "exit").requests).toEqual([{ kind: "quit" }]);
    const { shown } = tell(stones(), "help");
    for (const name of ["reset", "graph", "show", "train", "models", "use", "quit"]) expect(shown[0]).toContain(name);
  });
});

describe("unfinished lines", () => {
  it("go on until their brackets are closed", () => {
    expect(isIncomplete("model M {")).toBe(true);
    expect(isIncomplete("P(Recovered |")).toBe(true);
    expect(isIncomplete("model M { sample X : bool ~ Bernoulli(0.5) }")).toBe(false);
    expect(isIncomplete("P(X))")).toBe(false);
    expect(isIncomplete("help")).toBe(false);
    expect(isIncomplete("")).toBe(false);
  });
});
