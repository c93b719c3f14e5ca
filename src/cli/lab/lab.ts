import type { Program, Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { breakSomething, mendSomething, showFaults, type FaultControl } from './faults.ts';

/** What the simulator lets this command do; the composition provides it. */
export interface LabControl {
  /** Names that can be stopped: `scheduler`, `controller-manager`, `kube-proxy@worker-1`, … */
  components(): readonly string[];
  nodes(): readonly string[];
  stopped(): ReadonlySet<string>;
  readonly faults: FaultControl;
  /** Asks to be taken to a virtual time faster than the pace. */
  rush(until: number): void;
}

const USAGE = `lab does what kubectl cannot: it pulls plugs and moves time. It is no part of Kubernetes.

  lab status                              which components and nodes are running
  lab component stop|start NAME[@NODE]    scheduler, controller-manager, apiserver, kubelet@worker-1, kube-proxy@worker-1
  lab node stop|start NAME                power a machine off or on
  lab faults                              what can be broken, and what is
  lab break FAULT TARGET [--PARAMETER=…]  lab break FAULT --help says how
  lab mend FAULT TARGET | --all           undoes it
  lab clock +DURATION                     let virtual time pass: +30s, +5m, +1h
`;

/** The simulator's own command. */
export function createLab(control: LabControl): Program {
  return function* lab(process: Process): Task<number> {
    const [subject, verb, name] = process.argv.slice(1);
    if (subject === undefined || subject === 'help' || subject === '--help' || subject === '-h') return yield* say(process, USAGE);
    if (subject === 'status') return yield* status(process, control);
    if (subject === 'faults') return yield* showFaults(process, control.faults);
    if (subject === 'break') return yield* breakSomething(process, control.faults, process.argv.slice(2));
    if (subject === 'mend') return yield* mendSomething(process, control.faults, process.argv.slice(2));
    if (subject === 'clock') return yield* clock(process, control, verb);
    if ((subject === 'component' || subject === 'node') && (verb === 'stop' || verb === 'start')) {
      const known = subject === 'component' ? control.components() : control.nodes();
      if (name === undefined || !known.includes(name)) {
        return yield* refuse(process, `lab: no ${subject} "${name ?? ''}"; there are ${known.join(', ')}`);
      }
      const running = !control.stopped().has(name);
      if (running === (verb === 'start')) return yield* refuse(process, `lab: ${name} is ${running ? 'running' : 'stopped'} already`);
      const fault = { fault: subject === 'component' ? 'component-stopped' : 'node-stopped', target: name };
      const problem = verb === 'start' ? control.faults.mend(fault) : control.faults.break(fault);
      if (problem !== undefined) return yield* refuse(process, `lab: ${problem}`);
      return yield* say(process, `${name} ${verb === 'start' ? 'started' : 'stopped'}\n`);
    }
    return yield* refuse(process, `lab: unknown command "${process.argv.slice(1).join(' ')}"\n\n${USAGE.trimEnd()}`);
  };
}

function* status(process: Process, control: LabControl): Task<number> {
  const stopped = control.stopped();
  const names = [...control.components(), ...control.nodes()];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  return yield* say(process, names.map((name) => `${name.padEnd(width)}${stopped.has(name) ? 'stopped' : 'running'}\n`).join(''));
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function* clock(process: Process, control: LabControl, text: string | undefined): Task<number> {
  const parts = /^\+((?:\d+[smh])+)$/.exec(text ?? '');
  if (parts === null) return yield* refuse(process, `lab: "${text ?? ''}" is no duration; write +30s, +5m or +1h30m`);
  let duration = 0;
  for (const [, count, unit] of (parts[1] as string).matchAll(/(\d+)([smh])/g))
    duration += Number(count) * (UNITS[unit as string] as number);
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
