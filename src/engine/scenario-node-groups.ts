import { mayKubeletLabel } from './api/node/kubelet-labels.ts';
import type { MachineTemplate, NodeGroupSpec } from './cloud/node-group.ts';
import type { Reader } from './scenario-reader.ts';
import { SECOND } from './sim/time.ts';

const FIELDS = ['name', 'min', 'max', 'size', 'bootTime', 'price', 'stock', 'zone', 'instanceType'];

/** Reads one entry of `nodeGroups`: how many machines, and what each is like (the fields of a node). */
export function readNodeGroup(
  entry: Reader,
  machineFields: readonly string[],
  machine: (entry: Reader) => MachineTemplate & { readonly name: string },
): NodeGroupSpec {
  entry.allow([...FIELDS, ...machineFields]);
  const name = entry.text('name') ?? entry.fail('name', 'is missing; its machines are named after the group');
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name))
    entry.fail('name', 'must be lower-case letters, digits and dashes, since nodes are named after it');
  const count = (field: string, otherwise: number): number => {
    const value = entry.number(field) ?? otherwise;
    return Number.isInteger(value) && value >= 0 ? value : entry.fail(field, 'must be a whole number, 0 or more');
  };
  const min = count('min', 0);
  const max =
    entry.value['max'] === undefined ? entry.fail('max', 'is missing; say how many machines there may be at most') : count('max', 0);
  if (max < Math.max(1, min)) entry.fail('max', `must be at least ${Math.max(1, min)}`);
  const size = count('size', min);
  if (size < min || size > max) entry.fail('size', `must be from min (${min}) to max (${max})`);
  const bootTime = entry.number('bootTime') ?? 60;
  if (bootTime < 0) entry.fail('bootTime', 'must not be negative; it is in seconds');
  const price = entry.number('price') ?? 0;
  if (price < 0) entry.fail('price', 'must not be negative');
  const { name: _none, ...shape } = machine(entry);
  const foreign = Object.keys(shape.labels).find((label) => !mayKubeletLabel(label));
  if (foreign !== undefined) entry.fail('labels', `${foreign} is none that a kubelet may give its own Node`);
  const zone = entry.text('zone');
  const instanceType = entry.text('instanceType');
  return {
    name,
    min,
    max,
    size,
    bootTime: Math.round(bootTime * SECOND),
    price,
    ...(entry.value['stock'] === undefined ? {} : { stock: count('stock', 0) }),
    template: {
      ...shape,
      labels: {
        ...(zone === undefined ? {} : { 'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': zone }),
        ...(instanceType === undefined ? {} : { 'node.kubernetes.io/instance-type': instanceType }),
        ...shape.labels,
      },
    },
  };
}
