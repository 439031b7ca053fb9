/** The first part of the grammar: names, labels, expressions and the actions inside subscripts. */
import { CstParser, EOF, type IToken } from "chevrotain";
import * as t from "./tokens.ts";
import { wording } from "./wording.ts";

export class ExpressionRules extends CstParser {
  constructor(options: { readonly validate: boolean }) {
    super([...t.tokenTypes], {
      recoveryEnabled: true,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: wording,
      skipValidations: !options.validate,
    });
  }

  /** A flat row of operands and operators; precedence is sorted out in expressions-from-cst.ts. */
  expression = this.RULE("expression", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator, { LABEL: "operator" });
      this.SUBRULE2(this.operand);
    });
  });

  /** The same without comparisons and pipes: the value in an event. */
  value = this.RULE("value", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.ArithmeticOperator, { LABEL: "operator" });
      this.SUBRULE2(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Minus, { LABEL: "prefix" }) },
        { ALT: () => this.CONSUME(t.Not, { LABEL: "prefix" }) },
        { ALT: () => this.CONSUME(t.Bang, { LABEL: "prefix" }) },
      ]);
    });
    this.OR2([
      { ALT: () => this.CONSUME(t.Numeral) },
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.SUBRULE(this.choice) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.map) },
      { ALT: () => this.SUBRULE(this.reference) },
    ]);
  });

  choice = this.RULE("choice", () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.expression, { LABEL: "test" });
    this.OPTION(() => {
      this.CONSUME(t.Assign, { LABEL: "slip" });
      this.SUBRULE(this.value);
    });
    this.CONSUME(t.Then);
    this.SUBRULE2(this.expression, { LABEL: "then" });
    this.CONSUME(t.Else);
    this.SUBRULE3(this.expression, { LABEL: "else" });
  });

  group = this.RULE("group", () => {
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightParen);
  });

  list = this.RULE("list", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY(() => {
      this.SUBRULE(this.expression);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBracket);
  });

  map = this.RULE("map", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.mapEntry);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  mapEntry = this.RULE("mapEntry", () => {
    this.SUBRULE(this.label);
    this.OR([
      { ALT: () => this.CONSUME(t.Colon, { LABEL: "operator" }) },
      { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
    ]);
    this.SUBRULE(this.expression);
  });

  reference = this.RULE("reference", () => {
    this.CONSUME(t.Name);
    this.OPTION({
      // in a table `p (A, B): 0.3` is a value and the next row, not a call
      GATE: () => !this.parensEndInColon(),
      DEF: () => {
        this.OR([
          { ALT: () => this.SUBRULE(this.callArguments) },
          {
            ALT: () => {
              this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
              this.OPTION2({ GATE: () => !this.beginsIndex(), DEF: () => this.SUBRULE(this.subscript) });
            },
          },
        ]);
      },
    });
  });

  /** `[2]`, `[i - 1, j]`: which of the nodes of that name. */
  index = this.RULE("index", () => {
    this.CONSUME(t.LeftBracket);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.expression);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBracket);
  });

  callArguments = this.RULE("callArguments", () => {
    this.CONSUME(t.LeftParen);
    this.MANY(() => {
      this.SUBRULE(this.argument);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightParen);
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Assign);
    });
    this.SUBRULE(this.expression);
  });

  subscript = this.RULE("subscript", () => {
    this.CONSUME(t.LeftBracket);
    this.SUBRULE(this.actions);
    this.CONSUME(t.RightBracket);
  });

  actions = this.RULE("actions", () => {
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.action);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  action = this.RULE("action", () => {
    this.CONSUME(t.Name);
    this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Equal, { LABEL: "operator" }) },
      ]);
      this.SUBRULE(this.expression);
    });
  });

  names = this.RULE("names", () => {
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.Name);
      this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  labels = this.RULE("labels", () => {
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.label);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  label = this.RULE("label", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Minus));
          this.CONSUME(t.Numeral);
        },
      },
    ]);
  });

  variable = this.RULE("variable", () => {
    this.CONSUME(t.Name);
    this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
    this.OPTION({ GATE: () => !this.beginsIndex(), DEF: () => this.SUBRULE(this.subscript) });
  });

  /** `X[2]` is an element, `X[Z = 2]` a counterfactual: whether the bracket that comes holds no action. */
  protected beginsIndex(): boolean {
    if (!t.isA(this.LA(1), t.LeftBracket) || t.isA(this.LA(2), t.RightBracket)) return false;
    let depth = 0;
    for (let k = 1; ; k++) {
      const token: IToken = this.LA(k);
      if (t.isA(token, t.LeftBracket, t.LeftParen, t.LeftBrace)) depth++;
      if (t.isA(token, t.RightBracket, t.RightParen, t.RightBrace)) depth--;
      if (depth === 0) return true;
      if (token.tokenType === EOF || (depth === 1 && t.isA(token, t.Binder, t.Equal))) return false;
    }
  }

  private parensEndInColon(): boolean {
    if (!t.isA(this.LA(1), t.LeftParen)) return false;
    let depth = 0;
    for (let k = 1; ; k++) {
      const token: IToken = this.LA(k);
      if (t.isA(token, t.LeftParen)) depth++;
      if (t.isA(token, t.RightParen)) depth--;
      if (depth === 0) return t.isA(this.LA(k + 1), t.Colon);
      if (token.tokenType === EOF) return false;
    }
  }

  /** Recovery must not pass over a token that begins or ends something larger. */
  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const kept = [t.Declarer, t.Plate, t.Graph, t.Assert, t.RightBrace, ...t.statementWords];
    return !t.isA(this.LA(1), ...kept);
  }
}
