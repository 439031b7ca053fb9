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

/** The words alone; `withLibrary` adds the networks that regimes use by name. */
export const vocabulary: Vocabulary = {
  layers,
  distributions,
  mechanisms,
  regimes,
  datasets,
  functions,
  library: new Map(),
};

/** The vocabulary with the texts of `stdlib/networks/*.causal` by path, e.g. "stdlib/networks/dcgan.causal". */
export function withLibrary(library: ReadonlyMap<string, string>): Vocabulary {
  return { ...vocabulary, library };
}
