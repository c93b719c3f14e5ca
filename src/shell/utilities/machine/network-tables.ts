import type { NetInterface, NetTables } from '../../../engine/os/net-tables.ts';
import type { Process } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { complain } from '../input.ts';

/** What the kernel tells of the network that a program is in; `undefined` after a complaint. */
export function* readTables(process: Process): Task<NetTables | undefined> {
  const tables = process.net.tables?.();
  if (tables === undefined) yield* complain(process, 'Cannot open netlink socket: Operation not permitted');
  return tables;
}

export function broadcastOf({ address, prefix }: NetInterface): string {
  return addressText((addressNumber(address) | ~maskNumber(prefix)) >>> 0);
}

export function maskOf(prefix: number): string {
  return addressText(maskNumber(prefix));
}

/** Whether an address lies in a range. */
export function lies(address: string, range: string): boolean {
  const [first = '', prefix = '32'] = range.split('/');
  const mask = maskNumber(Number(prefix));
  return (addressNumber(address) & mask) === (addressNumber(first) & mask);
}

function maskNumber(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
}

function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
