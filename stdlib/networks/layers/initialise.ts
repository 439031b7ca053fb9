/** How the weights of a layer start: the settings that every layer with weights shares, and what they mean. */
import type { Constants, Parameter } from "#lang/types/signature";
import type { Initialiser } from "#runtime/program/plan";
import { numberArgument, wordArgument } from "./arguments.ts";

export const zeros: Initialiser = { kind: "constant", value: 0 };
export const ones: Initialiser = { kind: "constant", value: 1 };

/** `init = "glorot", std = 0.02`: std is read by the normal starts only. */
export const initParameters: readonly Parameter[] = [
  {
    name: "init",
    kind: "string",
    default: "glorot",
    choices: ["glorot", "he", "normal", "truncated"],
    doc: "how the weights start: Glorot uniform, He normal, normal, or normal cut off at two standard deviations",
  },
  {
    name: "std",
    kind: "number",
    default: 0.02,
    range: [0, Number.POSITIVE_INFINITY],
    doc: 'standard deviation of the weights where init is "normal" or "truncated"',
  },
];

/** The initialiser that the settings ask for; fans are the numbers of inputs and outputs that one weight connects. */
export function weightInitialiser(args: Constants, fanIn: number, fanOut: number): Initialiser {
  const init = wordArgument(args, "init");
  switch (init) {
    case "glorot":
      return { kind: "glorotUniform", fanIn, fanOut };
    case "he":
      return { kind: "heNormal", fanIn };
    case "normal":
      return { kind: "normal", mean: 0, std: numberArgument(args, "std") };
    case "truncated":
      return { kind: "truncatedNormal", std: numberArgument(args, "std") };
    default:
      throw new Error(`internal: there is no way to start weights called ${init}`);
  }
}

export const biasParameter: Parameter = {
  name: "bias",
  kind: "boolean",
  default: true,
  doc: "add a learned number to each unit of the result",
};
