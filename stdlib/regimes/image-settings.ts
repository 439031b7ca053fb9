/** The settings that both trainers of generators of images share. */
import type { Parameter } from "#lang/types/signature";
import { labelInputs, labelValues } from "./label-input.ts";
import { optional } from "./settings.ts";

/** `paper` says what the released code does where that differs. */
export function imageSettings(paper: {
  readonly labelInput: string;
  readonly balance: number;
  readonly interventions: number;
  readonly average: number;
}): readonly Parameter[] {
  return [
    {
      name: "label_input",
      kind: "string",
      default: null,
      choices: labelInputs,
      doc:
        "what the generator reads: 0 and 1, -1 and 1, probabilities 0.3 and 0.7, or these with noise, a draw for each label or " +
        `for each example (sign, paper: ${paper.labelInput})`,
    },
    {
      name: "label_values",
      kind: "string",
      default: "logits",
      choices: labelValues,
      doc: "whether the generator reads probabilities as they are or as logits",
    },
    optional(
      "average",
      "number",
      [0, 0.999999],
      `decay of the moving average of the generator that draws; 0: none (${paper.average}, paper: 0)`,
    ),
    optional(
      "balance",
      "number",
      [0, 1],
      "rows are chosen in proportion to the product of their labels' shares to the power -balance, real and generated " +
        `ones alike, so that rare labels are learned too; what is learned given labels stays the same (${paper.balance}, paper: 0)`,
    ),
    optional(
      "interventions",
      "number",
      [0, 0.9],
      "share of the generated batch whose labels are drawn under do() of one label at random. The discriminator is not " +
        "trained against them, for no real image can show what no data has; the generator learns to keep to them " +
        `(${paper.interventions}, paper: 0)`,
    ),
  ];
}
