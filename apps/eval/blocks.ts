/**
 * An evaluation as titled tables: the numbers that decide, each beside its aim or its floor. The text of `causal eval` and the
 * report print these; all numbers are in the JSON.
 */
import {
  aims,
  type Effect,
  type Estimate,
  type Evaluation,
  type ImageEvaluation,
  type LabelEvaluation,
} from "./evaluation.ts";

/** Pairs of labels that are shown. */
const shownPairs = 8;

/** A table, or some sentences where it has no rows. */
export interface Block {
  readonly title: string;
  /** how to read it */
  readonly note: string;
  readonly header: readonly string[];
  /** a cell that ends in ` *` misses its aim */
  readonly rows: readonly (readonly string[])[];
}

export interface Chapter {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export function chaptersOf({ labels, images, leftOut }: Evaluation): readonly Chapter[] {
  return [
    ...(labels === null ? [] : [{ title: "Labels", blocks: labelBlocks(labels) }]),
    ...images.map((image) => ({ title: image.image, blocks: imageBlocks(image) })),
    ...(leftOut.length === 0
      ? []
      : [{ title: "Left out", blocks: [{ title: "", note: leftOut.join("\n"), header: [], rows: [] }] }]),
  ];
}

/** One line about the whole. */
export function leadOf({ run, model, samples, seed, images }: Evaluation): string {
  const drawn = images.length === 0 ? "" : `, ${samples.toLocaleString("en")} pictures a row`;
  return `${run}: ${model}${drawn}, seed ${seed}. Intervals are of 95 %.`;
}

const three = (value: number | null | undefined) => (value == null || Number.isNaN(value) ? "-" : value.toFixed(3));
const four = (value: number) => value.toFixed(4);
const interval = ({ low, high }: Estimate) => `${low.toFixed(3)} to ${high.toFixed(3)}`;
/** Marks what misses its aim. */
const against = (text: string, well: boolean) => (well ? text : `${text} *`);

/** None where there are no rows. */
function section(
  title: string,
  note: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly Block[] {
  return rows.length === 0 ? [] : [{ title, note, header, rows }];
}

/** The share that is named: of a bool the node alone, which is true. */
const named = ({ node, state }: { readonly node: string; readonly state: string }) =>
  state === "true" ? node : `${node} = ${state}`;
const given = ({ node, state }: { readonly node: string; readonly state: string }) => `${node} = ${state}`;

function labelBlocks({ distances, combinations, data, crosstabs, effects }: LabelEvaluation): readonly Block[] {
  const worst = [...crosstabs].sort((a, b) => b.tvd - a.tvd).slice(0, 5);
  return [
    ...section(
      `distance to ${data}`,
      `Total variation over ${combinations.toLocaleString("en")} combinations; 0 is best. As the original: combinations that the data lack do not count. Floor: what chance alone shows in so many rows.`,
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
      "pairs that the model gets least right",
      `Total variation of the joint tables of two labels, of ${crosstabs.length} pairs.`,
      ["", "total variation"],
      worst.map(({ nodes, tvd }) => [nodes.join(", "), four(tvd)]),
    ),
    ...effectBlocks(effects),
  ];
}

function effectBlocks(effects: readonly Effect[]): readonly Block[] {
  const gap = ({ seen, done }: Effect) => Math.abs((seen ?? done) - done);
  const shown = effects
    .filter(({ cause }) => cause.state !== "false")
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, shownPairs);
  const truth = shown.some(({ trueDone }) => trueDone !== null);
  const counted = shown.some(({ data }) => data !== null);
  return section(
    "seeing and doing, where they differ most",
    `Of ${effects.length} effects; the model exactly.`,
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

function imageBlocks(evaluation: ImageEvaluation): readonly Block[] {
  const { image, shape, judge, readLabels, distances, diversity, rare, nearest } = evaluation;
  const whose = judge.origin === "program" ? "the run's classifier" : "a classifier trained for this";
  const assessed = judge.assessedOn === null ? "its accuracy is not known" : `accuracy on ${judge.assessedOn}`;
  return [
    {
      title: "the judge",
      note: `${image} [${shape.join(", ")}] is read by ${whose} (${judge.trainedOn}, ${judge.steps} steps; ${assessed}).`,
      header: [],
      rows: [],
    },
    ...section(
      "labels read off the pictures",
      "Total variation between the labels that are read and the model's; floor: what chance alone shows.",
      ["pictures", "distance", "floor"],
      readLabels === null ? [] : [[String(readLabels.n), four(readLabels.tvd), four(readLabels.floor)]],
    ),
    ...effectivenessBlocks(evaluation),
    ...marginalBlocks(evaluation),
    ...section(
      "distance to real pictures",
      `On ${judge.width} features of the judge. Floor, and real: the same of two sets of real pictures.`,
      ["", "n", "FID", "floor", "KID x 1000", "+-", "floor", "precision", "real", "recall", "real"],
      distances.map(({ pictures, n, fid, fidFloor, kid, kidError, kidFloor, ...covered }) => [
        pictures,
        String(n),
        fid.toFixed(2),
        fidFloor?.toFixed(2) ?? "-",
        (1000 * kid).toFixed(2),
        (1000 * kidError).toFixed(2),
        kidFloor === null ? "-" : (1000 * kidFloor).toFixed(2),
        three(covered.precision.value),
        three(covered.precisionReal?.value),
        three(covered.recall.value),
        three(covered.recallReal?.value),
      ]),
    ),
    ...section(
      "diversity within a label",
      "Mean distance of two pictures, and its ratio to that of real ones (aim: 1). Real: the ratio of two sets of real pictures.",
      ["given", "n", "pixels", "ratio", "95 %", "real", "features", "ratio", "95 %", "real"],
      diversity
        .filter(({ state }) => state !== "false")
        .map(({ n, pixels, features, ...label }) => [
          given(label),
          String(n),
          ...[pixels, features].flatMap((one) => [
            three(one.drawn.value),
            three(one.ratio?.value),
            one.ratio === null ? "-" : interval(one.ratio),
            three(one.ratioReal?.value),
          ]),
        ]),
    ),
    ...section(
      "rare combinations of labels",
      "Named are labels that are not false. A ratio near 0 is a collapse. Real: as above.",
      ["labels", "in the data", "all read", "pixels", "ratio", "95 %", "real"],
      rare.map(({ states, share, allRead, pixels }) => [
        Object.entries(states)
          .filter(([, state]) => state !== "false")
          .map(([node, state]) => named({ node, state }))
          .join(" ") || "(all false)",
        `${(100 * share).toFixed(3)} %`,
        three(allRead.value),
        three(pixels.drawn.value),
        three(pixels.ratio?.value),
        pixels.ratio === null ? "-" : interval(pixels.ratio),
        three(pixels.ratioReal?.value),
      ]),
    ),
    ...section(
      "nearest training pictures",
      "Median distance of a drawn picture and of real ones not trained on; copies are drawn pictures nearer than 99 % of those (chance: 0.010).",
      ["searched", "n", "drawn", "real", "copies", "95 %"],
      nearest === null
        ? []
        : [
            [
              nearest.searched.toLocaleString("en"),
              String(nearest.n),
              three(nearest.drawnMedian),
              three(nearest.realMedian),
              three(nearest.copies?.value),
              nearest.copies === null ? "-" : interval(nearest.copies),
            ],
          ],
    ),
  ];
}

/** One row a label and state: does the intervention show, in all groups, and does it leave alone what it should. */
function effectivenessBlocks({ judge, interventions }: ImageEvaluation): readonly Block[] {
  return section(
    "do(X = x), as it is read off the pictures",
    `Aims: x read at least ${aims.effectiveness}; both labels read in each group of pictures at least ${aims.groups}; what X does not cause shifts by at most ${aims.shift}. * misses its aim.`,
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
function marginalBlocks({ interventions }: ImageEvaluation): readonly Block[] {
  const states = new Map(interventions.flatMap(({ others }) => others.map((other) => [named(other), other] as const)));
  if (states.size > 12) return [];
  const names = [...states.keys()];
  const short = names.map((name) => (name.length > 10 ? `${name.slice(0, 9)}.` : name));
  return section(
    "shares of pictures on which each label is read, after do(X = x)",
    "In brackets what the model says.",
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
