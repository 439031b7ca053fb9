/** The pictures of image nodes for joint samples of their labels: generated, or computed from other pictures. */
import type { CausalModel } from "#compiler/causal/model";
import { compositeNumbers, isComposite, lowerComposite } from "#compiler/lower/composite";
import type { Executor, Tensors } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { inputsOf } from "#runtime/program/program";
import { sizeOf } from "#runtime/tensor";
import { generate, parentsOf, type Pictures } from "./images.ts";
import type { World } from "./world.ts";

/** Stored values of the labels by node, one entry a picture. */
type Columns = Readonly<Record<string, Float64Array>>;

export interface PictureOptions {
  readonly executor: Executor;
  readonly seed: number;
  /** the node of the program that an image is: images of one node in several worlds have one generator and one noise */
  readonly origins?: ReadonlyMap<string, string>;
}

/** Throws a RuntimeFault where an image that is needed has not been trained. */
export function requirePictures(world: Pick<World, "model" | "generators">, names: readonly string[]): void {
  for (const name of names) requireGenerator(world, name, name);
}

function requireGenerator(world: Pick<World, "model" | "generators">, name: string, wanted: string): void {
  const { model, generators } = world;
  const node = model.nodes.find((other) => other.name === name)!;
  if (isComposite(node)) {
    for (const parent of parentsOf(model, name)) {
      if (parent.type.kind === "image") requireGenerator(world, parent.name, wanted);
    }
  } else if (!generators.has(name)) {
    const use = name === wanted ? "" : `, and ${wanted} is computed from it`;
    throw new RuntimeFault(
      "missing-file",
      `the image ${name} of ${model.name} has not been trained${use}`,
      "run `causal train FILE` first and draw from its run directory",
    );
  }
}

/**
 * A picture of each name for each row. All pictures of a row are of one joint sample: an image that another is computed
 * from is the same picture when it is drawn beside it.
 */
export async function picturesOf(
  world: Pick<World, "model" | "generators" | "project">,
  names: readonly string[],
  columns: Columns,
  count: number,
  options: PictureOptions,
): Promise<Readonly<Record<string, Pictures>>> {
  const { model, generators } = world;
  const originOf = (name: string) => options.origins?.get(name) ?? name;
  const made = new Map<string, Pictures>();
  const make = async (name: string): Promise<Pictures> => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const node = model.nodes.find((other) => other.name === name)!;
    const pictures = isComposite(node)
      ? await compute(world, name, columns, count, options.executor, make)
      : await generate(generators.get(originOf(name))!, parentsOf(model, name), columns, count, {
          executor: options.executor,
          seed: seedOf(model, name, options.seed, originOf),
        });
    made.set(name, pictures);
    return pictures;
  };
  const result: Record<string, Pictures> = {};
  for (const name of names) result[name] = await make(name);
  return result;
}

/** Images of one model have noise of their own; where there is only one, it is that of the seed. */
function seedOf(model: CausalModel, name: string, seed: number, originOf: (name: string) => string): number | string {
  const generated = model.nodes.filter(({ type, mechanism }) => type.kind === "image" && mechanism.kind === "learned");
  const different = new Set(generated.map((node) => originOf(node.name)));
  return different.size === 1 ? seed : `${seed}/${originOf(name)}`;
}

/** Pictures in a batch of a computed image. */
const largestBatch = 64;

async function compute(
  { model, project }: Pick<World, "model" | "project">,
  name: string,
  columns: Columns,
  count: number,
  executor: Executor,
  make: (name: string) => Promise<Pictures>,
): Promise<Pictures> {
  const { type } = model.nodes.find((node) => node.name === name)!;
  if (type.kind !== "image") throw new Error(`internal: ${name} is not an image`);
  const { channels, height, width } = type;
  const batch = Math.min(count, largestBatch);
  const composite = lowerComposite(model, name, project.vocabulary, batch);
  const numbers = compositeNumbers(composite, model, project.vocabulary, new Map(Object.entries(columns)), count);
  const parts = new Map<string, readonly Float32Array[]>();
  for (const image of composite.images) parts.set(image, (await make(image)).images);
  const size = sizeOf([channels, height, width]);
  const images: Float32Array[] = [];
  const session = await executor.open({ composite: composite.program }, {});
  try {
    for (let start = 0; start < count; start += batch) {
      const inputs: Tensors = Object.fromEntries(
        inputsOf(composite.program).map(({ name: input, shape }) => {
          const data = new Float32Array(sizeOf(shape));
          const [pictures, single] = [parts.get(input), numbers[input]];
          // the last batch is filled up with zeros, and cut off again
          for (let i = 0; i < Math.min(batch, count - start); i++) {
            if (pictures !== undefined) data.set(pictures[start + i]!, (i * data.length) / batch);
            else data[i] = single![start + i]!;
          }
          return [input, { shape, data }];
        }),
      );
      const [results] = await session.run([{ program: "composite", inputs }]);
      const { data } = results!.image!;
      for (let i = 0; i < Math.min(batch, count - start); i++) images.push(data.slice(i * size, (i + 1) * size));
    }
  } finally {
    await session.close();
  }
  return { channels, height, width, images };
}
