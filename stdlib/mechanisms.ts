/** The mechanisms that are learned: their words and settings. How they are trained is up to the regimes. */
import type { MechanismSignature } from "#lang/types/signature";

const rows: readonly MechanismSignature[] = [
  {
    name: "neural",
    on: "discrete",
    settings: [
      {
        name: "hidden",
        kind: "ints",
        default: [32, 32],
        range: [1, 65536],
        doc: "lengths of the hidden layers, from the parents to the probabilities",
      },
    ],
    doc: "P(node | parents) as a small network of the parents; the states of the node are its outputs.",
  },
  {
    name: "generator",
    on: "image",
    settings: [
      {
        name: "network",
        kind: "network",
        doc: "the network that draws the image from (noise, parents)",
      },
      { name: "noise", kind: "int", default: 100, range: [1, 65536], doc: "length of the exogenous noise vector" },
    ],
    doc: "An image drawn by a network from exogenous noise and the parents.",
  },
];

export const mechanisms: ReadonlyMap<string, MechanismSignature> = new Map(rows.map((row) => [row.name, row]));
