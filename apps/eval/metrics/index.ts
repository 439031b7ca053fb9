/** The metrics of an evaluation, one row each: what the number is, which way is better, and where it is from. */

export interface Metric {
  readonly title: string;
  readonly better: string;
  readonly definition: string;
  readonly source: string;
}

export const metrics = {
  totalVariation: {
    title: "label distance",
    better: "lower, down to the floor",
    definition: "half the sum of |P(labels) - share of labels| over all combinations",
    source: "total variation; the variant `as the original` is that of the released CausalGAN",
  },
  samplingFloor: {
    title: "floor",
    better: "-",
    definition: "the same number between two samples of the truth: what chance alone shows",
    source: "-",
  },
  effectiveness: {
    title: "x read",
    better: "higher, at least 0.95",
    definition: "share of pictures under do(X = x) on which a classifier reads x",
    source: "Monteiro et al. 2023, arXiv 2303.01274",
  },
  shift: {
    title: "shift",
    better: "near 0, at most 0.03",
    definition: "(read - drawn) under do() minus (read - drawn) without it, for a label that X does not cause",
    source: "-",
  },
  fid: {
    title: "FID",
    better: "lower, down to the floor",
    definition: "Fréchet distance of two normals fitted to the judge's features; not comparable with FID on Inception",
    source: "Heusel et al. 2017, arXiv 1706.08500",
  },
  kid: {
    title: "KID",
    better: "lower, down to 0",
    definition: "unbiased squared maximum mean discrepancy, cubic kernel, with its standard error over subsets",
    source: "Bińkowski et al. 2018, arXiv 1801.01401",
  },
  coverage: {
    title: "precision, recall",
    better: "higher, up to that of real pictures",
    definition: "shares of drawn pictures among real ones, and of real ones among drawn ones, by the third neighbour",
    source: "Kynkäänniemi et al. 2019, arXiv 1904.06991",
  },
  diversity: {
    title: "diversity",
    better: "ratio near 1",
    definition: "mean distance of two pictures of a label, in pixels and in features, beside that of real ones",
    source: "Zhu et al. 2017, arXiv 1711.11586, with other distances than LPIPS",
  },
  nearest: {
    title: "copies",
    better: "near 0.01",
    definition: "share of drawn pictures nearer to a training picture than 99 % of real pictures not trained on",
    source: "-",
  },
} as const satisfies Readonly<Record<string, Metric>>;
