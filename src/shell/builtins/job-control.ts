import { rare } from '../../engine/os/rare.ts';
import { SIGNAL_NUMBER, type Child, type SignalName } from '../../engine/os/process.ts';
import { suspend, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { LineAborted, tellOfSignal, waitForeground } from '../foreground.ts';
import { runProgram } from '../run-program.ts';
import { listSignals } from './list-signals.ts';
import { signalNamed } from '../signals.ts';
import type { Job } from '../jobs.ts';
import type { Builtin, Shell } from '../shell.ts';

/** Waits for a child unless a trapped signal comes first: then 128 + its number. */
function* waitFor(shell: Shell, child: Child): Task<number> {
  return yield* suspend<number>((resume) => {
    shell.onCaught = () => resume(128 + SIGNAL_NUMBER[shell.caught ?? 'TERM']);
    const remove = child.onExit?.(resume);
    return () => {
      shell.onCaught = undefined;
      remove?.();
    };
  });
}

/** `wait -n`: for whichever ends first. */
function* waitForOne(shell: Shell, jobs: readonly Job[]): Task<Job | number> {
  const done = jobs.find((job) => job.state === 'done');
  if (done !== undefined) return done;
  if (jobs.length === 0) return 127;
  return yield* suspend<Job | number>((resume) => {
    shell.onCaught = () => resume(128 + SIGNAL_NUMBER[shell.caught ?? 'TERM']);
    const undo = jobs.flatMap((job) => job.children.map((child) => child.onExit?.(() => job.state === 'done' && resume(job))));
    return () => {
      shell.onCaught = undefined;
      for (const remove of undo) remove?.();
    };
  });
}

/** `wait [-fn] [-p NAME] [PID or JOB…]` */
const wait: Builtin = function* (shell, argv) {
  const names = argv.slice(1);
  let one = false;
  let into: string | undefined;
  while (/^-./.test(names[0] ?? '')) {
    const flag = names.shift() as string;
    if (flag === '--') break;
    if (shell.dialect !== 'bash' || !/^-(f|n|p|fn|nf)$/.test(flag)) {
      yield* shell.complain(shell.dialect === 'bash' ? `wait: ${flag}: invalid option` : `wait: Illegal option ${flag}`);
      if (shell.dialect === 'bash') yield* writeText(shell.stderr, 'wait: usage: wait [-fn] [-p var] [id ...]\n');
      return 2;
    }
    one ||= flag.includes('n');
    if (flag === '-p') into = names.shift();
  }
  const tell = (job: Job | undefined): void => {
    if (into !== undefined && job !== undefined) shell.set(into, String(job.children.at(-1)?.pid));
  };
  if (into !== undefined) shell.variables.delete(into);
  if (one) {
    const first = yield* waitForOne(
      shell,
      names.length === 0 ? shell.jobs.list.slice() : names.flatMap((name) => shell.jobs.find(name) ?? []),
    );
    if (typeof first === 'number') return first;
    tell(first);
    yield* tellOfSignal(shell, first.children[0], first.text);
    shell.jobs.remove(first);
    return first.code;
  }
  let status = 0;
  for (const name of names.length === 0 ? shell.jobs.list.map(({ id }) => `%${id}`) : names) {
    const job = shell.jobs.find(name);
    if (job === undefined) {
      status = shell.jobs.ended.get(Number(name)) ?? (yield* notAChild(shell, name));
      continue;
    }
    for (const child of job.children) {
      const code = yield* waitFor(shell, child);
      status = names.length === 0 ? 0 : code;
      if (shell.caught !== undefined) return code;
    }
    tell(job);
    yield* tellOfSignal(shell, job.children[0], job.text);
    if (names.length === 0 || !shell.interactive) shell.jobs.remove(job);
  }
  return status;
};

function* notAChild(shell: Shell, name: string): Task<number> {
  const bash = shell.dialect === 'bash';
  const isNumber = /^\d+$/.test(name);
  yield* shell.complain(
    name.startsWith('%')
      ? `wait: ${name}: no such job`
      : !bash
        ? `wait: No such job: ${name}`
        : isNumber
          ? `wait: pid ${name} is not a child of this shell`
          : `wait: \`${name}': not a pid or valid job spec`,
  );
  return bash && !isNumber && !name.startsWith('%') ? 1 : 127;
}

function* noSuchJob(shell: Shell, command: string, name: string | undefined): Task<number> {
  yield* shell.complain(`${command}: ${name ?? 'current'}: no such job`);
  return 1;
}

const hasJobControl = ({ interactive, options }: Shell): boolean => interactive || options.monitor;

function* noJobControl(shell: Shell, command: string): Task<number> {
  yield* shell.complain(shell.dialect === 'dash' ? `${command}: job control disabled` : `${command}: no job control`);
  return 1;
}

export const JOB_CONTROL: Readonly<Record<string, Builtin>> = {
  wait,
  *jobs(shell, argv) {
    const flags = argv.slice(1).filter((arg) => /^-./.test(arg)).join('').replaceAll('-', ''); // prettier-ignore
    const names = argv.slice(1).filter((arg) => !/^-./.test(arg));
    const wrong = [...flags].find((c) => !'lnprsx'.includes(c));
    if (wrong !== undefined) {
      yield* shell.complain(`jobs: -${wrong}: invalid option`);
      yield* writeText(shell.stderr, 'jobs: usage: jobs [-lnprs] [jobspec ...] or jobs -x command [args]\n');
      return 2;
    }
    // `jobs -x COMMAND`: job specifications among its arguments become pids.
    if (flags.includes('x')) {
      const args = names.map((name) => (name.startsWith('%') ? String(shell.jobs.find(name)?.children[0]?.pid ?? name) : name));
      const builtin = shell.builtin(args[0] ?? ':');
      return builtin === undefined ? yield* runProgram(shell, args, [], false) : yield* builtin(shell, args);
    }
    let status = 0;
    const { shown } = shell.jobs;
    for (const name of names.length === 0 ? [undefined] : names) {
      const found = name === undefined ? shown : shown.filter((job) => job === shell.jobs.find(name));
      if (name !== undefined && found.length === 0) status = yield* noSuchJob(shell, 'jobs', name);
      for (const job of found) {
        if ((flags.includes('r') && job.state !== 'running') || (flags.includes('s') && job.state !== 'stopped')) continue;
        yield* writeText(
          shell.stdout,
          flags.includes('p') ? `${job.children[0]?.pid}\n` : `${shell.jobs.describe(job, flags.includes('l'))}\n`,
        );
      }
    }
    for (const job of shell.jobs.list.slice()) if (job.state === 'done') shell.jobs.remove(job);
    return status;
  },
  *fg(shell, argv) {
    if (!hasJobControl(shell)) return yield* noJobControl(shell, 'fg');
    const job = shell.jobs.find(argv[1]);
    if (job === undefined || job.state === 'done') return yield* noSuchJob(shell, 'fg', argv[1]);
    yield* writeText(shell.stdout, `${job.text}\n`);
    const group = shell.process.system?.processes().find(({ pid }) => pid === shell.process.pid)?.group ?? shell.process.pid;
    job.state = 'running';
    for (const child of job.children) {
      shell.process.system?.setGroup(child.pid, group);
      child.kill('CONT');
    }
    try {
      const codes = yield* waitForeground(shell, job.children, job.text);
      if ((job.state as Job['state']) === 'done') shell.jobs.remove(job);
      return codes.at(-1) ?? 0;
    } catch (error) {
      if (error instanceof LineAborted) shell.jobs.remove(job);
      throw error;
    }
  },
  *bg(shell, argv) {
    if (!hasJobControl(shell)) return yield* noJobControl(shell, 'bg');
    const job = shell.jobs.find(argv[1]);
    if (job === undefined || job.state === 'done') return yield* noSuchJob(shell, 'bg', argv[1]);
    job.state = 'running';
    yield* writeText(shell.stdout, `[${job.id}]+ ${job.text} &\n`);
    for (const child of job.children) child.kill('CONT');
    return 0;
  },
  *kill(shell, argv) {
    const args = argv.slice(1);
    let signal: SignalName | 'NONE' = 'TERM';
    const [first] = args;
    if (first === '-l' || first === '-L') return yield* rare(listSignals)(shell, args.slice(1));
    if (first !== undefined && first.startsWith('-') && first !== '--') {
      args.shift();
      const named = first === '-s' || first === '-n';
      if (named && args.length === 0) {
        yield* shell.complain(`kill: ${first}: option requires an argument`);
        return 1;
      }
      const name = named ? (args.shift() as string) : first.slice(1);
      const found = name === '0' ? 'NONE' : signalNamed(name);
      if (found === undefined) {
        yield* shell.complain(
          shell.dialect === 'bash' ? `kill: ${name}: invalid signal specification` : `kill: Illegal option -${name[0]}`,
        );
        return shell.dialect === 'bash' ? 1 : 2;
      }
      signal = found;
    }
    if (args[0] === '--') args.shift();
    if (args.length === 0) {
      yield* writeText(shell.stderr, 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n');
      return 2;
    }
    let status = 0;
    for (const target of args) {
      const job = target.startsWith('%') ? shell.jobs.find(target) : undefined;
      if (job !== undefined) {
        if (signal !== 'NONE') for (const child of job.children) child.kill(signal);
        if (signal === 'CONT') job.state = 'running';
        continue;
      }
      if (target.startsWith('%') || !/^\d+$/.test(target)) {
        yield* shell.complain(
          target.startsWith('%') ? `kill: ${target}: no such job` : `kill: ${target}: arguments must be process or job IDs`,
        );
        status = 1;
        continue;
      }
      const { system } = shell.process;
      const pid = Number(target);
      const there = signal === 'NONE' ? system?.processes().some((process) => process.pid === pid) : system?.kill(pid, signal);
      if (there !== true) {
        yield* shell.complain(
          shell.dialect === 'bash'
            ? `kill: (${target}) - No such process`
            : shell.dialect === 'dash'
              ? 'kill: No such process'
              : `can't kill pid ${target}: No such process`,
        );
        status = 1;
      }
    }
    // What it sent to itself arrives before the next command.
    if (args.includes(String(shell.process.pid)) || args.includes(String(shell.rootPid))) yield* shell.process.sleep(0);
    return status;
  },
  *disown(shell, argv) {
    const names = argv.slice(1).filter((arg) => !/^-[ahr]+$/.test(arg));
    const all = argv.slice(1).some((arg) => /^-h?[ar]+h?$/.test(arg));
    let status = 0;
    for (const job of all && names.length === 0 ? shell.jobs.shown : []) job.disowned = true;
    for (const name of names.length > 0 || all ? names : [undefined]) {
      const job = shell.jobs.find(name);
      if (job === undefined) status = yield* noSuchJob(shell, 'disown', name);
      else if (!argv.includes('-h')) job.disowned = true;
    }
    return status;
  },
};
