/**
 * Several rounds of the same calls as one ONNX `Loop`: the state is carried from round to round, inputs are stacked along a new
 * first axis and results come back stacked. An engine that returns all results to the host then moves the state once for all
 * rounds instead of once a call.
 */
import type { Call, Tensors } from "../../executor.ts";
import { inputsOf, type Program } from "../../program/program.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { encodeModel, type OnnxGraph } from "./encode.ts";
import { type Page, type Target, writeProgram } from "./lower.ts";
import { inputName, outputName } from "./names.ts";
import type { Model } from "./protocol.ts";

/** The input of a loop model that says how many rounds to go. */
export const rounds = "rounds";

/** An input or result of call number `index` of a round; state entries keep their names. */
const ofCall = (index: number, name: string): string => `${index}/${name}`;

/** The shortest round that the calls repeat without a rest, by the names of their programs. */
export function roundOf(calls: readonly Call[]): readonly string[] {
  const names = calls.map(({ program }) => program);
  for (let length = 1; length <= names.length / 2; length++) {
    if (names.length % length === 0 && names.every((name, i) => name === names[i % length])) {
      return names.slice(0, length);
    }
  }
  return names;
}

/** `state` are the shapes of all entries of the session; those that the programs mention are carried. */
export function loopModel(programs: readonly Program[], state: ReadonlyMap<string, Shape>, target: Target): Model {
  const mentioned = new Set(
    programs.flatMap((program) => [...inputsOf(program), ...program.outputs].map(({ name }) => name)),
  );
  const carried = [...state].filter(([name]) => mentioned.has(name));
  const body: Page = { nodes: [], constants: new Map() };
  const add = (op: string, inputs: readonly string[], output: string, attributes = {}) => {
    body.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const current = new Map(carried.map(([name]) => [name, `round/${name}`]));
  const stacks: { name: string; shape: Shape }[] = [];
  const results: { name: string; value: string; shape: Shape }[] = [];
  for (const [index, program] of programs.entries()) {
    for (const { name, shape } of inputsOf(program)) {
      if (!state.has(name)) stacks.push({ name: ofCall(index, name), shape });
    }
    const values = writeProgram(body, program, target, `${index}/`, (name) => {
      const entry = current.get(name);
      // the slice of this round
      return entry ?? add("Gather", [inputName(ofCall(index, name)), "round"], `slice/${index}/${name}`, { axis: 0 });
    });
    const next = program.outputs.map(({ name, node }, i) => ({
      name,
      value: values[i]!,
      shape: program.nodes[node]!.shape,
    }));
    for (const { name, value, shape } of next) {
      if (state.has(name)) current.set(name, value);
      else results.push({ name: ofCall(index, name), value, shape });
    }
  }
  // copies, because the value of an output may be that of an input or of another output
  const copy = (value: string, name: string) => add("Identity", [value], `next/${name}`);
  const carriedOn = carried.map(([name, shape]) => ({ name: copy(current.get(name)!, name), shape }));
  const scanned = results.map(({ name, value, shape }) => ({ name: copy(value, name), shape }));
  const goOn = add("Identity", ["go on"], "still");

  const graph: OnnxGraph = {
    name: "rounds",
    nodes: [
      {
        op: "Loop",
        inputs: [rounds, "", ...carried.map(([name]) => inputName(name))],
        outputs: [...carried.map(([name]) => outputName(name)), ...results.map(({ name }) => outputName(name))],
        attributes: {
          body: {
            graph: {
              name: "round",
              nodes: body.nodes,
              constants: [...body.constants.values()],
              inputs: [
                { name: "round", shape: [], type: "int64" },
                { name: "go on", shape: [], type: "bool" },
                ...carried.map(([name, shape]) => ({ name: `round/${name}`, shape })),
              ],
              outputs: [{ name: goOn, shape: [], type: "bool" }, ...carriedOn, ...scanned],
            },
          },
        },
      },
    ],
    constants: [],
    inputs: [
      { name: rounds, shape: [], type: "int64" },
      ...carried.map(([name, shape]) => ({ name: inputName(name), shape })),
      ...stacks.map(({ name, shape }) => ({ name: inputName(name), shape: [rounds, ...shape] })),
    ],
    outputs: [
      ...carried.map(([name, shape]) => ({ name: outputName(name), shape })),
      ...results.map(({ name, shape }) => ({ name: outputName(name), shape: [rounds, ...shape] })),
    ],
  };
  return {
    bytes: encodeModel(graph),
    inputs: [...carried.map(([name]) => name), ...stacks.map(({ name }) => name)],
    outputs: [
      ...carried.map(([name, shape]) => ({ name, shape })),
      ...results.map(({ name, shape }) => ({ name, shape })),
    ],
  };
}

/** The inputs of all rounds, stacked: `length` calls make a round. */
export function stackInputs(calls: readonly Call[], length: number): Tensors {
  const count = calls.length / length;
  const stacked: Record<string, { shape: Shape; data: Float32Array }> = {};
  for (const [i, { inputs }] of calls.entries()) {
    for (const [name, { shape, data }] of Object.entries(inputs)) {
      const key = ofCall(i % length, name);
      stacked[key] ??= { shape: [count, ...shape], data: new Float32Array(count * data.length) };
      stacked[key].data.set(data, Math.floor(i / length) * data.length);
    }
  }
  return stacked;
}

/** The results of each call out of the stacked ones; `length` calls make a round. */
export function unstackResults(stacked: Tensors, calls: number, length: number): readonly Tensors[] {
  return Array.from({ length: calls }, (_, i) => {
    const [index, round] = [i % length, Math.floor(i / length)];
    const own = Object.entries(stacked).filter(([name]) => name.startsWith(`${index}/`));
    return Object.fromEntries(
      own.map(([name, { shape, data }]) => {
        const size = sizeOf(shape.slice(1));
        const part = data.slice(round * size, (round + 1) * size);
        return [name.slice(`${index}/`.length), { shape: shape.slice(1), data: part }];
      }),
    );
  });
}
