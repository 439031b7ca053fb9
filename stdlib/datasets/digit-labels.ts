/** The labels of `mnist` that are read off its pictures: classes of thickness and slant. How both are measured is in `digit-shape.ts`. */
import type { Column } from "./dataset.ts";
import { type GrayPicture, slant, strokeThickness } from "./digit-shape.ts";

/** Pixels of a 28 x 28 digit: `medium` from the first on, `thick` from the second on. */
export const thicknessBounds: readonly number[] = [2.25, 3];
/** Degrees: `upright` from the first on, `right` from the second on. */
export const slantBounds: readonly number[] = [-10, 10];

export const thicknessStates: readonly string[] = ["thin", "medium", "thick"];
export const slantStates: readonly string[] = ["left", "upright", "right"];

/** The columns Thickness and Slant of `rows` pictures. They are measured when they are first asked for: a second or two for 10,000. */
export function shapeColumns(
  rows: number,
  picture: (row: number) => GrayPicture,
): readonly (readonly [string, Column])[] {
  const column = (states: readonly string[], measure: (of: GrayPicture) => number, bounds: readonly number[]) => {
    let known: Uint8Array | null = null;
    return {
      kind: "states" as const,
      states,
      get values() {
        known ??= Uint8Array.from({ length: rows }, (_, row) => classOf(measure(picture(row)), bounds));
        return known;
      },
    };
  };
  return [
    ["Thickness", column(thicknessStates, strokeThickness, thicknessBounds)],
    ["Slant", column(slantStates, slant, slantBounds)],
  ];
}

/** How many of the ascending bounds a value reaches. */
export function classOf(value: number, bounds: readonly number[]): number {
  return bounds.filter((bound) => value >= bound).length;
}
