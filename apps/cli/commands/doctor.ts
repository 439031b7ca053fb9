/** `causal doctor`: the engines of this machine, how fast they are, and the one that is used. */
import { openProject, projectOf, requireSound } from "../../api/project.ts";
import { measuredPath, saveMeasured } from "../../devices/measured.ts";
import { probeEngines } from "../../devices/probe.ts";
import { tune } from "../../devices/tune.ts";
import { packageVersion } from "../../files/package-root.ts";
import { type Command, exitCodes, type Invocation, integerFlag, type Io, UsageError } from "../command.ts";
import { table } from "../text.ts";
import { plansOf } from "./show.ts";

export const doctor: Command = {
  name: "doctor",
  usage: "[--tune [FILE]]",
  summary: "list the engines found, how fast they are, and which one is used",
  details:
    "--tune measures the ways to write the convolutions of a program (of the networks in the library, without FILE) on the device cpu, and keeps the fastest ones for this machine. A tuned machine trains to other last digits than before: with the same choices, the same seed gives the same bytes.",
  options: {
    json: { type: "boolean", help: "print JSON" },
    seconds: {
      type: "string",
      value: "N",
      help: "time for an engine (default 2), or with --tune for an operation (default 0.5)",
    },
    tune: { type: "boolean", help: "measure how convolutions are best written here, and keep it" },
  },
  examples: ["causal doctor", "causal doctor --tune faces.causal"],
  async run(invocation, io) {
    if (invocation.flags.tune === true) return runTune(invocation, io);
    if (invocation.positionals.length > 0) throw new UsageError("a FILE is for --tune");
    const seconds = integerFlag(invocation, "seconds", 0, 60) ?? 2;
    const json = invocation.flags.json === true;
    const devices = await probeEngines({
      seconds,
      signal: io.signal,
      report({ name, found }) {
        if (!json) io.err(`${name}: ${found ? "found" : "not found"}\n`);
      },
    });
    if (json) {
      io.out(`${JSON.stringify({ causal: packageVersion(), node: process.version, devices })}\n`);
      return exitCodes.well;
    }
    const rows = devices.map((device) => [
      device.name,
      device.found ? "found" : "not found",
      device.version ?? "",
      device.gflops === null ? "" : device.gflops.toPrecision(3),
      device.chosen ? "used by auto" : "",
      device.detail,
    ]);
    io.out(`causal ${packageVersion()} on Node ${process.version}, ${process.platform} ${process.arch}\n\n`);
    io.out(`${table(["device", "", "version", "GFLOP/s", "", ""], rows)}\n`);
    return exitCodes.well;
  },
};

/** The image networks of the library at their own sizes, as a program that is planned and never trained. */
const library = `
import "stdlib/networks/dcgan.causal"
model Library {
  sample Label : bool ~ Bernoulli(0.5)
  image Small : rgb(32, 32) ~ generator(Label) { network = dcgan32 }
  image Large : rgb(64, 64) ~ generator(Label) { network = dcgan }
}
data small = faces(n = 64, size = 32)
data large = faces(n = 64, size = 64)
train Library.Small with causalgan { data = small, discriminator = dcgan_discriminator32, labeler = dcgan_labeler32(units = 1) }
train Library.Large with causalgan { data = large, discriminator = dcgan_discriminator, labeler = dcgan_labeler(units = 1) }
`;
const secondsEach = 0.5;

async function runTune(invocation: Invocation, io: Io): Promise<number> {
  const [file, ...rest] = invocation.positionals;
  if (rest.length > 0) throw new UsageError(`expected one FILE, got ${invocation.positionals.length}`);
  const json = invocation.flags.json === true;
  const project = requireSound(file === undefined ? projectOf(library, "library.causal") : openProject(file));
  const plans = await plansOf(project, file ?? "library.causal", undefined);
  const programs = plans.flatMap((plan) => Object.values(plan.programs));
  // a place that cannot be written to is found out before minutes of measuring
  await saveMeasured({});
  const choices = await tune(programs, {
    seconds: integerFlag(invocation, "seconds", 0, 60) ?? secondsEach,
    signal: io.signal,
    report(tuned) {
      const times = Object.entries(tuned.times).map(([way, time]) => `${way} ${time.toFixed(2)} ms`);
      const verdict = tuned.chosen === tuned.rule ? `${tuned.rule}, as before` : `${tuned.chosen}, not ${tuned.rule}`;
      io.out(json ? `${JSON.stringify(tuned)}\n` : `${tuned.signature}\n  ${times.join(", ")}: ${verdict}\n`);
    },
  });
  const count = Object.keys(choices).length;
  if (count === 0) {
    io.err(
      `${file ?? "the library"} has no convolution that can be written in several ways: there is nothing to tune\n`,
    );
    return exitCodes.well;
  }
  await saveMeasured({ choices });
  io.err(`${count} operations measured; kept in ${measuredPath()} (remove it to forget)\n`);
  return exitCodes.well;
}
