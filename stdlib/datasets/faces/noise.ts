/** The exogenous noise of a face: everything about its looks that no label decides. Its use is in `render.ts`. */

/** All components are independent and uniform on [-1, 1]; 0 is the average face. */
export const noiseNames = [
  /** from dark (-1) to fair (1) */
  "skin",
  /** from yellowish to reddish */
  "skinWarmth",
  /** from black over brown to blond */
  "hairShade",
  /** from ashen to red */
  "hairRed",
  /** how far the hair stands off the head */
  "hairVolume",
  /** the side to which the fringe falls */
  "parting",
  /** of the hair beside the face */
  "hairLength",
  /** hue of the background, once around the circle */
  "background",
  "backgroundLight",
  /** hue of the shirt, once around the circle */
  "shirt",
  /** where the light comes from */
  "lightX",
  "lightY",
  /** position of the head in the picture */
  "shiftX",
  "shiftY",
  /** rotation of the head, clockwise */
  "tilt",
  "scale",
  "headWidth",
  "eyeSpacing",
  /** from brown over green to blue */
  "eyeColour",
  "browHeight",
  "noseLength",
  "mouthWidth",
  /** from orange over red to purple */
  "lipstickHue",
  /** colour of the frame of glasses */
  "frameHue",
  /** from round to square glasses */
  "frameShape",
] as const;

export type NoiseName = (typeof noiseNames)[number];

/** One number for each of {@link noiseNames}, in that order. */
export type FaceNoise = ArrayLike<number>;

export function sampleNoise(stream: { uniform(): number }): Float32Array {
  return Float32Array.from(noiseNames, () => 2 * stream.uniform() - 1);
}

export function namedNoise(noise: FaceNoise): Record<NoiseName, number> {
  return Object.fromEntries(noiseNames.map((name, i) => [name, noise[i]!])) as Record<NoiseName, number>;
}
