/** Small pieces of English that the wording of several codes shares. */

/** "`a`", "`a` and `b`", "`a`, `b` and `c`"; past `most` names the rest is counted. */
export function list(names: readonly string[], most = 8): string {
  const quoted = names.slice(0, most).map((name) => `\`${name}\``);
  if (names.length > most) return `${quoted.join(", ")} and ${names.length - most} more`;
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
