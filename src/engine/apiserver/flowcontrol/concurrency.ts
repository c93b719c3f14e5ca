/** What one level asks for, and between which bounds it may get it. `target` is at least `lower`. */
export interface Claim {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

const MIN_TARGET = 0.001;

/**
 * Shares `required` seats out: each level gets the same proportion of its target, cut to its bounds (KEP-1040, borrowing).
 * Undefined where the bounds do not allow that sum.
 */
export function shareOut(required: number, claims: readonly Claim[]): { shares: number[]; proportion: number } | undefined {
  const targets = claims.map(({ target }) => Math.max(target, MIN_TARGET));
  const at = (proportion: number): number[] =>
    claims.map(({ lower, upper }, i) => Math.max(lower, Math.min(upper, proportion * (targets[i] as number))));
  const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);
  if (sum(claims.map(({ lower }) => lower)) > required + 1e-7 || sum(claims.map(({ upper }) => upper)) < required - 1e-7) return undefined;
  // The sum grows with the proportion, in straight pieces between the places where a level meets a bound.
  const bends = claims
    .flatMap(({ lower, upper }, i) => [lower / (targets[i] as number), upper / (targets[i] as number)])
    .sort((a, b) => a - b);
  let below = 0;
  for (const bend of bends) {
    const reached = sum(at(bend));
    if (reached < required) {
      below = bend;
      continue;
    }
    const before = sum(at(below));
    const proportion = reached === before ? bend : below + ((required - before) / (reached - before)) * (bend - below);
    return { shares: at(proportion), proportion };
  }
  return { shares: at(below), proportion: below };
}
