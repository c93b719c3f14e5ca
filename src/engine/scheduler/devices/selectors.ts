import type { Device, DeviceAttribute, DeviceSelector } from '../../api/generated/types.ts';
import { compileSelector } from '../../api/resource/selector.ts';
import type { Program } from '../../cel/compile.ts';
import { KUBERNETES } from '../../cel/kubernetes.ts';
import { SEMVER } from '../../cel/semver.ts';
import { CelError, type Value } from '../../cel/values.ts';
import { AllocationError } from './errors.ts';

const quantity = KUBERNETES['quantity(string):kubernetes.Quantity'] as (text: string) => Value;
const semver = SEMVER['semver(string):kubernetes.Semver'] as (text: string) => Value;

/** Chooses devices by expressions, each of which is compiled once. */
export class Selectors {
  readonly #programs = new Map<string, Program | undefined>();
  readonly #seen = new WeakMap<Device, Value>();

  /** Every expression takes the device. `whose` names the request for errors. Throws `AllocationError`. */
  match(selectors: readonly DeviceSelector[] | undefined, device: Device, driver: string, whose: string): boolean {
    return (selectors ?? []).every(({ cel }, i) => {
      const program = this.#program(cel?.expression ?? '');
      if (program === undefined) throw new AllocationError(`${whose}: selector #${i}: CEL compile error`);
      try {
        return program.evaluate(new Map([['device', this.#value(device, driver)]])) === true;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        throw new AllocationError(`${whose}: selector #${i}: CEL runtime error: ${error.message}`);
      }
    });
  }

  #program(expression: string): Program | undefined {
    if (!this.#programs.has(expression)) {
      const compiled = compileSelector(expression);
      this.#programs.set(expression, 'fault' in compiled ? undefined : compiled.program);
    }
    return this.#programs.get(expression);
  }

  #value(device: Device, driver: string): Value {
    let value = this.#seen.get(device);
    if (value === undefined) {
      value = new Map<string, Value>([
        ['driver', driver],
        ['allowMultipleAllocations', device.allowMultipleAllocations === true],
        ['attributes', byDomain(device.attributes, driver, attributeValue)],
        ['capacity', byDomain(device.capacity, driver, ({ value: amount }) => quantity(amount))],
      ]);
      this.#seen.set(device, value);
    }
    return value;
  }
}

/** An attribute by its full name; one without a domain is the driver's own. */
export function attributeOf({ attributes }: Device, driver: string, name: string): DeviceAttribute | undefined {
  const [domain = '', id = ''] = name.split('/');
  return attributes?.[name] ?? (domain === driver ? attributes?.[id] : undefined);
}

function byDomain<T>(entries: Readonly<Record<string, T>> | undefined, driver: string, of: (entry: T) => Value): Value {
  const domains = new Domains();
  for (const [name, entry] of Object.entries(entries ?? {})) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    let inner = domains.known(domain);
    if (inner === undefined) domains.set(domain, (inner = new Map()));
    inner.set(name.slice(slash + 1), of(entry));
  }
  return domains;
}

/** A domain that a device says nothing of is empty, not missing. */
class Domains extends Map<string, Map<string, Value>> {
  known(domain: string): Map<string, Value> | undefined {
    return super.get(domain);
  }

  override get(domain: string): Map<string, Value> {
    return super.get(domain) ?? new Map<string, Value>();
  }
}

function attributeValue({ bool, int, string, version }: DeviceAttribute): Value {
  if (bool !== undefined) return bool;
  if (int !== undefined) return BigInt(int);
  return version === undefined ? (string ?? null) : semver(version);
}
