/** Runs a program of constants and gives its value. */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { tensor } from "#runtime/tensor";

export async function evaluate(build: (b: Builder) => Value): Promise<readonly number[]> {
  const b = createBuilder("test");
  b.output("value", build(b));
  const session = await createReferenceExecutor().open({ test: b.build() }, {});
  const [result] = await session.run([{ program: "test", inputs: {} }]);
  return [...result!.value!.data];
}

/** A matrix constant. */
export function matrix(b: Builder, rows: readonly (readonly number[])[]): Value {
  return b.constant(tensor([rows.length, rows[0]!.length], rows.flat()));
}
