/** `upsample` and `avgpool`: larger and smaller maps without weights. */
import { averagePool, upsampleNearest } from "#compiler/tensor/compose";
import type { Layer } from "#compiler/vocabulary";
import { printShape } from "#lang/types/type";
import { numberArgument } from "./arguments.ts";
import { isProblem, mapShape } from "./feature-shape.ts";

/** Nearest neighbour: [h, w, c] -> [h * factor, w * factor, c]. */
export const upsample: Layer = {
  name: "upsample",
  inputs: 1,
  parameters: [{ name: "factor", kind: "int", default: 2, range: [1, 1024], doc: "how many times larger" }],
  doc: "Repeats every pixel `factor` times in both directions.",
  shape([input], args) {
    const map = mapShape(input!);
    if (isProblem(map)) return map;
    const factor = numberArgument(args, "factor");
    return { shape: [map.height && map.height * factor, map.width && map.width * factor, map.channels] };
  },
  lower({ builder }, [x], args) {
    return upsampleNearest(builder, x!, numberArgument(args, "factor"));
  },
};

/** Mean of disjoint squares: [h, w, c] -> [h / size, w / size, c]. */
export const avgpool: Layer = {
  name: "avgpool",
  inputs: 1,
  parameters: [{ name: "size", kind: "int", default: 2, range: [1, 1024], doc: "side of the squares" }],
  doc: "Mean over disjoint squares of `size` x `size` pixels.",
  shape([input], args) {
    const map = mapShape(input!);
    if (isProblem(map)) return map;
    const size = numberArgument(args, "size");
    if ([map.height, map.width].some((n) => n !== null && n % size !== 0)) {
      return { problem: `squares of ${size} x ${size} do not tile a map ${printShape(input!)}` };
    }
    return { shape: [map.height && map.height / size, map.width && map.width / size, map.channels] };
  },
  lower({ builder }, [x], args) {
    return averagePool(builder, x!, numberArgument(args, "size"));
  },
};
