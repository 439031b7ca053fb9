/**
 * The grammar as a Chevrotain parser that recovers from errors and gives a concrete syntax tree. It also accepts the
 * usual slips (a missing comma, `=` for `~`): ast-from-cst.ts reports those, knowing what was meant.
 */
import { CstParser, EOF, type IToken } from "chevrotain";
import * as t from "./tokens.ts";
import { wording } from "./wording.ts";

const typeWords = new Set(["bool", "int", "real", "rgb", "gray"]);
const isTypeWord = (token: IToken): boolean => typeWords.has(token.image);

export class CausalParser extends CstParser {
  constructor(options: { readonly validate: boolean } = { validate: false }) {
    super([...t.tokenTypes], {
      recoveryEnabled: true,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: wording,
      skipValidations: !options.validate,
    });
    this.performSelfAnalysis();
  }

  // -------------------------------------------------------------- entries

  file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.statement));
  });

  queryText = this.RULE("queryText", () => {
    this.SUBRULE(this.query);
    this.OPTION(() => this.SUBRULE(this.inModel));
  });

  drawText = this.RULE("drawText", () => {
    this.OPTION(() => this.CONSUME(t.Draw));
    this.SUBRULE(this.drawing);
  });

  contextText = this.RULE("contextText", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.intervention) }, { ALT: () => this.SUBRULE(this.observation) }]);
  });

  // -------------------------------------------------------------- statements

  statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importStatement) },
      { ALT: () => this.SUBRULE(this.network) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.queryStatement) },
      { ALT: () => this.SUBRULE(this.draw) },
      { ALT: () => this.SUBRULE(this.identify) },
      { ALT: () => this.SUBRULE(this.counterfactual) },
      { ALT: () => this.SUBRULE(this.test) },
    ]);
  });

  importStatement = this.RULE("importStatement", () => {
    this.CONSUME(t.Import);
    this.CONSUME(t.Text);
  });

  data = this.RULE("data", () => {
    this.CONSUME(t.Data);
    this.CONSUME(t.Name);
    this.CONSUME(t.Binder, { LABEL: "operator" });
    this.CONSUME2(t.Name, { LABEL: "callee" });
    this.OPTION(() => this.SUBRULE(this.callArguments));
    this.OPTION2(() => this.SUBRULE(this.settings));
  });

  train = this.RULE("train", () => {
    this.CONSUME(t.Train);
    this.CONSUME(t.Name, { LABEL: "model" });
    this.OPTION(() => {
      this.CONSUME(t.Dot);
      this.CONSUME2(t.Name, { LABEL: "part" });
    });
    this.CONSUME(t.With);
    this.CONSUME3(t.Name, { LABEL: "regime" });
    this.OPTION2(() => this.SUBRULE(this.callArguments));
    this.OPTION3(() => this.SUBRULE(this.settings));
  });

  queryStatement = this.RULE("queryStatement", () => {
    this.CONSUME(t.Query);
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.OR([
        { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Colon, { LABEL: "operator" }) },
      ]);
    });
    this.SUBRULE(this.query);
    this.OPTION2(() => this.SUBRULE(this.inModel));
  });

  draw = this.RULE("draw", () => {
    this.CONSUME(t.Draw);
    this.SUBRULE(this.drawing);
  });

  drawing = this.RULE("drawing", () => {
    this.CONSUME(t.Numeral, { LABEL: "count" });
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.variable);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.OPTION2(() => this.SUBRULE(this.inModel));
    this.OPTION3(() => this.SUBRULE(this.conditions));
    this.OPTION4(() => this.SUBRULE2(this.inModel));
    this.OPTION5(() => {
      this.CONSUME(t.Seed);
      this.CONSUME2(t.Numeral, { LABEL: "seed" });
    });
  });

  inModel = this.RULE("inModel", () => {
    this.CONSUME(t.In);
    this.CONSUME(t.Name);
  });

  identify = this.RULE("identify", () => {
    this.CONSUME(t.Identify);
    this.SUBRULE(this.probability);
    this.OPTION(() => this.SUBRULE(this.inModel));
    this.OPTION2(() => {
      this.CONSUME(t.From);
      this.CONSUME(t.Name, { LABEL: "data" });
    });
  });

  counterfactual = this.RULE("counterfactual", () => {
    this.CONSUME(t.Counterfactual);
    this.OPTION(() => this.CONSUME(t.Name));
    this.OPTION2(() => this.SUBRULE(this.inModel));
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.counterfactualPart));
    this.CONSUME(t.RightBrace);
  });

  counterfactualPart = this.RULE("counterfactualPart", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Given);
          this.CONSUME(t.LeftBrace);
          this.SUBRULE(this.events);
          this.CONSUME(t.RightBrace);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Do);
          this.CONSUME2(t.LeftBrace);
          this.SUBRULE(this.actions);
          this.CONSUME2(t.RightBrace);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Report);
          this.SUBRULE(this.names);
        },
      },
    ]);
  });

  test = this.RULE("test", () => {
    this.CONSUME(t.Test);
    this.CONSUME(t.Text);
    this.OPTION(() => this.SUBRULE(this.inModel));
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.assertion));
    this.CONSUME(t.RightBrace);
  });

  assertion = this.RULE("assertion", () => {
    this.CONSUME(t.Assert);
    this.SUBRULE(this.query, { LABEL: "left" });
    this.OPTION(() => {
      this.CONSUME(t.Relation, { LABEL: "operator" });
      this.OR([
        { ALT: () => this.CONSUME(t.True, { LABEL: "truth" }) },
        { ALT: () => this.CONSUME(t.False, { LABEL: "truth" }) },
        { ALT: () => this.SUBRULE2(this.query, { LABEL: "right" }) },
      ]);
      this.OPTION2(() => {
        this.CONSUME(t.PlusMinus);
        this.CONSUME(t.Numeral, { LABEL: "tolerance" });
      });
    });
  });

  // -------------------------------------------------------------- networks

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

  // -------------------------------------------------------------- models

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
    this.SUBRULE(this.expression);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(t.RightBrace);
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
      { ALT: () => this.CONSUME(t.Name) },
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
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.CONSUME3(t.Name);
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

  names = this.RULE("names", () => {
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.Name);
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

  // -------------------------------------------------------------- expressions

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
    this.OPTION(() => {
      this.OR([
        // in a table `p (A, B): 0.3` is a value and the next row, not a call
        { GATE: () => !this.parensEndInColon(), ALT: () => this.SUBRULE(this.callArguments) },
        { ALT: () => this.SUBRULE(this.subscript) },
      ]);
    });
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

  // -------------------------------------------------------------- queries

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

  actions = this.RULE("actions", () => {
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.action);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  action = this.RULE("action", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Binder, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Equal, { LABEL: "operator" }) },
      ]);
      this.SUBRULE(this.expression);
    });
  });

  events = this.RULE("events", () => {
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.event);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

  event = this.RULE("event", () => {
    this.SUBRULE(this.variable);
    this.OPTION({
      GATE: () => !this.namesModel(),
      DEF: () => {
        this.OR([
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

  variable = this.RULE("variable", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.subscript));
  });

  /** Recovery must not pass over a token that begins or ends something larger. */
  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const kept = [t.Declarer, t.Plate, t.Graph, t.Assert, t.RightBrace, ...t.statementWords];
    return !t.isA(this.LA(1), ...kept);
  }

  /** `draw 4 Face | Male in Faces`: the model, not a set of states. */
  private namesModel(): boolean {
    const ends = this.LA(3).tokenType === EOF || t.isA(this.LA(3), t.Seed, ...t.statementWords);
    return t.isA(this.LA(1), t.In) && t.isA(this.LA(2), t.Name) && ends;
  }

  private parensEndInColon(): boolean {
    let depth = 0;
    for (let k = 1; ; k++) {
      const token: IToken = this.LA(k);
      if (t.isA(token, t.LeftParen)) depth++;
      if (t.isA(token, t.RightParen)) depth--;
      if (depth === 0) return t.isA(this.LA(k + 1), t.Colon);
      if (token.tokenType === EOF) return false;
    }
  }
}
