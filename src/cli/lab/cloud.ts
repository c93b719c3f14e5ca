import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { columns, refuse, say } from './answers.ts';
import type { Shortcut } from './shortcuts.ts';

/** What a provider's console shows and does. */
export interface CloudControl {
  instances(): readonly { readonly name: string; readonly group: string; readonly state: string; readonly providerID: string }[];
  groups(): readonly { readonly name: string; readonly min: number; readonly max: number; readonly target: number }[];
  disks(): readonly { readonly handle: string; readonly size: string; readonly zone: string; readonly attached: string }[];
  /** Ends a machine behind Kubernetes' back. One sentence where that cannot be. */
  terminate(name: string): string | undefined;
}

const USAGE =
  'write lab cloud ls [instances|groups|disks], lab cloud terminate NAME, lab cloud quota GROUP N, lab cloud boot GROUP 5m, or lab cloud heal GROUP';
const NOT_THERE: Readonly<Record<string, string>> = {
  lbs: 'the provider has no load balancers here: a Service of type LoadBalancer stays <pending>',
  routes: 'the provider routes nothing here: machines reach each other, and each has the range of its pods',
  enis: 'machines have one network card each here',
  databases: 'the provider rents out machines and disks here, and nothing else',
  firewall: 'nothing stands between the Internet and the machines here',
};

/** `lab cloud …`: what the provider has and does. */
export function* cloud(process: Process, control: CloudControl, [verb = '', what, more]: readonly string[]): Task<number | Shortcut> {
  const absent = NOT_THERE[verb === 'ls' ? (what ?? '') : verb];
  if (absent !== undefined) return yield* refuse(process, absent);
  if (verb === 'ls') {
    const text = listing(control, what ?? 'instances');
    return text === undefined ? yield* refuse(process, USAGE) : yield* say(process, text);
  }
  if (what === undefined) return yield* refuse(process, USAGE);
  if (verb === 'terminate') {
    const problem = control.terminate(what);
    return problem === undefined ? yield* say(process, `${what} is shutting down\n`) : yield* refuse(process, problem);
  }
  if (verb === 'heal') return { undo: true, faults: [{ fault: 'cloud-limited', target: what }] };
  if ((verb !== 'quota' && verb !== 'boot') || more === undefined) return yield* refuse(process, USAGE);
  return { undo: false, faults: [{ fault: 'cloud-limited', target: what, [verb === 'quota' ? 'stock' : 'boot']: more }] };
}

function listing(control: CloudControl, what: string): string | undefined {
  const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
    rows.length === 0 ? `No ${what}.\n` : columns([header, ...rows]);
  if (what === 'instances')
    return table(['NAME', 'GROUP', 'STATE', 'PROVIDER ID'], control.instances().map((each) => [each.name, each.group, each.state, each.providerID])); // prettier-ignore
  if (what === 'groups')
    return table(['NAME', 'MIN', 'TARGET', 'MAX'], control.groups().map((each) => [each.name, String(each.min), String(each.target), String(each.max)])); // prettier-ignore
  if (what === 'disks')
    return table(['DISK', 'SIZE', 'ZONE', 'ATTACHED TO'], control.disks().map((each) => [each.handle, each.size, each.zone, each.attached])); // prettier-ignore
  return undefined;
}
