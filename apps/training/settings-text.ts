/** The settings of a train statement as they are written in a program, for people to read. */
import type { Constant, Constants } from "#lang/types/signature";

export function settingsText(settings: Constants): readonly (readonly [name: string, value: string])[] {
  return Object.entries(settings).map(([name, value]) => [name, value === null ? "by default" : textOf(value)]);
}

function textOf(value: Constant): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if (!("kind" in value)) return `[${value.map(textOf).join(", ")}]`;
  const args = Object.entries(value.args).map(([name, arg]) => `${name} = ${textOf(arg)}`);
  return `${value.name}(${args.join(", ")})`;
}
