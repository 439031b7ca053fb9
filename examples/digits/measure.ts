/**
 * Measures the thickness of drawn digits, by the definition that made the labels: what do(Thickness) is worth without a classifier
 * in between. Run: npx tsx -C source examples/digits/measure.ts RUN [PICTURES]
 */
import { pathToFileURL } from "node:url";
import { load, RuntimeFault } from "#apps/api/index";
import { classOf, thicknessBounds, thicknessStates } from "#stdlib/datasets/digit-labels";
import { strokeThickness } from "#stdlib/datasets/digit-shape";

/** A line a state: mean thickness in pixels, and the share of the pictures that are in the class that was set. */
export async function measure(directory: string, count: number): Promise<readonly string[]> {
  const run = load(directory);
  try {
    const lines = [];
    for (const [state, name] of thicknessStates.entries()) {
      const { pictures } = await run.model("Digits").do({ Thickness: name }).draw(`${count} Image`, { seed: 1 });
      const { images, width, height } = pictures.Image!;
      const found = images.map((values) => strokeThickness({ values, width, height }));
      const mean = found.reduce((sum, value) => sum + value, 0) / count;
      const kept = found.filter((value) => classOf(value, thicknessBounds) === state).length / count;
      lines.push(`do(Thickness = ${name}): ${mean.toFixed(2)} pixels, ${kept.toFixed(3)} measured as ${name}`);
    }
    return lines;
  } finally {
    await run.close();
  }
}

async function main(): Promise<number> {
  const [directory, count = "1000"] = process.argv.slice(2);
  if (directory === undefined || !/^[1-9]\d*$/.test(count)) {
    process.stderr.write("usage: npx tsx -C source examples/digits/measure.ts RUN [PICTURES]\n");
    return 2;
  }
  try {
    process.stdout.write(`${(await measure(directory, Number(count))).join("\n")}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof RuntimeFault)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 3;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main();
}
