import type { Program, Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { refuse, say } from './answers.ts';
import { browse } from './browse.ts';
import { cloud, type CloudControl } from './cloud.ts';
import { cluster } from './cluster.ts';
import { parseSpan } from '../../engine/sim/duration.ts';
import { breakSomething, mendSomething, showFaults, type FaultControl } from './faults.ts';
import { host } from './host.ts';
import { load, type StartLoad } from './load.ts';
import { addNode, removeNode } from './node.ts';
import type { MachineControl } from '../machines.ts';
import { net } from './net.ts';
import { registry, type InspectImage } from './registry.ts';
import { componentName, crash, disk, zone, type Shortcut } from './shortcuts.ts';
import { upgrade } from './upgrade.ts';

/** What the simulator lets this command do; the composition provides it. */
export interface LabControl {
  /** Names that can be stopped: `scheduler`, `controller-manager`, `kube-proxy@worker-1`, … */
  components(): readonly string[];
  nodes(): readonly string[];
  /** Nodes by the zone that their labels say. */
  zones(): ReadonlyMap<string, readonly string[]>;
  stopped(): ReadonlySet<string>;
  readonly faults: FaultControl;
  readonly machines: MachineControl;
  readonly load: StartLoad;
  readonly inspect: InspectImage;
  readonly cloud: CloudControl;
  /** The way of a connection, station by station; one sentence where there is none. */
  trace(from: string, to: string): readonly string[] | string;
  /** Asks to be taken to a virtual time faster than the pace. */
  rush(until: number): void;
}

const USAGE = `lab does what kubectl cannot: it pulls plugs and moves time. It is no part of Kubernetes.

  lab status                                     which components and nodes are running
  lab component stop|start|restart NAME[@NODE]   kube-scheduler, kube-apiserver, etcd, coredns, kubelet@worker-1, kube-proxy@…, containerd@…, cni@…
  lab node stop|start|reboot NAME                power a machine off, on, or both
  lab node add NAME [--bare] | remove NAME       a machine more, which joins by itself unless it is bare; or one of these less
  lab zone fail|heal ZONE                        power all machines of a zone off or on
  lab upgrade nodes                              drain, reboot and give back one worker after the other
  lab net cut|heal A [B]                         the way between two nodes, between kube-apiserver and a node, or all ways of a node
  lab net delay A [B] 3s | loss A [B] 20%        a slow or a lossy way: of a node, between two, or of all pods whose name begins with A
  lab net partition NODE | trace FROM TO         all ways of a node; the way that a connection takes
  lab disk fill|free NODE [92%]                  fill a node's disk
  lab host ps|images NODE                        a machine's own processes and images
  lab host run NODE --memory 2Gi|95% | end NODE  what is no pod eats memory; rm-image NODE IMAGE removes an image
  lab crash POD [-c CONTAINER] [-n NAMESPACE]    the main process of a container ends
  lab registry inspect IMAGE | retag IMAGE TAG   an image's digest and layers; what a tag stands for
  lab registry outage|rate-limit|credentials|missing|delay|heal REGISTRY|IMAGE
  lab cloud ls [instances|groups|disks]          what the provider has; terminate NAME, quota GROUP N, boot GROUP 5m, heal GROUP
  lab cluster new [--shape S] [--etcd N] …       the scenario of another topology
  lab load SERVICE --rps N --for T               drive requests; count failures, and answers by pod
  lab browse URL                                 one request from the outside Internet; tcp://HOST:PORT only connects
  lab faults                                     what can be broken, and what is
  lab break FAULT TARGET [--PARAMETER=…]         lab break FAULT --help says how
  lab mend FAULT TARGET | --all                  undoes it
  lab clock +DURATION                            let virtual time pass: +30s, +5m, +1h, +31d
`;

/** The simulator's own command. */
export function createLab(control: LabControl): Program {
  return function* lab(process: Process): Task<number> {
    const [subject, verb, name] = process.argv.slice(1);
    const args = process.argv.slice(2);
    switch (subject) {
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        return yield* say(process, USAGE);
      case 'status':
        return yield* status(process, control);
      case 'faults':
        return yield* showFaults(process, control.faults);
      case 'break':
        return yield* breakSomething(process, control.faults, args);
      case 'mend':
        return yield* mendSomething(process, control.faults, args);
      case 'clock':
        return yield* clock(process, control, verb);
      case 'load':
        return yield* load(process, control.load, args);
      case 'browse':
        return yield* browse(process, verb);
      case 'crash':
        return yield* shortcut(process, control, crash(args));
      case 'disk':
        return yield* shortcut(process, control, disk(args));
      case 'zone':
        return yield* shortcut(process, control, zone(args, control));
      case 'net':
        if (verb === 'trace') return yield* trace(process, control, args.slice(1));
        return yield* shortcut(process, control, net(args, control, control.faults.active()));
      case 'host':
        return yield* orShortcut(process, control, host(process, args, control.nodes()));
      case 'registry':
        return yield* orShortcut(process, control, registry(process, control.inspect, args, control.faults.active()));
      case 'cloud':
        return yield* orShortcut(process, control, cloud(process, control.cloud, args));
      case 'cluster':
        return yield* cluster(process, args);
      case 'upgrade':
        return yield* upgrade(process, control.machines, args);
      case 'component':
      case 'node':
        if (subject === 'node' && verb === 'add') return yield* addNode(process, control.machines, args.slice(1));
        if (subject === 'node' && verb === 'remove') return yield* removeNode(process, control.machines, name);
        if (subject === 'component' && name === 'coredns' && (verb === 'stop' || verb === 'start'))
          return yield* shortcut(process, control, { undo: verb === 'start', faults: [COREDNS] });
        if (verb === 'stop' || verb === 'start') return yield* turn(process, control, subject, verb, name);
        if (verb === (subject === 'node' ? 'reboot' : 'restart')) return yield* restart(process, control, subject, name);
    }
    return yield* refuse(process, `unknown command "${process.argv.slice(1).join(' ')}"\n\n${USAGE.trimEnd()}`);
  };
}

/** CoreDNS is a workload: what stops is its processes, and whoever asks waits in vain. */
const COREDNS = { fault: 'process-hung', target: 'kube-system/coredns*' };

/** What some commands do themselves, and others leave to a fault. */
function* orShortcut(process: Process, control: LabControl, command: Task<number | Shortcut>): Task<number> {
  const done = yield* command;
  return typeof done === 'number' ? done : yield* shortcut(process, control, done);
}

function* trace(process: Process, control: LabControl, [from, to, ...more]: readonly string[]): Task<number> {
  if (from === undefined || to === undefined || more.length > 0)
    return yield* refuse(process, 'from where to where? Write lab net trace POD|NODE|outside POD|SERVICE|NODE[:PORT]');
  const stations = control.trace(from, to);
  return typeof stations === 'string'
    ? yield* refuse(process, stations)
    : yield* say(process, stations.map((line) => `${line}\n`).join(''));
}

type Subject = 'component' | 'node';

function find(control: LabControl, subject: Subject, name: string | undefined): { found: string } | { problem: string } {
  const known = subject === 'component' ? control.components() : control.nodes();
  const found = subject === 'component' ? componentName(name ?? '', control) : (name ?? '');
  return known.includes(found) ? { found } : { problem: `no ${subject} "${name ?? ''}"; there are ${known.join(', ')}` };
}

function* turn(process: Process, control: LabControl, subject: Subject, verb: 'stop' | 'start', given: string | undefined): Task<number> {
  const name = find(control, subject, given);
  if ('problem' in name) return yield* refuse(process, name.problem);
  const running = !control.stopped().has(name.found);
  if (running === (verb === 'start')) return yield* refuse(process, `${name.found} is ${running ? 'running' : 'stopped'} already`);
  const problem = power(control, subject, verb, name.found);
  if (problem !== undefined) return yield* refuse(process, `${problem}`);
  return yield* say(process, `${name.found} ${verb === 'start' ? 'started' : 'stopped'}\n`);
}

// A machine's self-test, boot loader and services; a component is there at once.
const BOOT = 20_000;

function* restart(process: Process, control: LabControl, subject: Subject, given: string | undefined): Task<number> {
  const name = find(control, subject, given);
  if ('problem' in name) return yield* refuse(process, name.problem);
  if (control.stopped().has(name.found)) return yield* refuse(process, `${name.found} is stopped`);
  const problem = power(control, subject, 'stop', name.found);
  if (problem !== undefined) return yield* refuse(process, `${problem}`);
  yield* process.sleep(subject === 'node' ? BOOT : 1000);
  power(control, subject, 'start', name.found);
  return yield* say(process, `${name.found} ${subject === 'node' ? 'rebooted' : 'restarted'}\n`);
}

function power(control: LabControl, subject: Subject, verb: 'stop' | 'start', target: string): string | undefined {
  const fault = { fault: subject === 'component' ? 'component-stopped' : 'node-stopped', target };
  return verb === 'start' ? control.faults.mend(fault) : control.faults.break(fault);
}

function* shortcut(process: Process, control: LabControl, what: Shortcut): Task<number> {
  if (typeof what === 'string') return yield* refuse(process, `${what}`);
  for (const fault of what.faults) {
    const problem = what.undo ? control.faults.mend(fault) : control.faults.break(fault);
    if (problem !== undefined) return yield* refuse(process, `${problem}`);
    yield* say(process, `${fault.fault} ${fault.target}: ${what.undo ? 'mended' : 'done'}\n`);
  }
  return 0;
}

function* status(process: Process, control: LabControl): Task<number> {
  const stopped = control.stopped();
  const names = [...control.components(), ...control.nodes()];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  return yield* say(process, names.map((name) => `${name.padEnd(width)}${stopped.has(name) ? 'stopped' : 'running'}\n`).join(''));
}

function* clock(process: Process, control: LabControl, text: string | undefined): Task<number> {
  const duration = text?.startsWith('+') === true ? parseSpan(text.slice(1)) : undefined;
  if (duration === undefined || duration < 0) return yield* refuse(process, `"${text ?? ''}" is no duration; write +30s, +5m or +1h30m`);
  control.rush(process.now() + duration);
  yield* process.sleep(duration);
  return 0;
}
