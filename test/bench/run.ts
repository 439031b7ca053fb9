/**
 * `npm run bench [-- SUITE OPTIONS]`: runs a suite of benchmarks; without a name, that of training steps. A suite is a file
 * that says in its first lines what it measures and which options it takes.
 */
import { OptionError } from "./options.ts";

const suites = {
  steps: async () => await import("./steps.ts"),
  executors: async () => await import("./executors.ts"),
  growth: async () => await import("./growth.ts"),
  quality: async () => await import("./quality.ts"),
  inference: async () => await import("./inference/run.ts"),
};

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith("-");
const name = named ? first : "steps";
if (!Object.hasOwn(suites, name)) {
  console.error(`there is no suite "${name}"; the suites are ${Object.keys(suites).join(", ")}`);
  process.exit(2);
}
const { run } = await suites[name as keyof typeof suites]();
try {
  await run(named ? rest : process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(error.message);
  process.exit(2);
}
