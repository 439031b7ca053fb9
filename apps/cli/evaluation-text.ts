/** An evaluation as text for a terminal: the numbers that decide, each beside its aim or its floor. All of them are in the JSON. */
import {
  aims,
  type Effect,
  type Estimate,
  type Evaluation,
  type ImageEvaluation,
  type LabelEvaluation,
} from "../eval/evaluation.ts";
import { table } from "./text.ts";

/** Pairs of labels that are shown. */
const shownPairs = 8;

export function evaluationText(evaluation: Evaluation): string {
  const { run, model, samples, seed, labels, images, leftOut } = evaluation;
  const parts = [
    `${run}: ${model}${images.length === 0 ? "" : `, ${samples.toLocaleString("en")} pictures a row`}, seed ${seed}. Intervals are of 95 %.`,
    ...(labels === null ? [] : labelsText(labels)),
    ...images.flatMap(imageText),
    ...(leftOut.length === 0 ? [] : [`left out\n${leftOut.map((what) => `  ${what}`).join("\n")}`]),
  ];
  return `${parts.join("\n\n")}\n`;
}

const three = (value: number | null | undefined) => (value == null || Number.isNaN(value) ? "-" : value.toFixed(3));
const four = (value: number) => value.toFixed(4);
const interval = ({ low, high }: Estimate) => `${low.toFixed(3)} to ${high.toFixed(3)}`;
/** Marks what misses its aim. */
const against = (text: string, well: boolean) => (well ? text : `${text} *`);

/** A titled table. */
function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [`${title}\n${table(header, rows)}`];
}

/** The share that is named: of a bool the node alone, which is true. */
const named = ({ node, state }: { readonly node: string; readonly state: string }) =>
  state === "true" ? node : `${node} = ${state}`;
const given = ({ node, state }: { readonly node: string; readonly state: string }) => `${node} = ${state}`;

function labelsText({ distances, combinations, data, crosstabs, effects }: LabelEvaluation): string[] {
  const worst = [...crosstabs].sort((a, b) => b.tvd - a.tvd).slice(0, 5);
  return [
    ...section(
      `labels against ${data}: total variation over ${combinations.toLocaleString("en")} combinations, 0 is best\n("as the original": combinations that the data lack do not count; floor: what chance alone shows in so many rows)`,
      ["", "rows", "distance", "as the original", "floor"],
      distances.map(({ rows, n, tvd, amongSeen, floor }) => [
        `${rows} rows`,
        n.toLocaleString("en"),
        four(tvd),
        four(amongSeen),
        four(floor),
      ]),
    ),
    ...section(
      `pairs of labels that the model gets least right (${crosstabs.length} pairs)`,
      ["", "total variation"],
      worst.map(({ nodes, tvd }) => [nodes.join(", "), four(tvd)]),
    ),
    ...effectsText(effects),
  ];
}

function effectsText(effects: readonly Effect[]): string[] {
  const gap = ({ seen, done }: Effect) => Math.abs((seen ?? done) - done);
  const shown = effects
    .filter(({ cause }) => cause.state !== "false")
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, shownPairs);
  const truth = shown.some(({ trueDone }) => trueDone !== null);
  const counted = shown.some(({ data }) => data !== null);
  return section(
    `seeing and doing, where they differ most (${effects.length} effects; the model exactly)`,
    [
      "P(Y | X)",
      ...(counted ? ["in the data", "95 %"] : []),
      "seen",
      "done",
      ...(truth ? ["truly seen", "truly done"] : []),
    ],
    shown.map(({ cause, target, data, seen, done, trueSeen, trueDone }) => [
      `P(${named(target)} | ${given(cause)})`,
      ...(counted ? [three(data?.value), data === null ? "-" : interval(data)] : []),
      three(seen),
      three(done),
      ...(truth ? [three(trueSeen), three(trueDone)] : []),
    ]),
  );
}

function imageText(evaluation: ImageEvaluation): string[] {
  const { image, shape, judge, readLabels, interventions, distances, diversity, rare, nearest } = evaluation;
  const whose = judge.origin === "program" ? "the run's classifier" : "a classifier trained for this";
  const assessed = judge.assessedOn === null ? "its accuracy is not known" : `accuracy on ${judge.assessedOn}`;
  return [
    `${image} [${shape.join(", ")}], read by ${whose} (${judge.trainedOn}, ${judge.steps} steps; ${assessed})` +
      (readLabels === null
        ? ""
        : `\nlabels read off ${readLabels.n.toLocaleString("en")} pictures against the model: total variation ${four(readLabels.tvd)}, floor ${four(readLabels.floor)}`),
    ...effectivenessText(evaluation),
    ...marginalsText(evaluation),
    ...section(
      `distance to real pictures, on ${judge.width} features of the judge (floor: of two sets of real ones)`,
      ["", "n", "FID", "floor", "KID x 1000", "+-", "floor", "precision", "recall"],
      distances.map(({ pictures, n, fid, fidFloor, kid, kidError, kidFloor, precision, recall }) => [
        pictures,
        String(n),
        fid.toFixed(2),
        fidFloor?.toFixed(2) ?? "-",
        (1000 * kid).toFixed(2),
        (1000 * kidError).toFixed(2),
        kidFloor === null ? "-" : (1000 * kidFloor).toFixed(2),
        three(precision.value),
        three(recall.value),
      ]),
    ),
    ...section(
      "diversity within a label: mean distance of two pictures, and its ratio to that of real ones (aim: 1)",
      ["given", "n", "pixels", "ratio", "95 %", "features", "ratio", "95 %"],
      diversity
        .filter(({ state }) => state !== "false")
        .map(({ n, pixels, features, ...label }) => [
          given(label),
          String(n),
          ...[pixels, features].flatMap((one) => [
            three(one.drawn.value),
            three(one.ratio?.value),
            one.ratio === null ? "-" : interval(one.ratio),
          ]),
        ]),
    ),
    ...section(
      "rare combinations of labels (collapsed ones have a ratio near 0)",
      ["states that differ from the commonest", "in the data", "all read", "pixels", "ratio", "95 %"],
      rare.map(({ states, share, allRead, pixels }) => [
        Object.entries(states)
          .filter(([, state]) => state !== "false")
          .map(([node, state]) => named({ node, state }))
          .join(" "),
        `${(100 * share).toFixed(3)} %`,
        three(allRead.value),
        three(pixels.drawn.value),
        three(pixels.ratio?.value),
        pixels.ratio === null ? "-" : interval(pixels.ratio),
      ]),
    ),
    ...(nearest === null
      ? []
      : [
          `nearest of ${nearest.searched.toLocaleString("en")} training pictures: median distance ${three(nearest.drawnMedian)}` +
            (nearest.realMedian === null ? "" : `, of real pictures not trained on ${three(nearest.realMedian)}`) +
            (nearest.copies === null
              ? ""
              : `\n${(100 * nearest.copies.value).toFixed(1)} % of ${nearest.n} drawn pictures are nearer than 99 % of those (chance: 1 %)`),
        ]),
    ...(interventions.length === 0 ? [] : ["* misses its aim"]),
  ];
}

/** One row a label and state: does the intervention show, in all groups, and does it leave alone what it should. */
function effectivenessText({ judge, interventions }: ImageEvaluation): string[] {
  return section(
    `do(X = x), as it is read (aims: read at least ${aims.effectiveness}, worst group at least ${aims.groups}, shift of what X does not cause at most ${aims.shift})`,
    ["X = x", "judge right", "x read", "95 %", "worst group, both read", "", "largest shift", ""],
    interventions.map(({ node, state, effectiveness, groups, others }) => {
      const worst = groups.toSorted((a, b) => a.both.value - b.both.value)[0];
      const kept = others.filter(({ descendant }) => !descendant);
      const shifted = kept.toSorted((a, b) => Math.abs(b.shift.value) - Math.abs(a.shift.value))[0];
      return [
        given({ node, state }),
        three(judge.accuracy?.[node]?.value),
        against(three(effectiveness.value), effectiveness.value >= aims.effectiveness),
        interval(effectiveness),
        worst === undefined ? "-" : against(three(worst.both.value), worst.both.value >= aims.groups),
        worst === undefined ? "" : `${given(worst)} (${worst.both.n})`,
        shifted === undefined
          ? "-"
          : against(
              `${shifted.shift.value >= 0 ? "+" : ""}${three(shifted.shift.value)}`,
              Math.abs(shifted.shift.value) <= aims.shift,
            ),
        shifted === undefined ? "" : named(shifted),
      ];
    }),
  );
}

/** What is read under do() beside what the model says: rows are interventions, columns labels. */
function marginalsText({ interventions }: ImageEvaluation): string[] {
  const states = new Map(interventions.flatMap(({ others }) => others.map((other) => [named(other), other] as const)));
  if (states.size > 12) return [];
  const names = [...states.keys()];
  const short = names.map((name) => (name.length > 10 ? `${name.slice(0, 9)}.` : name));
  return section(
    "shares of pictures on which each label is read, after do(X = x); in brackets what the model says",
    ["X = x", ...short],
    interventions.map(({ node, state, others }) => [
      given({ node, state }),
      ...names.map((name) => {
        const other = others.find((each) => named(each) === name);
        if (other === undefined) return "";
        const exact = other.exact === null ? "" : ` (${other.exact.toFixed(2)})`;
        return `${other.read.value.toFixed(2)}${exact}`;
      }),
    ]),
  );
}
