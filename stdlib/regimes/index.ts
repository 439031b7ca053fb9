/** The regimes of the standard library by name. A regime makes a training plan; the one loop of the runtime runs it. */
import type { Regime } from "#compiler/vocabulary";
import { causalbegan } from "./causalbegan.ts";
import { causalgan } from "./causalgan.ts";
import { classifier } from "./classifier.ts";
import { cpt } from "./cpt.ts";
import { mle } from "./mle.ts";
import { wganGp } from "./wgan-gp.ts";

const rows: readonly Regime[] = [cpt, mle, wganGp, causalgan, causalbegan, classifier];

export const regimes: ReadonlyMap<string, Regime> = new Map(rows.map((row) => [row.name, row]));
