/**
 * Rewriting of estimands by the rules of probability only, so that the value stays: the chain rule, marginals, what a sum
 * does not touch, and what cancels. The graph plays no part here.
 */
import { meet, minus, type Names, sameNames, union } from "./admg.ts";
import { type Estimand, freeNames, isOne, one } from "./estimand.ts";

type Probability = Extract<Estimand, { readonly kind: "probability" }>;

export function product(factors: readonly Estimand[]): Estimand {
  const flat = factors.flatMap((factor) => (factor.kind === "product" ? factor.factors : [factor]));
  return flat.length === 1 ? flat[0]! : { kind: "product", factors: flat };
}

export function sum(over: Names, of: Estimand): Estimand {
  return over.size === 0 ? of : { kind: "sum", over, of };
}

export function fraction(numerator: Estimand, denominator: Estimand): Estimand {
  return isOne(denominator) ? numerator : { kind: "fraction", numerator, denominator };
}

/** An estimand may hold one part many times, so that walking it as a tree would take exponential time. */
const known = new WeakMap<Estimand, Estimand>();

/** The same function of its free names, in fewer words where the rules find some. */
export function simplify(estimand: Estimand): Estimand {
  const before = known.get(estimand);
  if (before !== undefined) return before;
  const after = rewrite(estimand);
  known.set(estimand, after);
  known.set(after, after);
  return after;
}

function rewrite(estimand: Estimand): Estimand {
  switch (estimand.kind) {
    case "probability":
      return estimand.of.size === 0 ? one : estimand;
    case "product":
      return simplifyProduct(estimand.factors.map(simplify));
    case "sum":
      return simplifySum(estimand.over, simplify(estimand.of));
    case "fraction":
      return simplifyFraction(simplify(estimand.numerator), simplify(estimand.denominator));
  }
}

const factorsOf = (estimand: Estimand): readonly Estimand[] =>
  estimand.kind === "product" ? estimand.factors : [estimand];

function simplifyProduct(parts: readonly Estimand[]): Estimand {
  const factors = parts.flatMap(factorsOf);
  if (!factors.some((factor) => factor.kind === "fraction")) return product(joinChains(factors));
  const above = factors.flatMap((factor) => factorsOf(factor.kind === "fraction" ? factor.numerator : factor));
  const below = factors.flatMap((factor) => (factor.kind === "fraction" ? factorsOf(factor.denominator) : []));
  return simplifyFraction(product(joinChains(above)), product(joinChains(below)));
}

/** P(a | b) P(c | a, b) = P(a, c | b), as often as it applies. */
function joinChains(factors: readonly Estimand[]): readonly Estimand[] {
  const rest = [...factors];
  for (let i = 0; i < rest.length; i++) {
    const first = rest[i]!;
    if (first.kind !== "probability") continue;
    const condition = union(first.of, first.given);
    const j = rest.findIndex((other) => other.kind === "probability" && sameNames(other.given, condition));
    if (j === -1 || j === i) continue;
    const joined: Probability = { ...first, of: union(first.of, (rest[j] as Probability).of) };
    rest.splice(Math.max(i, j), 1);
    rest[Math.min(i, j)] = joined;
    // the joined factor may join with any other
    i = -1;
  }
  return rest;
}

function simplifySum(names: Names, body: Estimand): Estimand {
  if (body.kind === "sum" && meet(names, body.over).size === 0) return simplifySum(union(names, body.over), body.of);
  if (body.kind === "fraction" && meet(names, freeNames(body.denominator)).size === 0) {
    return simplifyFraction(simplifySum(names, body.numerator), body.denominator);
  }
  const over = new Set(names);
  let factors = joinChains(factorsOf(body));
  for (;;) {
    const done = [...over].find((name) => isSummedOut(name, factors));
    if (done === undefined) break;
    over.delete(done);
    factors = joinChains(factors.flatMap((factor) => withoutHead(factor, done)));
  }
  const inside = factors.filter((factor) => meet(freeNames(factor), over).size > 0);
  const outside = factors.filter((factor) => !inside.includes(factor));
  if (over.size === 0) return product(outside);
  return product([...outside, sum(over, product(inside))]);
}

/** Whether the name occurs only in front of the bar of a single probability: summing over it leaves the marginal. */
function isSummedOut(name: string, factors: readonly Estimand[]): boolean {
  const users = factors.filter((factor) => freeNames(factor).has(name));
  const [only] = users;
  return users.length === 1 && only!.kind === "probability" && only!.of.has(name);
}

function withoutHead(factor: Estimand, name: string): readonly Estimand[] {
  if (factor.kind !== "probability" || !factor.of.has(name)) return [factor];
  const of = minus(factor.of, new Set([name]));
  return of.size === 0 ? [] : [{ ...factor, of }];
}

function simplifyFraction(numerator: Estimand, denominator: Estimand): Estimand {
  if (numerator.kind === "fraction") {
    const below = simplifyProduct([numerator.denominator, denominator]);
    return simplifyFraction(numerator.numerator, below);
  }
  if (denominator.kind === "fraction") {
    return simplifyFraction(simplifyProduct([numerator, denominator.denominator]), denominator.numerator);
  }
  const above = [...factorsOf(numerator)];
  const below: Estimand[] = [];
  for (const divisor of factorsOf(denominator)) {
    const at = above.findIndex((factor) => quotient(factor, divisor) !== null);
    if (at === -1) below.push(divisor);
    else above.splice(at, 1, quotient(above[at]!, divisor)!);
  }
  return fraction(product(joinChains(above.filter((factor) => !isOne(factor)))), product(below));
}

/** One factor divided by another where the result is a single factor again, else null. */
function quotient(factor: Estimand, divisor: Estimand): Estimand | null {
  if (sameEstimand(factor, divisor)) return one;
  if (factor.kind !== "probability" || divisor.kind !== "probability") return null;
  const rest = minus(factor.of, divisor.of);
  if (rest.size + divisor.of.size !== factor.of.size) return null;
  // P(a, b | c) / P(a | c) = P(b | a, c), and P(a, b | c) / P(a | b, c) = P(b | c)
  if (sameNames(factor.given, divisor.given))
    return { kind: "probability", of: rest, given: union(factor.given, divisor.of) };
  return sameNames(union(factor.given, rest), divisor.given) ? { ...factor, of: rest } : null;
}

/** Whether two estimands are written the same, up to the order of factors. */
export function sameEstimand(a: Estimand, b: Estimand): boolean {
  if (a === b) return true;
  if (a.kind === "probability") return b.kind === a.kind && sameNames(a.of, b.of) && sameNames(a.given, b.given);
  if (a.kind === "sum") return b.kind === a.kind && sameNames(a.over, b.over) && sameEstimand(a.of, b.of);
  if (a.kind === "fraction") {
    return b.kind === a.kind && sameEstimand(a.numerator, b.numerator) && sameEstimand(a.denominator, b.denominator);
  }
  if (b.kind !== "product" || a.factors.length !== b.factors.length) return false;
  const rest = [...b.factors];
  return a.factors.every((factor) => {
    const at = rest.findIndex((other) => sameEstimand(factor, other));
    if (at !== -1) rest.splice(at, 1);
    return at !== -1;
  });
}
