/** C2xx: names that mean nothing, types and shapes that do not fit. */
import { entry } from "../entry.ts";

export const names = {
  C201: entry<{ what: string; name: string; suggestion: string | null }>({
    severity: "error",
    message: ({ what, name }) => `there is no ${what} named \`${name}\``,
    label: () => "unknown name",
    help: ({ suggestion }) => (suggestion === null ? "" : `did you mean \`${suggestion}\`?`),
    explanation: "A name must be declared before anything can refer to it. Names are case-sensitive.",
  }),
};
