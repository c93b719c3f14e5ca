import { SIGNAL_NUMBER, type Child, type SignalName } from '../../engine/os/process.ts';
import { suspend, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { LineAborted, waitForeground } from '../foreground.ts';
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
function* waitForOne(shell: Shell, names: readonly string[]): Task<number> {
  const jobs = names.length === 0 ? shell.jobs.list.slice() : names.flatMap((name) => shell.jobs.find(name) ?? []);
  if (jobs.length === 0) return 127;
  let first = jobs.find((job) => job.state === 'done');
  if (first === undefined) {
    const interrupted = yield* suspend<number | undefined>((resume) => {
      shell.onCaught = () => resume(128 + SIGNAL_NUMBER[shell.caught ?? 'TERM']);
      const undo = jobs.flatMap((job) => job.children.map((child) => child.onExit?.(() => job.state === 'done' && resume(undefined))));
      return () => {
        shell.onCaught = undefined;
        for (const remove of undo) remove?.();
      };
    });
    if (interrupted !== undefined) return interrupted;
    first = jobs.find((job) => job.state === 'done') as Job;
  }
  shell.jobs.remove(first);
  return first.code;
}

function* noSuchJob(shell: Shell, command: string, name: string | undefined): Task<number> {
  yield* shell.complain(`${command}: ${name ?? 'current'}: no such job`);
  return 1;
}

export const JOB_CONTROL: Readonly<Record<string, Builtin>> = {
  *wait(shell, argv) {
    const names = argv.slice(1).filter((name) => name !== '-n');
    if (argv[1] === '-n') return yield* waitForOne(shell, names);
    let status = 0;
    const wanted: (Job | undefined)[] = names.length === 0 ? [...shell.jobs.list] : names.map((name) => shell.jobs.find(name));
    for (const [i, job] of wanted.entries()) {
      if (job === undefined) {
        const name = names[i] ?? '';
        yield* shell.complain(
          name.startsWith('%')
            ? `wait: ${name}: no such job`
            : shell.dialect === 'bash'
              ? `wait: pid ${name} is not a child of this shell`
              : `wait: No such job: ${name}`,
        );
        status = 127;
        continue;
      }
      for (const child of job.children) {
        const code = yield* waitFor(shell, child);
        status = names.length === 0 ? 0 : code;
        if (shell.caught !== undefined) return code;
      }
      if (names.length === 0 || !shell.interactive) shell.jobs.remove(job);
    }
    return status;
  },
  *jobs(shell, argv) {
    for (const job of shell.jobs.list) {
      yield* writeText(shell.stdout, argv[1] === '-p' ? `${job.children[0]?.pid}\n` : `${shell.jobs.describe(job)}\n`);
    }
    for (const job of shell.jobs.list.slice()) if (job.state === 'done') shell.jobs.remove(job);
    return 0;
  },
  *fg(shell, argv) {
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
    if (first === '-l' || first === '-L') return yield* listSignals(shell, args.slice(1));
    if (first !== undefined && first.startsWith('-') && first !== '--') {
      args.shift();
      const name = first === '-s' || first === '-n' ? (args.shift() ?? '') : first.slice(1);
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
  *disown() {
    return 0;
  },
};
