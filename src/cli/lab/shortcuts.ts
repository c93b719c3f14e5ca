import type { FaultRequest } from './faults.ts';

/** What the commands of the course break and mend by name: which fault of what. */
export type Shortcut = { readonly undo: boolean; readonly faults: readonly FaultRequest[] } | string;

interface World {
  components(): readonly string[];
  nodes(): readonly string[];
  /** Nodes by zone. */
  zones(): ReadonlyMap<string, readonly string[]>;
}

/** The names that manifests and lessons have for the parts of the control plane. */
const ALIASES: Readonly<Record<string, string>> = {
  'kube-apiserver': 'apiserver',
  'kube-scheduler': 'scheduler',
  'kube-controller-manager': 'controller-manager',
};

/** `kube-scheduler`, `kube-apiserver@control-plane`, `kubelet@worker-1`, `etcd-2` → the component's name here. */
export function componentName(given: string, world: World): string {
  const known = world.components();
  const [name = '', machine] = given.split('@');
  const plain = ALIASES[name] ?? name;
  if (known.includes(given)) return given;
  // A member of etcd that has a machine to itself is called by it.
  if (known.includes(`etcd@${given}`)) return `etcd@${given}`;
  // A part of the control plane runs on its one machine, whether that is said or not.
  return machine === undefined || known.includes(plain) ? plain : given;
}

/** `lab crash POD [-c CONTAINER] [-n NAMESPACE]`. */
export function crash(args: readonly string[]): Shortcut {
  let [pod, container, namespace]: (string | undefined)[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, name, value] = /^(-c|-n|--container|--namespace)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      if (arg.startsWith('-') || pod !== undefined) return `unknown argument ${arg}; write lab crash POD [-c CONTAINER] [-n NAMESPACE]`;
      pod = arg.replace(/^pods?\//, '');
      continue;
    }
    const given = value ?? args[++i];
    if (given === undefined) return `${name} wants a value`;
    if (name.includes('c')) container = given;
    else namespace = given;
  }
  if (pod === undefined) return 'crash what? Write lab crash POD [-c CONTAINER] [-n NAMESPACE]';
  const target = [namespace ?? (pod.includes('/') ? undefined : 'default'), pod, container].filter((part) => part !== undefined).join('/');
  return { undo: false, faults: [{ fault: 'process-crashed', target }] };
}

/** `lab disk fill|free NODE [PERCENT]`. */
export function disk([verb, node, percent]: readonly string[]): Shortcut {
  if ((verb !== 'fill' && verb !== 'free') || node === undefined) return 'write lab disk fill NODE [92%] or lab disk free NODE';
  const to = percent === undefined ? {} : { to: percent.endsWith('%') ? percent : `${percent}%` };
  return { undo: verb === 'free', faults: [{ fault: 'disk-filled', target: node, ...to }] };
}

/** `lab zone fail|heal ZONE`. */
export function zone([verb, name]: readonly string[], world: World): Shortcut {
  const zones = world.zones();
  if (verb !== 'fail' && verb !== 'heal') return 'write lab zone fail ZONE or lab zone heal ZONE';
  const nodes = zones.get(name ?? '');
  if (nodes === undefined)
    return `no zone "${name ?? ''}"; ${zones.size === 0 ? 'no node has one' : `there are ${[...zones.keys()].join(', ')}`}`;
  return { undo: verb === 'heal', faults: nodes.map((target) => ({ fault: 'node-stopped', target })) };
}
