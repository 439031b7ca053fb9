/**
 * The programs of the benchmark: the graph G1 over nine labels with an image below, trained by a regime at a size that is
 * asked for. What the peers do not do is switched off: averages, balanced rows, labels under do(), falling rates.
 */

export type Kind = "controller" | "causalgan" | "causalbegan" | "faces_began";

/** What both sides build: `size` pixels a side, `width` channels in the widest map of the first layer. */
export interface Sizes {
  readonly size: 32 | 64 | 128;
  readonly width: number;
  readonly batch: number;
}

const g1 = `
  sample Young               : bool ~ neural()
  sample Male                : bool ~ neural()
  sample Eyeglasses          : bool ~ neural(Young)
  sample Bald                : bool ~ neural(Male, Young)
  sample Mustache            : bool ~ neural(Male, Young)
  sample Smiling             : bool ~ neural(Male, Young)
  sample Wearing_Lipstick    : bool ~ neural(Male, Young)
  sample Mouth_Slightly_Open : bool ~ neural(Young, Smiling)
  sample Narrow_Eyes         : bool ~ neural(Male, Young, Smiling)`;

export const labels = [...g1.matchAll(/sample (\w+)/g)].map(([, name]) => name!);

const plain = `average = 0, balance = 0, interventions = 0`;

interface Parts {
  /** the file of its networks */
  readonly imported: string;
  readonly network: string;
  /** length of the generator's noise */
  readonly noise: number;
  /** the train statement without its data, steps and batch */
  readonly train: string;
}

const parts: Readonly<Record<Kind, (sizes: Sizes) => Parts>> = {
  // it does not look at the image
  controller: (sizes) => ({ ...parts.causalgan(sizes), train: `labels with wgan_gp { average = 0, hold = 1` }),
  causalgan: ({ size, width }) => ({
    imported: "stdlib/networks/dcgan.causal",
    network: `dcgan${size === 64 ? "" : size}(width = ${width})`,
    noise: 100,
    train: `Image with causalgan { ${plain}`,
  }),
  causalbegan: ({ size, width }) => ({
    imported: "stdlib/networks/began.causal",
    network: `began${size === 64 ? "" : size}(width = ${width})`,
    noise: 64,
    train: `Image with causalbegan { ${plain}`,
  }),
  // the networks and the label loss of examples/faces/began.causal
  faces_began: ({ width }) => ({
    imported: "networks.causal",
    network: `face_began(width = ${width})`,
    noise: 32,
    train: `Image with causalbegan { ${plain}, label_loss = "cross_entropy", encoder = face_encoder(width = ${width}),
    decoder = face_decoder(width = ${width}), labeler = face_labeler(units = 9)`,
  }),
};

/** A program that lies beside the networks of examples/faces. An image needs labels that are learned: they are counted first. */
export function programText(kind: Kind, sizes: Sizes, { steps, rows }: { steps: number; rows: number }): string {
  const { imported, network, noise, train } = parts[kind](sizes);
  const { size, batch } = sizes;
  return `import "${imported}"
model Bench {${g1}
  image Image : rgb(${size}, ${size}) ~ generator(${labels.join(", ")}) { network = ${network}, noise = ${noise} }
}
data seen = faces(n = ${rows}, size = ${size}, seed = 1)
${kind === "controller" ? "" : "train Bench.labels with cpt { data = seen }\n"}train Bench.${train}, data = seen, seed = 1, steps = ${steps}, batch = ${batch} }
`;
}
