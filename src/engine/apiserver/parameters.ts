import { badRequest } from '../api/errors.ts';
import { first } from './route.ts';
import type { ApiRequest } from './types.ts';

const MAX_INT64 = 2n ** 63n;

/** A whole number in the query, refused as `strconv.ParseInt` refuses it. Unset and empty are absent. */
export function integerParameter(request: ApiRequest, parameter: string): number | undefined {
  const text = first(request, parameter);
  if (text === undefined || text === '') return undefined;
  const refuse = (why: string): Error => badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax');
  const value = BigInt(text);
  if (value >= MAX_INT64 || value < -MAX_INT64) throw refuse('value out of range');
  return Number(value);
}
