import type { LimitRange, LimitRangeItem } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { validateResourceName } from '../pod/validate-resources.ts';
import { canonicalQuantity, parseQuantity, quantityMilli, quantityValue } from '../quantity.ts';
import type { Findings } from '../validation.ts';

const TYPES = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);

/** For containers: the default limit is the maximum, the default request the default limit, else the minimum. */
export function setLimitDefaults({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    const limits: Record<string, string> = { ...item.max, ...item.default };
    const requests: Record<string, string> = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

export function validateLimitRange({ spec }: LimitRange, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const path = `spec.limits[${index}]`;
    const type = item.type ?? '';
    const problems = isQualifiedName(type);
    for (const problem of problems) findings.invalid(`${path}.type`, type, problem);
    if (problems.length === 0 && !type.includes('/') && !TYPES.has(type))
      findings.invalid(`${path}.type`, type, 'must be a standard limit type or fully qualified');
    if (seen.has(type)) findings.duplicate(`${path}.type`, type);
    seen.add(type);
    validateItem(item, path, findings);
  }
}

function validateItem(item: LimitRangeItem, path: string, findings: Findings): void {
  const { max = {}, min = {}, default: limit = {}, defaultRequest: request = {}, maxLimitRequestRatio: ratio = {} } = item;
  const names: string[] = [];
  const collect = (map: Readonly<Record<string, string>>, field: string): void => {
    for (const name of Object.keys(map)) {
      validateResourceName(name, `${path}.${field}[${name}]`, findings);
      if (!names.includes(name)) names.push(name);
    }
  };
  collect(max, 'max');
  collect(min, 'min');
  if (item.type === 'Pod') {
    if (Object.keys(limit).length > 0) findings.forbidden(`${path}.default`, "may not be specified when `type` is 'Pod'");
    if (Object.keys(request).length > 0) findings.forbidden(`${path}.defaultRequest`, "may not be specified when `type` is 'Pod'");
  } else {
    collect(limit, 'default');
    collect(request, 'defaultRequest');
  }
  if (item.type === 'PersistentVolumeClaim' && min['storage'] === undefined && max['storage'] === undefined)
    findings.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided');
  collect(ratio, 'maxLimitRequestRatio');
  const nanos = (text: string): bigint => parseQuantity(text)?.nanos ?? 0n;
  const show = canonicalQuantity;
  for (const name of names) {
    const low = min[name];
    const high = max[name];
    const request1 = request[name];
    const limit1 = limit[name];
    const share = ratio[name];
    const at = (field: string): string => `${path}.${field}[${name}]`;
    if (low !== undefined && high !== undefined && nanos(low) > nanos(high))
      findings.invalid(at('min'), show(low), `min value ${show(low)} is greater than max value ${show(high)}`);
    if (request1 !== undefined && low !== undefined && nanos(low) > nanos(request1))
      findings.invalid(
        at('defaultRequest'),
        show(request1),
        `min value ${show(low)} is greater than default request value ${show(request1)}`,
      );
    if (request1 !== undefined && high !== undefined && nanos(request1) > nanos(high))
      findings.invalid(
        at('defaultRequest'),
        show(request1),
        `default request value ${show(request1)} is greater than max value ${show(high)}`,
      );
    if (request1 !== undefined && limit1 !== undefined && nanos(request1) > nanos(limit1))
      findings.invalid(
        at('defaultRequest'),
        show(request1),
        `default request value ${show(request1)} is greater than default limit value ${show(limit1)}`,
      );
    // The two values are confused upstream: shown is the minimum or the maximum.
    if (limit1 !== undefined && low !== undefined && nanos(low) > nanos(limit1))
      findings.invalid(at('default'), show(low), `min value ${show(low)} is greater than default value ${show(limit1)}`);
    if (limit1 !== undefined && high !== undefined && nanos(limit1) > nanos(high))
      findings.invalid(at('default'), show(high), `default value ${show(limit1)} is greater than max value ${show(high)}`);
    if (share !== undefined) {
      if (nanos(share) < 1_000_000_000n) findings.invalid(at('maxLimitRequestRatio'), show(share), `ratio ${show(share)} is less than 1`);
      if (low !== undefined && high !== undefined) {
        const milli = [share, low, high].every((text) => Math.abs(quantityValue(text)) <= 9_007_199_254_740);
        const number = milli ? quantityMilli : quantityValue;
        const bound = number(high) / number(low);
        const wanted = milli ? quantityMilli(share) / 1000 : quantityValue(share);
        if (wanted > bound)
          findings.invalid(at('maxLimitRequestRatio'), show(share), `ratio ${show(share)} is greater than max/min = ${bound.toFixed(6)}`);
      }
    }
    const overcommits = item.type === 'Container' || item.type === 'Pod';
    if (overcommits && !canOvercommit(name) && limit1 !== undefined && request1 !== undefined && nanos(limit1) !== nanos(request1))
      findings.invalid(
        at('defaultRequest'),
        show(request1),
        `default value ${show(limit1)} must equal to defaultRequest value ${show(request1)} in ${name}`,
      );
  }
}

const canOvercommit = (name: string): boolean => !name.startsWith('hugepages-') && (!name.includes('/') || name.includes('kubernetes.io/'));
