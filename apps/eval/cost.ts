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

/** Multiplications that the metrics do in a second, measured on one core of a server: for an order of magnitude. */
const flops = 4e8;

/** `perPicture` is the time, in seconds, to draw a picture and to read it. */
export function costOf(work: Work, perPicture: number): Cost {
  const { regimes, samples, pictureSize, width, judged, searched, compared, reported } = work;
  // half of the regimes are compared, and real pictures take about the time of drawn ones
  const pictures = samples * regimes * (compared ? 1.5 : 1);
  // cyclic Jacobi takes about 8 sweeps of 6 n^3; two roots and two sets of eigenvalues a regime
  const roots = 4 * 8 * 6 * width ** 3;
  const kernels = 2 * 10 * 2 * 250 ** 2 * width;
  const covers = 4 * Math.min(samples, 500) ** 2 * width;
  const comparing = compared ? ((regimes / 2) * (roots + kernels + covers)) / flops : 0;
  // forward and backward cost three times the forward pass
  const training = 3 * judged * perPicture;
  const searching = (searched * (pictureSize + 200 * 192)) / flops;
  return {
    seconds: pictures * perPicture + training + comparing + searching,
    memoryBytes: 2e8 + 4 * samples * (4 * pictureSize + regimes * width) + searched * (pictureSize + 800),
    diskBytes: (judged > 0 ? 2e6 : 0) + (reported ? 128 * pictureSize * regimes * 1.4 + 1e6 : 0),
  };
}
