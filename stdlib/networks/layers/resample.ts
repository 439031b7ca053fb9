/** `upsample` and `avgpool`: larger and smaller maps without weights. */
import type { Layer } from "#compiler/vocabulary";
import { printShape } from "#lang/types/type";
import { numberSetting } from "../../settings.ts";
import { isProblem, mapShape } from "./feature-shape.ts";

/** Nearest neighbour: [h, w, c] -> [h * factor, w * factor, c]. */
export const upsample: Layer = {
  name: "upsample",
  inputs: 1,
  parameters: [{ name: "factor", kind: "int", default: 2, range: [1, 1024], doc: "how many times larger" }],
  doc: "Repeats every pixel `factor` times in both directions.",
  shape([input], args) {
    const map = mapShape("upsample", input!);
    if (isProblem(map)) return map;
    const factor = numberSetting(args, "factor");
    return { shape: [map.height && map.height * factor, map.width && map.width * factor, map.channels] };
  },
  lower({ builder }, [x], args) {
    const [n, c, h, w] = x!.shape as readonly [number, number, number, number];
    const factor = numberSetting(args, "factor");
    const spread = builder.broadcastTo(builder.reshape(x!, [n, c, h, 1, w, 1]), [n, c, h, factor, w, factor]);
    return builder.reshape(spread, [n, c, h * factor, w * factor]);
  },
};

/** Mean of disjoint squares: [h, w, c] -> [h / size, w / size, c]. */
export const avgpool: Layer = {
  name: "avgpool",
  inputs: 1,
  parameters: [{ name: "size", kind: "int", default: 2, range: [1, 1024], doc: "side of the squares" }],
  doc: "Mean over disjoint squares of `size` x `size` pixels.",
  shape([input], args) {
    const map = mapShape("avgpool", input!);
    if (isProblem(map)) return map;
    const size = numberSetting(args, "size");
    if ([map.height, map.width].some((n) => n !== null && n % size !== 0)) {
      return { problem: `squares of ${size} x ${size} do not tile a map ${printShape(input!)}` };
    }
    return { shape: [map.height && map.height / size, map.width && map.width / size, map.channels] };
  },
  lower({ builder }, [x], args) {
    const [n, c, h, w] = x!.shape as readonly [number, number, number, number];
    const size = numberSetting(args, "size");
    return builder.mean(builder.reshape(x!, [n, c, h / size, size, w / size, size]), [3, 5]);
  },
};
