/** What an evaluation will cost, said before it is paid: a few pictures are drawn and timed. */

export interface Work {
  /** regimes that are drawn */
  readonly regimes: number;
  readonly samples: number;
  /** channels x height x width */
  readonly pictureSize: number;
  /** numbers of features of a picture */
  readonly width: number;
  /** training steps of a judge times its batch; 0 where there is one */
  readonly judged: number;
  /** training pictures that are searched for copies */
  readonly searched: number;
  /** whether drawn pictures are compared with real ones */
  readonly compared: boolean;
  readonly reported: boolean;
}

export interface Cost {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Seconds a picture, measured on a few of them. */
export interface Pace {
  /** to draw one; the judge reads one in about the same time */
  readonly drawn: number;
  /** to make or decode a real one; 0 where there are none */
  readonly real: number;
}

/** Multiplications that the metrics do in a second, measured on one core of a server: for an order of magnitude. */
const flops = 2e9;
/** Numbers of a thumbnail in the search for copies. */
const thumbnail = 200;
/** Pictures whose nearest ones are searched, and training pictures that are looked at for one, in our experience. */
const [searches, looks] = [400, 64];

export function costOf(work: Work, pace: Pace): Cost {
  const { regimes, samples, pictureSize, width, judged, searched, compared, reported } = work;
  const drawing = regimes * samples * 2 * pace.drawn;
  // half of the regimes are compared, with twice as many real pictures, which are made and read
  const real = compared ? (regimes / 2) * 2 * samples * (pace.real + pace.drawn) : 0;
  // singular values take about 8 sweeps of 5 n^3; kernels are of 250 rows a side in ten subsets
  const distances = 2 * 8 * 5 * width ** 3 + 2 * 10 * 3 * 250 ** 2 * width + 4 * Math.min(samples, 500) ** 2 * width;
  const comparing = compared ? ((regimes / 2) * distances) / flops : 0;
  // forward and backward cost three times the forward pass
  const training = 3 * judged * pace.drawn;
  const searching =
    searched === 0
      ? 0
      : searched * pace.real +
        (searches * (searched * thumbnail + looks * pictureSize) + searched * pictureSize) / flops;
  return {
    seconds: drawing + real + comparing + training + searching,
    memoryBytes: 2e8 + 4 * samples * (4 * pictureSize + regimes * width) + searched * (pictureSize + 8 * thumbnail),
    diskBytes: (judged > 0 ? 2e6 : 0) + (reported ? 1.35 * pictureSize * (37 * regimes + 1100) : 0),
  };
}
