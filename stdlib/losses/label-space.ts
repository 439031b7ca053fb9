/**
 * What a labeler says: each label by itself, or all of them together as one label with a state for each combination. CausalGAN's
 * theorem 1 needs the latter where labels are not functions of the image (Kocaoglu et al. 2018, section 5.2.3).
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { oneMinus } from "#compiler/tensor/compose";
import { RuntimeFault } from "#runtime/fault";
import type { ColumnGroup } from "./cross-entropy.ts";

export interface LabelSpace {
  /** outputs of a labeler */
  readonly width: number;
  readonly groups: readonly ColumnGroup[];
  /** [batch, columns of the labels] -> [batch, width]; probabilities of labels become those of this space */
  encode(b: Builder, labels: Value): Value;
}

/** More combinations than this are taken for a mistake. */
const most = 4096;

export function separateLabels(groups: readonly ColumnGroup[]): LabelSpace {
  return { width: groups.reduce((sum, { size }) => sum + size, 0), groups, encode: (_, labels) => labels };
}

/** The last label is fastest. Throws a `bad-data` fault where a label is real or there are too many combinations. */
export function jointLabels(groups: readonly ColumnGroup[]): LabelSpace {
  if (groups.some(({ kind }) => kind === "real")) {
    throw new RuntimeFault(
      "bad-data",
      "a joint labeler reads combinations of states, and a label of the image is a real number",
      "leave out `joint_labeler`, or draw the image from discrete labels only",
    );
  }
  const sizes = groups.map(({ kind, size }) => (kind === "bool" ? 2 : size));
  const width = sizes.reduce((product, size) => product * size, 1);
  if (width > most) {
    throw new RuntimeFault(
      "memory",
      `a joint labeler of these labels has ${width} outputs, more than ${most}`,
      "leave out `joint_labeler`: labels are then read one by one",
    );
  }
  return {
    width,
    groups: [{ start: 0, size: width, kind: "states" }],
    encode(b, labels) {
      const batch = labels.shape[0]!;
      const states = groups.map(({ start, size, kind }) => {
        const columns = b.slice(labels, [0, start], [batch, start + size]);
        return kind === "bool" ? b.concat([oneMinus(b, columns), columns], 1) : columns;
      });
      return states.reduce((all, next) => {
        const [rows, more] = [all.shape[1]!, next.shape[1]!];
        return b.reshape(b.mul(b.reshape(all, [batch, rows, 1]), b.reshape(next, [batch, 1, more])), [
          batch,
          rows * more,
        ]);
      });
    },
  };
}
