import type { Program, Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { browse } from './browse.ts';
import { readDuration } from './duration.ts';
import { breakSomething, mendSomething, showFaults, type FaultControl } from './faults.ts';
import { load, type StartLoad } from './load.ts';
import { addNode, removeNode } from './node.ts';
import type { MachineControl } from '../machines.ts';
import { NOT_HERE, componentName, crash, disk, net, zone, type Shortcut } from './shortcuts.ts';

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
  /** Asks to be taken to a virtual time faster than the pace. */
  rush(until: number): void;
}

const USAGE = `lab does what kubectl cannot: it pulls plugs and moves time. It is no part of Kubernetes.

  lab status                                     which components and nodes are running
  lab component stop|start|restart NAME[@NODE]   kube-scheduler, kube-controller-manager, kube-apiserver, kubelet@worker-1, kube-proxy@worker-1
  lab node stop|start|reboot NAME                power a machine off, on, or both
  lab node add NAME [--bare] | remove NAME       a machine more, which joins by itself unless it is bare; or one of these less
  lab zone fail|heal ZONE                        power all machines of a zone off or on
  lab net cut|heal A [B]                         the way between two nodes, between kube-apiserver and a node, or all ways of a node
  lab disk fill|free NODE [92%]                  fill a node's disk
  lab crash POD [-c CONTAINER] [-n NAMESPACE]    the main process of a container ends
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
        return yield* shortcut(process, control, net(args, control));
      case 'component':
      case 'node':
        if (subject === 'node' && verb === 'add') return yield* addNode(process, control.machines, args.slice(1));
        if (subject === 'node' && verb === 'remove') return yield* removeNode(process, control.machines, name);
        if (verb === 'stop' || verb === 'start') return yield* turn(process, control, subject, verb, name);
        if (verb === (subject === 'node' ? 'reboot' : 'restart')) return yield* restart(process, control, subject, name);
    }
    const instead = NOT_HERE[subject ?? ''];
    if (instead !== undefined) return yield* refuse(process, `lab: ${subject ?? ''}: ${instead}`);
    return yield* refuse(process, `lab: unknown command "${process.argv.slice(1).join(' ')}"\n\n${USAGE.trimEnd()}`);
  };
}

type Subject = 'component' | 'node';

function find(control: LabControl, subject: Subject, name: string | undefined): { found: string } | { problem: string } {
  const known = subject === 'component' ? control.components() : control.nodes();
  const found = subject === 'component' ? componentName(name ?? '', control) : (name ?? '');
  return known.includes(found) ? { found } : { problem: `lab: no ${subject} "${name ?? ''}"; there are ${known.join(', ')}` };
}

function* turn(process: Process, control: LabControl, subject: Subject, verb: 'stop' | 'start', given: string | undefined): Task<number> {
  const name = find(control, subject, given);
  if ('problem' in name) return yield* refuse(process, name.problem);
  const running = !control.stopped().has(name.found);
  if (running === (verb === 'start')) return yield* refuse(process, `lab: ${name.found} is ${running ? 'running' : 'stopped'} already`);
  const problem = power(control, subject, verb, name.found);
  if (problem !== undefined) return yield* refuse(process, `lab: ${problem}`);
  return yield* say(process, `${name.found} ${verb === 'start' ? 'started' : 'stopped'}\n`);
}

// A machine's self-test, boot loader and services; a component is there at once.
const BOOT = 20_000;

function* restart(process: Process, control: LabControl, subject: Subject, given: string | undefined): Task<number> {
  const name = find(control, subject, given);
  if ('problem' in name) return yield* refuse(process, name.problem);
  if (control.stopped().has(name.found)) return yield* refuse(process, `lab: ${name.found} is stopped`);
  const problem = power(control, subject, 'stop', name.found);
  if (problem !== undefined) return yield* refuse(process, `lab: ${problem}`);
  yield* process.sleep(subject === 'node' ? BOOT : 1000);
  power(control, subject, 'start', name.found);
  return yield* say(process, `${name.found} ${subject === 'node' ? 'rebooted' : 'restarted'}\n`);
}

function power(control: LabControl, subject: Subject, verb: 'stop' | 'start', target: string): string | undefined {
  const fault = { fault: subject === 'component' ? 'component-stopped' : 'node-stopped', target };
  return verb === 'start' ? control.faults.mend(fault) : control.faults.break(fault);
}

function* shortcut(process: Process, control: LabControl, what: Shortcut): Task<number> {
  if (typeof what === 'string') return yield* refuse(process, `lab: ${what}`);
  for (const fault of what.faults) {
    const problem = what.undo ? control.faults.mend(fault) : control.faults.break(fault);
    if (problem !== undefined) return yield* refuse(process, `lab: ${problem}`);
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
  const duration = text?.startsWith('+') === true ? readDuration(text.slice(1)) : undefined;
  if (duration === undefined) return yield* refuse(process, `lab: "${text ?? ''}" is no duration; write +30s, +5m or +1h30m`);
  control.rush(process.now() + duration);
  yield* process.sleep(duration);
  return 0;
}

function* say(process: Process, text: string): Task<number> {
  yield* writeText(process.stdout, text);
  return 0;
}

function* refuse(process: Process, text: string): Task<number> {
  yield* writeText(process.stderr, `${text}\n`);
  return 1;
}
