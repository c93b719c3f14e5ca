import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from '../generated/types.ts';
import { addQuantities, compareQuantities, parseQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';

const MAX_OPTIONS = 10;

/** How much of a capacity one request may take, where several share a device. */
export function validateCapacity({ value, requestPolicy }: DeviceCapacity, shared: boolean, path: string, findings: Findings): void {
  if (requestPolicy === undefined) return;
  const at = `${path}.requestPolicy`;
  if (!shared) return findings.forbidden(at, 'allowMultipleAllocations must be true');
  const { validValues = [], validRange, default: usual } = requestPolicy;
  if (validValues.length > 0 && validRange !== undefined)
    return findings.forbidden(at, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time');
  if (validValues.length > 0) {
    if (usual === undefined) findings.required(`${at}.default`, 'required when validValues is defined');
    else values(requestPolicy, usual, value, `${at}.validValues`, findings);
  } else if (validRange !== undefined) {
    if (usual === undefined) findings.required(`${at}.default`, 'required when validRange is defined');
    else range(validRange, usual, value, `${at}.validRange`, findings);
  }
}

function values({ validValues = [] }: CapacityRequestPolicy, usual: string, most: string, path: string, findings: Findings): void {
  for (const [index, option] of validValues.entries())
    if (index > 0 && compareQuantities(validValues[index - 1] as string, option) > 0)
      findings.invalid(`${path}[${index}]`, option, 'values must be sorted in ascending order');
  if (validValues.length > MAX_OPTIONS) findings.tooMany(path, validValues.length, MAX_OPTIONS);
  else {
    for (const [index, option] of validValues.entries())
      if (compareQuantities(option, most) > 0)
        findings.invalid(`${path}[${index}]`, option, `option is larger than capacity value: ${most}`);
    for (const [index, option] of validValues.entries())
      if (validValues.findIndex((one) => compareQuantities(one, option) === 0) < index) findings.duplicate(`${path}[${index}]`, option);
  }
  if (!validValues.some((option) => compareQuantities(option, usual) === 0))
    findings.invalid(path, usual, 'default value is not valid according to the requestPolicy');
}

function range({ min, max, step }: CapacityRequestPolicyRange, usual: string, most: string, path: string, findings: Findings): void {
  if (min === undefined) return findings.required(`${path}.min`, 'required when validRange is defined');
  if (compareQuantities(min, most) > 0) findings.invalid(`${path}.min`, min, `min is larger than capacity value: ${most}`);
  if (compareQuantities(usual, min) < 0) findings.invalid(`${path}.default`, usual, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (compareQuantities(min, max) > 0) findings.invalid(`${path}.max`, min, `min is larger than max: ${max}`);
    if (compareQuantities(max, most) > 0) findings.invalid(`${path}.max`, max, `max is larger than capacity value: ${most}`);
    if (compareQuantities(usual, max) > 0) findings.invalid(`${path}.default`, usual, `default is more than max: ${max}`);
  }
  if (step === undefined) return;
  const added = addQuantities(min, step);
  if (compareQuantities(added, most) > 0)
    findings.invalid(`${path}.step`, step, `one step ${added} is larger than capacity value: ${most}`);
  for (const value of max === undefined ? [usual] : [usual, max])
    if (!isMultiple(value, min, step))
      findings.invalid(`${path}.step`, value, `value is not a multiple of a given step (${step}) from (${min})`);
}

function isMultiple(value: string, min: string, step: string): boolean {
  const [at, from, by] = [value, min, step].map((text) => parseQuantity(text)?.nanos ?? 0n) as [bigint, bigint, bigint];
  return by === 0n || (at - from) % by === 0n;
}
