import type { DeviceConstraint } from '../../api/generated/types.ts';
import type { Candidate } from './pools.ts';
import { attributeOf } from './selectors.ts';

/** A constraint of a claim, with what it has let pass so far. A device without the attribute does not pass. */
export interface Constraint {
  /** `request` and where it is one of several alternatives `request/alternative`. */
  add(request: string, full: string, candidate: Candidate): boolean;
  remove(request: string, full: string): void;
}

export function newConstraint({ matchAttribute, distinctAttribute, requests = [] }: DeviceConstraint): Constraint {
  const concerns = (request: string, full: string): boolean =>
    requests.length === 0 || requests.includes(request) || requests.includes(full);
  const name = matchAttribute ?? distinctAttribute ?? '';
  const valueOf = ({ device, pool }: Candidate): string | undefined => {
    const attribute = attributeOf(device, pool.driver, name);
    return attribute === undefined ? undefined : JSON.stringify(attribute);
  };
  let count = 0;
  if (matchAttribute !== undefined) {
    let shared: string | undefined;
    return {
      add(request, full, candidate) {
        if (!concerns(request, full)) return true;
        const value = valueOf(candidate);
        if (value === undefined || (count > 0 && value !== shared)) return false;
        shared = value;
        count++;
        return true;
      },
      remove(request, full) {
        if (concerns(request, full)) count--;
      },
    };
  }
  // v1.36 holds one value for each request: of several devices for one request only neighbours are sure to differ.
  const values = new Map<string, string>();
  return {
    add(request, full, candidate) {
      if (!concerns(request, full)) return true;
      const value = valueOf(candidate);
      if (value === undefined || (count > 0 && [...values.values()].includes(value))) return false;
      values.set(request, value);
      count++;
      return true;
    },
    remove(request, full) {
      if (!concerns(request, full)) return;
      values.delete(request);
      count--;
    },
  };
}
