/** The third part of the grammar: models, their members, mechanisms and types; networks. */
import type { IToken } from "chevrotain";
import { QueryRules } from "./grammar-queries.ts";
import * as t from "./tokens.ts";

const typeWords = new Set(["bool", "int", "real", "rgb", "gray"]);
const isTypeWord = (token: IToken): boolean => typeWords.has(token.image);

export class ModelRules extends QueryRules {
  network = this.RULE("network", () => {
    this.CONSUME(t.Network);
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.MANY(() => {
      this.SUBRULE(this.parameter, { LABEL: "input" });
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.OPTION2(() => {
      this.CONSUME(t.Semicolon);
      this.MANY2(() => {
        this.SUBRULE2(this.parameter, { LABEL: "constant" });
        this.OPTION3(() => this.CONSUME2(t.Comma));
      });
    });
    this.CONSUME(t.RightParen);
    this.OPTION4(() => {
      this.CONSUME(t.RightArrow);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.LeftBrace);
    this.AT_LEAST_ONE(() => this.SUBRULE(this.networkPart));
    this.CONSUME(t.RightBrace);
  });

  parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.CONSUME2(t.Name, { LABEL: "type" });
    });
    this.OPTION2(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  networkPart = this.RULE("networkPart", () => {
    this.OR([
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Let));
          this.CONSUME(t.Name);
          this.CONSUME(t.Binder, { LABEL: "operator" });
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE2(this.expression, { LABEL: "result" }) },
    ]);
    this.OPTION2(() => this.CONSUME(t.Semicolon));
  });

  model = this.RULE("model", () => {
    this.CONSUME(t.Model);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Extends);
      this.CONSUME2(t.Name, { LABEL: "base" });
    });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(t.RightBrace);
  });

  member = this.RULE("member", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.plate) },
      { ALT: () => this.SUBRULE(this.graph) },
      { ALT: () => this.SUBRULE(this.declaration) },
    ]);
  });

  plate = this.RULE("plate", () => {
    this.CONSUME(t.Plate);
    this.CONSUME(t.Name);
    this.CONSUME(t.In);
    this.SUBRULE(this.plateRange);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(t.RightBrace);
  });

  /** `1..n`, `{north, south}`, or an expression. */
  plateRange = this.RULE("plateRange", () => {
    this.OR({
      // a map would begin like a set
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.LeftBrace);
            this.SUBRULE(this.labels);
            this.CONSUME(t.RightBrace);
          },
        },
        {
          ALT: () => {
            this.SUBRULE(this.expression, { LABEL: "low" });
            this.OPTION(() => {
              this.CONSUME(t.Range);
              this.SUBRULE2(this.expression, { LABEL: "high" });
            });
          },
        },
      ],
    });
  });

  graph = this.RULE("graph", () => {
    this.CONSUME(t.Graph);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.chain));
    this.CONSUME(t.RightBrace);
  });

  chain = this.RULE("chain", () => {
    this.SUBRULE(this.nameSet);
    this.MANY(() => {
      this.CONSUME(t.ArrowSign, { LABEL: "arrow" });
      this.SUBRULE2(this.nameSet);
    });
    this.OPTION(() => this.CONSUME(t.Semicolon));
  });

  nameSet = this.RULE("nameSet", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBrace);
          this.SUBRULE(this.names);
          this.CONSUME(t.RightBrace);
        },
      },
    ]);
  });

  /**
   * All of `param`, `noise`, `latent`, `sample`, `let` and `image`; also an unknown word, or none, in their place, and
   * without the sign before type or value.
   */
  declaration = this.RULE("declaration", () => {
    this.OPTION({
      GATE: () => t.isA(this.LA(1), t.Declarer) || t.isA(this.LA(2), t.Name),
      DEF: () => {
        this.OR([
          { ALT: () => this.CONSUME(t.Declarer, { LABEL: "word" }) },
          { ALT: () => this.CONSUME(t.Name, { LABEL: "word" }) },
        ]);
      },
    });
    this.CONSUME2(t.Name);
    this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
    this.MANY2(() => {
      this.CONSUME(t.Comma);
      this.CONSUME3(t.Name);
      this.MANY3({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE2(this.index) });
    });
    this.OPTION2({
      GATE: () => t.isA(this.LA(1), t.Colon, t.LeftBrace) || isTypeWord(this.LA(1)),
      DEF: () => {
        this.OPTION3(() => this.CONSUME(t.Colon));
        this.SUBRULE(this.type);
      },
    });
    this.OPTION4({
      GATE: () => !t.isA(this.LA(1), t.Name) || t.isA(this.LA(2), t.LeftParen),
      DEF: () => {
        this.OPTION5(() => this.CONSUME(t.Binder, { LABEL: "operator" }));
        this.OR2([{ ALT: () => this.SUBRULE(this.cpt) }, { ALT: () => this.SUBRULE(this.expression) }]);
        this.OPTION6(() => this.SUBRULE(this.settings));
      },
    });
  });

  cpt = this.RULE("cpt", () => {
    this.CONSUME(t.Cpt);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.OPTION2(() => this.SUBRULE(this.names));
      this.CONSUME(t.RightParen);
    });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.cptRow);
      this.OPTION3(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  cptRow = this.RULE("cptRow", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Else) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.labels);
          this.CONSUME(t.RightParen);
        },
      },
      { ALT: () => this.SUBRULE(this.label) },
    ]);
    this.OR2([
      { ALT: () => this.CONSUME(t.Colon, { LABEL: "operator" }) },
      { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
      { ALT: () => this.CONSUME(t.ArrowSign, { LABEL: "operator" }) },
    ]);
    this.SUBRULE(this.expression);
  });

  settings = this.RULE("settings", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.setting);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  setting = this.RULE("setting", () => {
    this.CONSUME(t.Name);
    this.OR([
      { ALT: () => this.SUBRULE(this.settings) },
      {
        ALT: () => {
          this.OR2([
            { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
            { ALT: () => this.CONSUME(t.Colon, { LABEL: "operator" }) },
          ]);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  type = this.RULE("type", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LeftBrace);
          this.SUBRULE(this.labels);
          this.CONSUME(t.RightBrace);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.OPTION(() => {
            this.OR2([
              { ALT: () => this.SUBRULE(this.callArguments) },
              {
                ALT: () => {
                  this.CONSUME(t.LeftBracket);
                  this.SUBRULE(this.expression, { LABEL: "low" });
                  this.OPTION2(() => {
                    this.CONSUME(t.Range);
                    this.SUBRULE2(this.expression, { LABEL: "high" });
                  });
                  this.CONSUME(t.RightBracket);
                },
              },
            ]);
          });
        },
      },
    ]);
  });
}
