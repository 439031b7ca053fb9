/** Plans survive the way to text and back, and damaged text is told from text of another version. */
import { describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { RuntimeFault } from "#runtime/fault";
import { decodePlan, encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { createStream } from "#runtime/random";
import { leastSquares } from "../train/plans.ts";

/** A plan with the numbers that JSON has no words for, and a constant longer than a call has arguments. */
function awkward(): TrainingPlan {
  const b = createBuilder("awkward");
  const data = new Float32Array(100_000);
  createStream(1, "constant").fillNormal(data, 0, 1e-3);
  data.set([Number.POSITIVE_INFINITY, Number.NaN, -0, 1e-45]);
  const view = new Float32Array([7, 8, 9]).subarray(1);
  b.at({ source: "é.causal", start: 0, end: 4 }, () => {
    b.output("y", b.clip(b.constant({ shape: [100_000], data }), -0, Number.POSITIVE_INFINITY));
  });
  b.output("z", b.constant({ shape: [2], data: view }));
  const plan = leastSquares();
  return {
    ...plan,
    programs: { ...plan.programs, awkward: b.build() },
    feeds: { ...plan.feeds, e: { kind: "truncatedExponential", rate: 2, max: Number.POSITIVE_INFINITY } },
  };
}

const faultOf = (text: string): RuntimeFault => {
  try {
    decodePlan(text);
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeFault);
    return error as RuntimeFault;
  }
  return expect.unreachable("no fault");
};

describe("plans as text", () => {
  test("nothing is lost", () => {
    for (const plan of [leastSquares(), awkward()]) {
      const text = encodePlan(plan);
      expect(decodePlan(text)).toEqual(plan);
      expect(encodePlan(decodePlan(text))).toBe(text);
    }
  });

  test("every bit of a constant is kept", () => {
    const constant = awkward().programs.awkward!.nodes[0]!;
    const decoded = decodePlan(encodePlan(awkward())).programs.awkward!.nodes[0]!;
    if (constant.op !== "constant" || decoded.op !== "constant") return expect.unreachable("not the constant");
    expect(Buffer.compare(Buffer.from(decoded.data.buffer), Buffer.from(constant.data.buffer))).toBe(0);
  });

  test("another format is another version's", () => {
    const { code, message } = faultOf(JSON.stringify({ ...leastSquares(), format: 2 }));
    expect(code).toBe("bad-file");
    expect(message).toContain("format 2");
  });

  test("damage is a fault, wherever it is", () => {
    const text = encodePlan(leastSquares());
    const damaged = [
      "",
      "null",
      "[]",
      "{}",
      text.slice(0, text.length / 2),
      text.replace(/"programs":/, '"program":'),
      text.replace('"op":"matmul"', '"op":"matmull"'),
      text.replace('"op":"matmul"', '"op":"toString"'),
      text.replace(/"inputs":\[\d+/, '"inputs":[999'),
      text.replace(/("node":)\d+/, "$1999"),
      text.replace(/(\$float32":")\w{4}/, "$1"),
    ];
    for (const bad of damaged) {
      expect(bad).not.toBe(text);
      expect(faultOf(bad).code, bad.slice(0, 80)).toBe("corrupt-checkpoint");
    }
  });
});
