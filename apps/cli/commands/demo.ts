/** `causal demo`: placeholder while integrating. */
import { type Command, exitCodes } from "../command.ts";
export const demo: Command = { name: "demo", usage: "", summary: "demo", options: {}, examples: [], async run() { return exitCodes.well; } };
