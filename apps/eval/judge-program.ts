/** The features of a classifier: the program that reads labels off pictures, made to hand out what it reads them from. */
import type { TrainingPlan } from "#runtime/program/plan";
import type { Node, Program } from "#runtime/program/program";
import { createStream } from "#runtime/random";

/** Covariances and their roots are of this size at most. */
export const mostFeatures = 128;

/**
 * The plan whose `predict` program has one more output, `features` [batch, width]: the operand of its last matrix product, which
 * is the input of the last dense layer (without one, the labels themselves). Where that is a flattened map, the mean of each channel, as FID takes Inception's
 * last map; where more than 128 numbers are left, 128 fixed random projections of them.
 */
export function withFeatures(plan: TrainingPlan): TrainingPlan {
  const { predict } = plan;
  if (predict === null) throw new Error(`internal: ${plan.regime} leaves nothing to predict with`);
  const program = plan.programs[predict.program]!;
  return { ...plan, programs: { ...plan.programs, [predict.program]: featureProgram(program) } };
}

function featureProgram(program: Program): Program {
  const nodes: Node[] = [...program.nodes];
  const append = (node: Node) => nodes.push(node) - 1;
  const last = program.nodes.findLast((node) => node.op === "matmul");
  const labels = program.outputs.find(({ name }) => name === "labels")!.node;
  const flat = last !== undefined && "inputs" in last ? last.inputs[0]! : labels;
  const flattened = program.nodes[flat]!;
  const map = flattened.op === "reshape" ? flattened.inputs[0]! : flat;
  const shape = program.nodes[map]!.shape;
  let features = flat;
  if (shape.length === 4) {
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const attrs = { axes: [2, 3], keepdims: false };
    const sum = append({ op: "sum", attrs, inputs: [map], shape: [batch, channels], origin: null });
    const share = append({ op: "constant", shape: [], data: Float32Array.of(1 / (height * width)), origin: null });
    features = append({ op: "mul", attrs: {}, inputs: [sum, share], shape: [batch, channels], origin: null });
  }
  const [batch, count] = nodes[features]!.shape as [number, number];
  if (count > mostFeatures) {
    const data = new Float32Array(count * mostFeatures);
    createStream(0, "feature projection", count).fillNormal(data, 0, 1 / Math.sqrt(count));
    const matrix = append({ op: "constant", shape: [count, mostFeatures], data, origin: null });
    features = append({
      op: "matmul",
      attrs: {},
      inputs: [features, matrix],
      shape: [batch, mostFeatures],
      origin: null,
    });
  }
  return { ...program, nodes, outputs: [...program.outputs, { name: "features", node: features }] };
}
