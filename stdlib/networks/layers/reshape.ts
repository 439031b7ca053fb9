/** `reshape` and `flatten`: the same numbers as a vector or as a map. */
import type { Layer } from "#compiler/vocabulary";
import type { Constants, Parameter } from "#lang/types/signature";
import { type FeatureShape, printShape } from "#lang/types/type";
import { numberArgument, optionalNumber } from "./arguments.ts";
import { elementCount } from "./feature-shape.ts";

function size(name: string, rest: Partial<Parameter>): Parameter {
  return { name, kind: "int", range: [1, 2 ** 24], doc: "", ...rest };
}

/** [n] for `reshape(n)`, [h, w, c] for `reshape(h, w, c)`, null for anything else. */
function target(args: Constants): readonly number[] | null {
  const height = numberArgument(args, "height");
  const width = optionalNumber(args, "width");
  const channels = optionalNumber(args, "channels");
  if (width === null && channels === null) return [height];
  return width === null || channels === null ? null : [height, width, channels];
}

/** Maps are read channel by channel, each in rows: reshape undoes flatten. */
export const reshape: Layer = {
  name: "reshape",
  inputs: 1,
  parameters: [
    size("height", { doc: "height of the map, or the length of a vector" }),
    size("width", { default: null, doc: "width of the map" }),
    size("channels", { default: null, doc: "channels of the map" }),
  ],
  doc: "The same numbers as a map `reshape(height, width, channels)` or a vector `reshape(n)`.",
  shape([input], args) {
    const shape = target(args);
    if (shape === null) {
      return {
        problem: "it takes one size or three, not two",
        help: "write reshape(n) or reshape(height, width, channels)",
      };
    }
    const have = elementCount(input!);
    const want = elementCount(shape);
    if (have === null || have === want) return { shape };
    return {
      problem: `${printShape(input!)} has ${have} numbers, ${printShape(shape)} needs ${want}`,
      help: "a reshape keeps the number of elements",
    };
  },
  lower({ builder }, [x], args) {
    const [height, width, channels] = target(args)!;
    const batch = x!.shape[0]!;
    return builder.reshape(x!, width === undefined ? [batch, height!] : [batch, channels!, height!, width]);
  },
};

export const flatten: Layer = {
  name: "flatten",
  inputs: 1,
  parameters: [],
  doc: "The numbers of a map as one vector.",
  shape: ([input]): { shape: FeatureShape } => ({ shape: [elementCount(input!)] }),
  lower: ({ builder }, [x]) => builder.reshape(x!, [x!.shape[0]!, -1]),
};
