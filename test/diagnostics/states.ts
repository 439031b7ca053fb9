/** The states in which the parser can break off, reached by leaving tokens of good and bad programs out or putting some in. */
import { expect } from "vitest";
import { parseFile } from "#lang/syntax/parse";
import { lexer } from "#lang/syntax/tokens";

/** Words of the parser library, of JavaScript, and of this project's inside. */
const foreign =
  /Expecting|Redundant|NoViable|EarlyExit|MismatchedToken|but found|\bEOF\b|undefined|\bnull\b|NaN|\[object|=>|Binder|QueryOperator|Declarer|ArrowSign|Relation\b|LeftBrace|RightBrace|Numeral/;

const inserted = ["}", ")", "{", "42", "=", "foo", "sample", "|", "->", '"text"', "if"];

/** The program without a token, cut behind it, and with a stray one before it; of every `stride`th token. */
function* broken(text: string, stride: number, offset: number): Generator<string> {
  const { tokens } = lexer.tokenize(text);
  for (let i = offset % stride; i < tokens.length; i += stride) {
    const token = tokens[i]!;
    const end = token.startOffset + token.image.length;
    yield text.slice(0, token.startOffset) + text.slice(end);
    yield text.slice(0, end);
    yield `${text.slice(0, token.startOffset)}${inserted[i % inserted.length]} ${text.slice(token.startOffset)}`;
  }
}

/** No message is in the words of a library, none is endless, and every place lies inside the text. */
export function speaksTheLanguage(text: string, { stride, offset }: { stride: number; offset: number }): void {
  for (const mutant of broken(text, stride, offset)) {
    for (const { code, message, label, help, span, related } of parseFile({ name: "mutant", text: mutant })
      .diagnostics) {
      // what is quoted is the text of the program
      const words = `${message}\n${label}\n${help}`.replace(/`[^`\n]*`/g, "");
      if (foreign.test(words) || message.length >= 300) expect.fail(`${code}: ${message}\n${mutant}`);
      for (const { start, end } of [span, ...related.map((other) => other.span)]) {
        if (!(start >= 0 && start <= end && end <= mutant.length))
          expect.fail(`${code} at ${start}..${end}\n${mutant}`);
      }
    }
  }
}
