/** Distributions of the vocabulary with their arguments checked: whatever is used downstream is a distribution. */
import type { Words } from "../causal/evaluate.ts";
import type { Distribution } from "../vocabulary.ts";

const sumTolerance = 1e-6;

/** The word for a distribution; the front end has checked that there is one. */
export function wordOf(words: Words, name: string): Distribution {
  const word = words.distributions.get(name);
  if (word === undefined) throw new Error(`internal: no distribution named ${name}`);
  return word;
}

/** What is wrong with the arguments of a continuous family, or null. */
export function checkArguments(word: Distribution, args: readonly number[]): string | null {
  for (const [i, parameter] of word.parameters.entries()) {
    const value = args[i];
    const [low, high] = parameter.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (value === undefined || !(value >= low && value <= high)) return `its ${parameter.name} is ${value}`;
  }
  // catches what no single range can, such as bounds in the wrong order
  const mean = word.mean(args);
  if (mean !== null && Number.isFinite(mean) && !(word.logDensity(mean, args) > Number.NEGATIVE_INFINITY)) {
    return `its arguments are ${args.join(", ")}`;
  }
  return null;
}

/**
 * Writes the probabilities of the states into `target`, normalised, or says what is wrong with them. Families on
 * integers are cut off at the range of the node, so theirs may sum to less than one.
 */
export function fillMass(word: Distribution, args: readonly number[], target: Float64Array): string | null {
  if (word.mass === null) throw new Error(`internal: ${word.name} is not discrete`);
  target.set(word.mass(args, target.length));
  let sum = 0;
  for (const entry of target) {
    if (!(entry >= -sumTolerance)) return `a probability is ${entry}`;
    sum += entry;
  }
  if (!(sum > 0) || sum > 1 + sumTolerance || (word.support !== "int" && sum < 1 - sumTolerance)) {
    return `its probabilities sum to ${sum}`;
  }
  for (let state = 0; state < target.length; state++) target[state] = Math.max(0, target[state]!) / sum;
  return null;
}
