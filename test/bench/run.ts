/**
 * `npm run bench [-- SUITE OPTIONS]`: runs a suite of benchmarks; without a name, that of training steps. A suite is a file
 * that says in its first lines what it measures and which options it takes.
 */
const suites = {
  steps: async () => await import("./steps.ts"),
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
await run(named ? rest : process.argv.slice(2));
