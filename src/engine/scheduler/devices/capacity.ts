import type { Device, DeviceCapacity } from '../../api/generated/types.ts';
import { addQuantities, compareQuantities, formatQuantity, quantityValue } from '../../api/quantity.ts';

type Amounts = Readonly<Record<string, string>>;

const NANOS = 1_000_000_000n;

/** KEP-5075: what a request takes of each capacity of a device that several share; rounded up as the device's policy wants it. */
export function consumedBy(asked: Amounts | undefined, { capacity = {} }: Device): Record<string, string> {
  return Object.fromEntries(Object.entries(capacity).map(([name, each]) => [name, consumed(asked?.[name], each)]));
}

/** Has the device all that is asked for, beside what others have of it (CmpRequestOverCapacity)? */
export function hasCapacity(asked: Amounts | undefined, device: Device, taken: Amounts): boolean {
  const { capacity = {} } = device;
  if (Object.keys(asked ?? {}).some((name) => capacity[name] === undefined)) return false;
  return Object.entries(capacity).every(([name, each]) => {
    const amount = consumed(asked?.[name], each);
    if (isAgainst(amount, each)) return false;
    return compareQuantities(addQuantities(taken[name] ?? '0', amount), each.value) <= 0;
  });
}

function consumed(asked: string | undefined, { value, requestPolicy }: DeviceCapacity): string {
  if (asked === undefined) return requestPolicy?.default ?? value;
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange?.min === undefined) return validValues?.find((valid) => compareQuantities(asked, valid) <= 0) ?? asked;
  if (compareQuantities(asked, validRange.min) < 0) return validRange.min;
  if (validRange.step === undefined) return asked;
  const [min, step] = [quantityValue(validRange.min), quantityValue(validRange.step)];
  const steps = Math.ceil((quantityValue(asked) - min) / step);
  return formatQuantity({ nanos: BigInt(min + step * steps) * NANOS, format: 'BinarySI' });
}

function isAgainst(amount: string, { requestPolicy }: DeviceCapacity): boolean {
  if (requestPolicy === undefined) return false;
  const { default: usual, validRange, validValues = [] } = requestPolicy;
  if (usual !== undefined && compareQuantities(usual, amount) === 0) return false;
  if (validRange === undefined) return validValues.length > 0 && !validValues.some((valid) => compareQuantities(valid, amount) === 0);
  if (validRange.max !== undefined && compareQuantities(amount, validRange.max) > 0) return true;
  if (validRange.step === undefined) return false;
  return (quantityValue(amount) - quantityValue(validRange.min)) % quantityValue(validRange.step) !== 0;
}
