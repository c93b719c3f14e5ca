/** What several evaluations may cost together. */
export interface Budget {
  left: number;
}

/** What one expression may cost (`PerCallLimit`). */
export const CALL_COST = 1_000_000;
/** What all expressions of a policy or of a custom resource may cost (`RuntimeCELCostBudget`). */
export const REQUEST_COST = 10 * CALL_COST;
/** The same for the conditions that decide whether something is looked at (`RuntimeCELCostBudgetMatchConditions`). */
export const CONDITIONS_COST = 2_500_000;
/** One expression was too expensive. */
export const OVER_LIMIT = 'operation cancelled: actual cost limit exceeded';
/** All together were. */
export const OVER_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';
