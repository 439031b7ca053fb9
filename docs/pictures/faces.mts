/** Draws `faces.png`: a few generated faces with each attribute changed alone. Run: npx tsx -C source docs/pictures/faces.mts */
import { writeFileAtomic } from "#apps/files/atomic";
import { imageGrid } from "#apps/files/grid";
import { encodePng } from "#apps/files/images";
import { createFaces } from "#stdlib/datasets/faces/faces";
import { attributes } from "#stdlib/datasets/faces/labels";

const size = 64;
const faces = createFaces({ rows: 6, size, seed: 4, labels: "uniform" });
const plain = Object.fromEntries(attributes.map((attribute) => [attribute, 0]));
const rows = Array.from({ length: faces.rows }, (_, row) => {
  const base = { ...plain, Young: 1, Male: row % 2, Smiling: row < 3 ? 1 : 0 };
  const toggled = attributes.map((attribute) => ({ ...base, [attribute]: 1 - base[attribute] }));
  return { caption: "", images: [base, ...toggled].map((labels) => faces.counterfactualFace(row, labels)) };
});
const title = `as drawn, then changed: ${attributes.join(", ").replaceAll("_", " ")}`;
const png = await encodePng(
  imageGrid({ rows: [{ ...rows[0]!, caption: title }, ...rows.slice(1)], size, channels: 3 }),
);
await writeFileAtomic(new URL("./faces.png", import.meta.url).pathname, png);
