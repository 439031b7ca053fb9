/** HTML from templates whose values are escaped. What a report says is up to its writer. */

/** Text that is markup already. */
export interface Html {
  readonly html: string;
}

export type Content = string | number | Html | readonly Html[];

/** Markup with values put in: texts and numbers are escaped, markup goes in as it is. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: strings.reduce((all, text, i) => all + toText(values[i - 1]!) + text) };
}

function toText(value: Content): string {
  if (typeof value === "string" || typeof value === "number") return escapeText(String(value));
  return "html" in value ? value.html : value.map((part) => part.html).join("");
}

export function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => entities[char]!);
}

export const nothing: Html = { html: "" };
