/** `concat`: vectors end to end, maps channel on channel, and vectors spread over maps. */
import type { Layer } from "#compiler/vocabulary";
import { printShape } from "#lang/types/type";

type Dimension = number | null;

function total(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce((sum, dim) => (sum === null || dim === null ? null : sum + dim), 0);
}

/** null where the two are known and differ; else the one that is known. */
function agree(a: Dimension, b: Dimension): { readonly size: Dimension } | null {
  return a !== null && b !== null && a !== b ? null : { size: a ?? b };
}

/**
 * [n], [m] -> [n + m]; [h, w, c], [h, w, d] -> [h, w, c + d]. A vector beside a map becomes constant channels: each of
 * its numbers is tiled over height and width.
 */
export const concat: Layer = {
  name: "concat",
  inputs: null,
  parameters: [],
  doc: "Puts vectors end to end and maps channel on channel; a vector beside a map is tiled over it.",
  shape(inputs) {
    const maps = inputs.filter((shape) => shape.length === 3);
    const [first] = maps;
    if (first === undefined) return { shape: [total(inputs.map((shape) => shape[0]!))] };
    let height: Dimension = first[0]!;
    let width: Dimension = first[1]!;
    for (const map of maps) {
      const rows = agree(height, map[0]!);
      const columns = agree(width, map[1]!);
      if (rows === null || columns === null) {
        return {
          problem: `maps of one height and width are needed, but they are ${printShape(first)} and ${printShape(map)}`,
          help: "bring them to one size first, with a stride, `upsample` or `avgpool`",
        };
      }
      height = rows.size;
      width = columns.size;
    }
    return { shape: [height, width, total(inputs.map((shape) => shape.at(-1)!))] };
  },
  lower({ builder }, inputs) {
    const map = inputs.find((x) => x.shape.length === 4);
    if (map === undefined) return builder.concat(inputs, 1);
    const [, , height, width] = map.shape;
    const spread = inputs.map((x) => {
      if (x.shape.length === 4) return x;
      const [batch, n] = x.shape;
      return builder.broadcastTo(builder.reshape(x, [batch!, n!, 1, 1]), [batch!, n!, height!, width!]);
    });
    return builder.concat(spread, 1);
  },
};
