/** C1xx: the text is not in the grammar, or in a part of the language that is not supported yet. */
import { entry } from "../entry.ts";

export const syntax = {
  C100: entry<{ found: string; expected: string }>({
    severity: "error",
    message: ({ found, expected }) => `expected ${expected}, found ${found}`,
    label: ({ expected }) => `expected ${expected}`,
    help: () => "",
    explanation: "The text does not follow the grammar at this place.",
  }),
  C190: entry<{ what: string }>({
    severity: "error",
    message: ({ what }) => `${what} is part of the language but not supported by this version`,
    label: () => "not supported yet",
    help: () => "remove it, or write it with what is supported: see docs/language.md",
    explanation: "The statement is well formed, but this version of causal-lang has no meaning for it yet.",
  }),
};
