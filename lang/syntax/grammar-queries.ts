/** The second part of the grammar: queries, events and conditions. */
import { EOF } from "chevrotain";
import { ExpressionRules } from "./grammar-expressions.ts";
import * as t from "./tokens.ts";

export class QueryRules extends ExpressionRules {
  query = this.RULE("query", () => {
    this.SUBRULE(this.queryOperand);
    this.MANY(() => {
      this.CONSUME(t.QueryOperator, { LABEL: "operator" });
      this.SUBRULE2(this.queryOperand);
    });
  });

  queryOperand = this.RULE("queryOperand", () => {
    this.MANY(() => this.CONSUME(t.Minus, { LABEL: "prefix" }));
    this.OR([
      { ALT: () => this.CONSUME(t.Numeral) },
      { ALT: () => this.SUBRULE(this.probability) },
      { ALT: () => this.SUBRULE(this.expectation) },
      { ALT: () => this.SUBRULE(this.effect) },
      { ALT: () => this.SUBRULE(this.predicate) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.query);
          this.CONSUME(t.RightParen);
        },
      },
      { ALT: () => this.CONSUME(t.Name) },
    ]);
  });

  probability = this.RULE("probability", () => {
    this.CONSUME(t.Probability);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.events);
    this.OPTION(() => this.SUBRULE(this.conditions));
    this.CONSUME(t.RightParen);
  });

  expectation = this.RULE("expectation", () => {
    this.CONSUME(t.Expectation);
    this.CONSUME(t.LeftBracket);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.conditions));
    this.CONSUME(t.RightBracket);
  });

  effect = this.RULE("effect", () => {
    this.CONSUME(t.Effect);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.event);
    this.OR([
      { ALT: () => this.CONSUME(t.Semicolon, { LABEL: "separator" }) },
      { ALT: () => this.CONSUME(t.Comma, { LABEL: "separator" }) },
    ]);
    this.CONSUME(t.Name, { LABEL: "treatment" });
    this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.label, { LABEL: "from" });
    this.CONSUME(t.RightArrow);
    this.SUBRULE2(this.label, { LABEL: "to" });
    this.OPTION(() => this.SUBRULE(this.conditions));
    this.CONSUME(t.RightParen);
  });

  predicate = this.RULE("predicate", () => {
    this.CONSUME(t.Predicate);
    this.CONSUME(t.LeftParen);
    this.OR([
      { ALT: () => this.SUBRULE(this.probability) },
      {
        ALT: () => {
          this.SUBRULE(this.names, { LABEL: "variables" });
          this.OPTION(() => {
            this.CONSUME(t.Bar);
            this.SUBRULE2(this.names, { LABEL: "given" });
          });
        },
      },
    ]);
    this.CONSUME(t.RightParen);
  });

  conditions = this.RULE("conditions", () => {
    this.CONSUME(t.Bar);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.condition);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  condition = this.RULE("condition", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.intervention) },
      { ALT: () => this.SUBRULE(this.observation) },
      { ALT: () => this.SUBRULE(this.event) },
    ]);
  });

  intervention = this.RULE("intervention", () => {
    this.CONSUME(t.Do);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.actions);
    this.CONSUME(t.RightParen);
  });

  observation = this.RULE("observation", () => {
    this.CONSUME(t.Observe);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.events);
    this.CONSUME(t.RightParen);
  });

  events = this.RULE("events", () => {
    this.AT_LEAST_ONE({
      // a number begins an event only where one is due, not behind one
      GATE: () => !t.isA(this.LA(1), t.Numeral) || t.isA(this.LA(0), t.LeftParen, t.LeftBrace, t.Comma),
      DEF: () => {
        this.SUBRULE(this.event);
        this.OPTION(() => this.CONSUME(t.Comma));
      },
    });
  });

  event = this.RULE("event", () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => !this.beginsClaim(), ALT: () => this.SUBRULE(this.variable) },
        { ALT: () => this.SUBRULE2(this.value, { LABEL: "subject" }) },
      ],
    });
    this.OPTION({
      GATE: () => !this.namesModel(),
      DEF: () => {
        this.OR3([
          {
            ALT: () => {
              this.OR2([
                { ALT: () => this.CONSUME(t.Relation, { LABEL: "operator" }) },
                { ALT: () => this.CONSUME(t.Becomes, { LABEL: "operator" }) },
              ]);
              this.SUBRULE(this.value);
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.In);
              this.CONSUME(t.LeftBrace);
              this.SUBRULE(this.labels);
              this.CONSUME(t.RightBrace);
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.Tilde);
              this.SUBRULE(this.map);
            },
          },
        ]);
      },
    });
  });

  inModel = this.RULE("inModel", () => {
    this.CONSUME(t.In);
    this.CONSUME(t.Name);
  });

  /** Something is computed before the comparison: `2 * X > 3`, `not A`, `(A or B)`. */
  private beginsClaim(): boolean {
    const first = this.LA(1);
    if (t.isA(first, t.Minus, t.Not, t.Bang, t.LeftParen, t.Numeral, t.True, t.False, t.If)) return true;
    let next = 2;
    for (let depth = 0; depth > 0 || t.isA(this.LA(next), t.LeftBracket); next++) {
      const token = this.LA(next);
      if (t.isA(token, t.LeftBracket)) depth++;
      if (t.isA(token, t.RightBracket)) depth--;
      if (token.tokenType === EOF) return false;
    }
    return t.isA(first, t.Name) && t.isA(this.LA(next), t.ArithmeticOperator, t.LeftParen);
  }

  /** `draw 4 Face | Male in Faces`: the model, not a set of states. */
  private namesModel(): boolean {
    const ends = this.LA(3).tokenType === EOF || t.isA(this.LA(3), t.Seed, ...t.statementWords);
    return t.isA(this.LA(1), t.In) && t.isA(this.LA(2), t.Name) && ends;
  }
}
