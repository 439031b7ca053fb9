/** `causal doctor`: the engines of this machine and the one that is used. */
import { probeDevices } from "../../devices.ts";
import { packageVersion } from "../../files/package-root.ts";
import { type Command, exitCodes } from "../command.ts";
import { table } from "../text.ts";

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "list the engines found, and which one is used",
  options: { json: { type: "boolean", help: "print JSON" } },
  examples: [],
  async run({ flags }, io) {
    const devices = await probeDevices();
    if (flags.json === true) {
      io.out(`${JSON.stringify({ causal: packageVersion(), node: process.version, devices })}\n`);
      return exitCodes.well;
    }
    const rows = devices.map((device) => [
      device.name,
      device.found ? "found" : "not found",
      device.version ?? "",
      device.chosen ? "used by auto" : "",
      device.detail,
    ]);
    io.out(`causal ${packageVersion()} on Node ${process.version}, ${process.platform} ${process.arch}\n\n`);
    io.out(`${table(["device", "", "version", "", ""], rows)}\n`);
    return exitCodes.well;
  },
};
