/**
 * The whole vocabulary of the standard library: every layer, distribution, mechanism, regime, data set and function by
 * its word. The meaning of each is in a file of its own; the `.causal` networks are files too, which only an
 * application can read.
 */
import type { Vocabulary } from "#compiler/vocabulary";
import { datasets } from "./datasets/index.ts";
import { distributions } from "./distributions/index.ts";
import { functions } from "./functions.ts";
import { mechanisms } from "./mechanisms.ts";
import { layers } from "./networks/layers/index.ts";
import { regimes } from "./regimes/index.ts";

/** The words alone: whoever can read files adds `stdlib/networks/*.causal` as `library`. */
export const vocabulary: Vocabulary = {
  layers,
  distributions,
  mechanisms,
  regimes,
  datasets,
  functions,
  library: new Map(),
};
