/**
 * Plans as JSON text and back, without loss: float32 data in base64, numbers that JSON does not have under a tag.
 * Where the text is kept is the business of whoever keeps it.
 */
import { RuntimeFault } from "../fault.ts";
import { sizeOf } from "../tensor.ts";
import { arity } from "./ops.ts";
import type { TrainingPlan } from "./plan.ts";
import type { Program } from "./program.ts";

const format = 1;

/** JSON text of a plan; the same plan gives the same text. */
export function encodePlan(plan: TrainingPlan): string {
  return JSON.stringify(plan, (_key, value: unknown) => {
    if (value instanceof Float32Array) return { $float32: toBase64(value) };
    if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
      return { $number: Object.is(value, -0) ? "-0" : String(value) };
    }
    return value;
  });
}

/**
 * The plan of a text that `encodePlan` wrote. Throws a RuntimeFault: "bad-file" where the text is of another format of
 * plans, "corrupt-checkpoint" where it is damaged.
 */
export function decodePlan(text: string): TrainingPlan {
  const plan = parse(text);
  if (typeof plan !== "object" || plan === null || !("format" in plan)) throw damaged("it is not a training plan");
  if (plan.format !== format) {
    throw new RuntimeFault(
      "bad-file",
      `the training plan has format ${String(plan.format)}, this version of causal-lang reads format ${format}`,
      "continue with the version that wrote it, or train again",
    );
  }
  const typed = plan as TrainingPlan;
  if (typeof typed.programs !== "object" || !Array.isArray(typed.state)) throw damaged("it is cut short");
  for (const [name, program] of Object.entries(typed.programs)) checkProgram(name, program);
  return typed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      if ("$float32" in value) return fromBase64(String(value.$float32));
      if ("$number" in value) return Number(value.$number);
      return value;
    });
  } catch (error) {
    throw damaged((error as Error).message);
  }
}

/** What an executor relies on: known operations, operands that come earlier, constants that fill their shapes. */
function checkProgram(name: string, program: Program): void {
  for (const [index, node] of program.nodes.entries()) {
    if (node.op === "input") continue;
    if (node.op === "constant") {
      if (node.data.length !== sizeOf(node.shape)) throw damaged(`a constant of ${name} does not fill its shape`);
    } else if (!Object.hasOwn(arity, node.op) || !node.inputs.every((input) => input >= 0 && input < index)) {
      throw damaged(`node ${index} of ${name} makes no sense`);
    }
  }
  for (const output of program.outputs) {
    if (program.nodes[output.node] === undefined) throw damaged(`an output of ${name} has no node`);
  }
}

function damaged(why: string): RuntimeFault {
  return new RuntimeFault(
    "corrupt-checkpoint",
    `the training plan is damaged: ${why}`,
    "restore the file or train again",
  );
}

/** Little-endian bytes, which is the order of every platform that Node and the browsers run on. */
function toBase64(data: Float32Array): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let binary = "";
  // In parts, because arguments of a call are limited.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

function fromBase64(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
}
