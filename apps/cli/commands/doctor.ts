/** `causal doctor`: the engines of this machine, how fast they are, and the one that is used. */
import { probeEngines } from "../../devices/probe.ts";
import { packageVersion } from "../../files/package-root.ts";
import { type Command, exitCodes, integerFlag } from "../command.ts";
import { table } from "../text.ts";

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "list the engines found, how fast they are, and which one is used",
  options: {
    json: { type: "boolean", help: "print JSON" },
    seconds: { type: "string", value: "N", help: "time for the probe of an engine (default 2)" },
  },
  examples: [],
  async run(invocation, io) {
    const seconds = integerFlag(invocation, "seconds", 0, 60) ?? 2;
    const json = invocation.flags.json === true;
    const devices = await probeEngines(seconds, ({ name, found }) => {
      if (!json) io.err(`${name}: ${found ? "found" : "not found"}\n`);
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
