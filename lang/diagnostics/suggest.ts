/** "Did you mean": the nearest of some names. How a suggestion is worded is up to the catalogue. */

/**
 * Damerau-Levenshtein distance (optimal string alignment): the least number of insertions, deletions, substitutions
 * and swaps of neighbours that turn `a` into `b`.
 */
export function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substituted, last[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** How many typing errors we forgive in a name of this length: one in three letters, at most three. */
function tolerance(length: number): number {
  return Math.min(3, Math.floor((length + 1) / 3));
}

/**
 * The candidate that `name` most likely means, or null where none is near. A difference in case alone always counts
 * as near. Of equally near candidates the first one wins.
 */
export function closest(name: string, candidates: Iterable<string>): string | null {
  const lower = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = tolerance(name.length) + 1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > 3) continue;
    const sameLetters = candidate.toLowerCase() === lower;
    const far = sameLetters ? 0.5 : distance(name, candidate);
    if (far < bestDistance) [best, bestDistance] = [candidate, far];
  }
  return best;
}
