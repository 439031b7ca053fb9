/**
 * The grammar as a Chevrotain parser that recovers from errors and gives a concrete syntax tree; here are the statements
 * and the ways in. It also accepts the usual slips (a missing comma, `=` for `~`): the builders of the AST report those,
 * knowing what was meant. The rules are spread over a chain of classes because they call one another.
 */
import { ModelRules } from "./grammar-models.ts";
import * as t from "./tokens.ts";

export class CausalParser extends ModelRules {
  constructor(options: { readonly validate: boolean } = { validate: false }) {
    super(options);
    this.performSelfAnalysis();
  }

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

  givenText = this.RULE("givenText", () => {
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.condition);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
  });

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
      this.MANY({ GATE: () => this.beginsIndex(), DEF: () => this.SUBRULE(this.index) });
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
}
