/** All layers by name: one row a word. */
import type { Layer } from "#compiler/vocabulary";
import { elu, lrelu, relu, sigmoid, softplus, tanh } from "./activations.ts";
import { add } from "./add.ts";
import { batchnorm } from "./batchnorm.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { deconv } from "./deconv.ts";
import { dense } from "./dense.ts";
import { instancenorm } from "./instancenorm.ts";
import { minibatchFeatures } from "./minibatch-features.ts";
import { dropout, gaussianNoise } from "./noise.ts";
import { avgpool, upsample } from "./resample.ts";
import { flatten, reshape } from "./reshape.ts";
import { scale } from "./scale.ts";

const rows: readonly Layer[] = [
  dense,
  conv,
  deconv,
  batchnorm,
  instancenorm,
  relu,
  lrelu,
  elu,
  tanh,
  sigmoid,
  softplus,
  reshape,
  flatten,
  concat,
  add,
  scale,
  upsample,
  avgpool,
  dropout,
  gaussianNoise,
  minibatchFeatures,
];

export const layers: ReadonlyMap<string, Layer> = new Map(rows.map((row) => [row.name, row]));
