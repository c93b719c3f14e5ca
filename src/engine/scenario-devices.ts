import type { Device, DeviceAttribute } from './api/generated/types.ts';
import { Findings } from './api/validation.ts';
import { validateSlice } from './api/resource/slice.ts';
import type { NodeDevices } from './addons/device-driver.ts';
import type { Reader } from './scenario-reader.ts';

/** Reads one entry of `devices`: what one driver has on one node. Attributes may be plain values, capacities are quantities. */
export function readDevices(entry: Reader, machines: readonly string[]): NodeDevices {
  entry.allow(['driver', 'node', 'devices']);
  const need = (field: string): string => entry.text(field) ?? entry.fail(field, 'is missing');
  const [driver, node] = [need('driver'), need('node')];
  if (!machines.includes(node)) entry.fail('node', `no node "${node}"; there are ${machines.join(', ')}`);
  const devices = entry.list('devices').map((device): Device => {
    device.allow(['name', 'attributes', 'capacity']);
    const attributes = device.child('attributes', {});
    const capacity = Object.entries(device.texts('capacity')).map(([name, value]) => [name, { value }] as const);
    return {
      name: device.text('name') ?? device.fail('name', 'is missing'),
      attributes: Object.fromEntries(Object.entries(attributes.value).map(([name, value]) => [name, attribute(attributes, name, value)])),
      ...(capacity.length === 0 ? {} : { capacity: Object.fromEntries(capacity) }),
    };
  });
  if (devices.length === 0) entry.fail('devices', 'is empty; describe at least one device with a name');
  const findings = new Findings();
  validateSlice({ driver, nodeName: node, pool: { name: node, generation: 1, resourceSliceCount: 1 }, devices }, undefined, findings);
  const [fault] = findings.list;
  if (fault !== undefined) entry.fail(fault.field.replace(/^spec\./, ''), fault.body);
  return { driver, node, devices };
}

function attribute(attributes: Reader, name: string, value: unknown): DeviceAttribute {
  if (typeof value === 'string') return { string: value };
  if (typeof value === 'boolean') return { bool: value };
  if (typeof value === 'number' && Number.isInteger(value)) return { int: value };
  const { version } = (typeof value === 'object' && value !== null ? value : {}) as { version?: unknown };
  if (typeof version === 'string') return { version };
  return attributes.fail(name, 'must be text, a whole number, true or false, or { version: 1.2.3 }');
}
