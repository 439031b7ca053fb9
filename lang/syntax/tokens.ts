/** The words and signs of the language as a Chevrotain lexer. Which words act as keywords where is decided in words.ts. */
import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

export type { TokenType };

const all: TokenType[] = [];

interface TokenOptions {
  readonly categories?: TokenType[];
  readonly group?: string;
  readonly line_breaks?: boolean;
}

function token(name: string, pattern: RegExp | string, options: TokenOptions = {}): TokenType {
  const made = createToken({ name, pattern, ...options });
  all.push(made);
  return made;
}

function category(name: string): TokenType {
  const made = createToken({ name, pattern: Lexer.NA });
  all.push(made);
  return made;
}

// ---------------------------------------------------------------- categories

/** `+ - * / ^`: what joins the parts of a value */
export const ArithmeticOperator = category("ArithmeticOperator");
/** everything that joins two operands of an expression */
export const BinaryOperator = category("BinaryOperator");
/** `= == != < <= > >=` */
export const Relation = category("Relation");
/** `= ~ :=`: what gives a name its meaning */
export const Binder = category("Binder");
/** `+ - * /`: what joins queries */
export const QueryOperator = category("QueryOperator");
/** `sample`, `let`, ...: the words that declare a name of a model */
export const Declarer = category("Declarer");
/** `-> <- <->` */
export const ArrowSign = category("ArrowSign");

// ---------------------------------------------------------------- blanks and comments

token("Blank", /\s+/, { group: Lexer.SKIPPED, line_breaks: true });
token("LineComment", /\/\/[^\n\r]*/, { group: Lexer.SKIPPED });
token("BlockComment", /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//, { group: Lexer.SKIPPED, line_breaks: true });
/** Mistakes that are understood, so that they make one error and no more: see lexical-problems.ts. */
export const mistakes = "mistakes";
export const UnclosedComment = token("UnclosedComment", /\/\*[\s\S]*/, { group: mistakes, line_breaks: true });
export const HashComment = token("HashComment", /#[^\n\r]*/, { group: mistakes });

// ---------------------------------------------------------------- literals and names

export const Name = token(
  "Name",
  /[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u1fff\u3040-\ud7ff][\w\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u1fff\u3040-\ud7ff]*/,
);

export const QuotedName = token("QuotedName", /`[^`\n\r]*`/, { categories: [Name] });
export const UnclosedQuotedName = token("UnclosedQuotedName", /`[\w ]*/, { categories: [Name] });
export const Text = token("Text", /"(?:[^"\\\n\r]|\\[^\n\r])*"/);
export const UnclosedText = token("UnclosedText", /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/, { categories: [Text] });
export const SingleQuotedText = token("SingleQuotedText", /'[^'\n\r]*'/, { categories: [Text] });
export const Numeral = token("Numeral", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/);
export const BareFraction = token("BareFraction", /\.\d+(?:[eE][+-]?\d+)?/, { categories: [Numeral] });

// ---------------------------------------------------------------- signs; longer ones first

export const Range = token("Range", "..");
export const Dot = token("Dot", ".");
export const Pipe = token("Pipe", "|>", { categories: [BinaryOperator] });
export const LongOr = token("LongOr", "||", { categories: [BinaryOperator] });
export const Bar = token("Bar", "|");
export const Becomes = token("Becomes", ":=", { categories: [Binder] });
export const Colon = token("Colon", ":");
/** `=>` is read as an arrow, and told. */
export const RightArrow = token("RightArrow", /->|=>|→/, { categories: [ArrowSign] });
export const Equal = token("Equal", /==/, { categories: [BinaryOperator, Relation] });
export const Assign = token("Assign", "=", { categories: [Binder, Relation] });
export const Tilde = token("Tilde", /~|∼/, { categories: [Binder] });
export const BothWays = token("BothWays", /<->|↔/, { categories: [ArrowSign] });
export const LessOrEqual = token("LessOrEqual", /<=|≤/, { categories: [BinaryOperator, Relation] });
/** `X <-1` compares with a negative number: no name begins with a digit, so that no arrow can be meant. */
export const LeftArrow = token("LeftArrow", /<-(?![\d.])|←/, { categories: [ArrowSign] });
export const Less = token("Less", "<", { categories: [BinaryOperator, Relation] });
export const GreaterOrEqual = token("GreaterOrEqual", />=|≥/, { categories: [BinaryOperator, Relation] });
export const Greater = token("Greater", ">", { categories: [BinaryOperator, Relation] });
export const NotEqual = token("NotEqual", /!=|≠/, { categories: [BinaryOperator, Relation] });
export const PlusMinus = token("PlusMinus", /\+-|±/);
export const Plus = token("Plus", "+", { categories: [BinaryOperator, ArithmeticOperator, QueryOperator] });
export const Minus = token("Minus", /-|−/, { categories: [BinaryOperator, ArithmeticOperator, QueryOperator] });
export const Power = token("Power", /\^|\*\*/, { categories: [BinaryOperator, ArithmeticOperator] });
export const Times = token("Times", /\*|×|·/, { categories: [BinaryOperator, ArithmeticOperator, QueryOperator] });
export const Divide = token("Divide", /\/|÷/, { categories: [BinaryOperator, ArithmeticOperator, QueryOperator] });
export const LongAnd = token("LongAnd", /&&?/, { categories: [BinaryOperator] });
export const Bang = token("Bang", "!");
export const LeftParen = token("LeftParen", "(");
export const RightParen = token("RightParen", ")");
export const LeftBracket = token("LeftBracket", "[");
export const RightBracket = token("RightBracket", "]");
export const LeftBrace = token("LeftBrace", "{");
export const RightBrace = token("RightBrace", "}");
export const Comma = token("Comma", ",");
export const Semicolon = token("Semicolon", ";");

// ---------------------------------------------------------------- words

const words = new Map<string, TokenType>();

/** The lexer reads every word as a Name; words.ts turns it into this type where it stands as a word of the language. */
function word(text: string, categories: TokenType[] = []): TokenType {
  return wordsOf(text[0]!.toUpperCase() + text.slice(1), [text], categories);
}

function wordsOf(name: string, texts: readonly string[], categories: TokenType[] = []): TokenType {
  const made = createToken({ name, label: texts.join(", "), pattern: Lexer.NA, categories });
  for (const text of texts) words.set(text, made);
  all.push(made);
  return made;
}

export const If = word("if");
export const Then = word("then");
export const Else = word("else");
export const True = word("true");
export const False = word("false");
export const And = word("and", [BinaryOperator]);
export const Or = word("or", [BinaryOperator]);
export const Not = word("not");
export const In = word("in");

export const Import = word("import");
export const Network = word("network");
export const Model = word("model");
export const Data = word("data");
export const Train = word("train");
export const Query = word("query");
export const Draw = word("draw");
export const Identify = word("identify");
export const Counterfactual = word("counterfactual");
export const Test = word("test");

/** What a statement begins with. */
export const statementWords = [Import, Network, Model, Data, Train, Query, Draw, Identify, Counterfactual, Test];

export const Param = word("param", [Declarer]);
export const Noise = word("noise", [Declarer]);
export const Latent = word("latent", [Declarer]);
export const Sample = word("sample", [Declarer]);
export const Let = word("let", [Declarer]);
export const Image = word("image", [Declarer]);
export const Plate = word("plate");
export const Graph = word("graph");

export const Extends = word("extends");
export const With = word("with");
export const From = word("from");
export const Seed = word("seed");
export const Given = word("given");
export const Report = word("report");
export const Assert = word("assert");

export const Cpt = word("cpt");
export const Do = word("do");
export const Observe = word("observe");
export const Probability = wordsOf("Probability", ["P"]);
export const Expectation = wordsOf("Expectation", ["E"]);
export const Effect = wordsOf("Effect", ["ATE", "CATE", "ETT", "NDE", "NIE", "CDE", "PN", "PS", "PNS"]);
export const Predicate = wordsOf("Predicate", ["independent", "identifiable"]);

export const wordTypes: ReadonlyMap<string, TokenType> = words;
export const tokenTypes: readonly TokenType[] = all;

/** The grammar's tokens are checked in the tests, not at every start. */
export const lexer = new Lexer(all, { positionTracking: "onlyOffset", skipValidations: true });

/** Whether the token is of one of the types, itself or by its category. Asked of every token many times over. */
export function isA(given: IToken | undefined, ...types: readonly TokenType[]): boolean {
  if (given === undefined) return false;
  const { tokenType } = given;
  if (types.includes(tokenType)) return true;
  const categories = tokenType.CATEGORIES;
  if (categories === undefined) return false;
  for (const category of categories) if (types.includes(category)) return true;
  return false;
}

/** All types that are one of these or in one of these categories: what `isA` asks, where it is asked of every token. */
export function kindsOf(types: readonly TokenType[]): ReadonlySet<TokenType> {
  return new Set(all.filter((type) => types.includes(type) || type.CATEGORIES?.some((one) => types.includes(one))));
}

/** Half-open end of a token. */
export function endOf(given: IToken): number {
  return given.startOffset + given.image.length;
}
