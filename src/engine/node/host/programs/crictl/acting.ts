import { suspend, type Task } from '../../../../os/task.ts';
import { writeText } from '../../../../os/text.ts';
import { isTerminal } from '../../../../os/tty.ts';
import { SECOND } from '../../../../sim/time.ts';
import { CriError, type ImageInfo } from '../../../runtime/cri.ts';
import { nanoTime, type LogLine } from '../../../runtime/log-text.ts';
import { follow } from '../follow.ts';
import { humanSize, table } from '../units.ts';
import { digestOf, Fatal, findContainer, findSandbox, isImage, sandboxOf, shortId, type Run } from './context.ts';
import { required } from './inspecting.ts';
import { print } from './listing.ts';

export function* stop(run: Run): Task<number> {
  const grace = Number(run.flags.given.get('timeout') ?? 0) * SECOND;
  for (const id of required(run, 'stop')) {
    const container = findContainer(run, id, 'stopping the container');
    yield* suspend<void>((resume) => {
      run.cri.runtime.stopContainer(container.id, grace, () => resume());
      return () => {};
    });
    yield* print(run.process, `${id}\n`);
  }
  return 0;
}

export function* rm(run: Run): Task<number> {
  const { given } = run.flags;
  const ids = given.has('all') ? Array.from(run.cri.runtime.listContainers(), ({ id }) => id) : required(run, 'rm');
  for (const id of ids) {
    const container = findContainer(run, id, 'removing the container');
    if (container.state === 'running' && !given.has('force'))
      throw new Fatal(
        `removing the container "${id}": ${new CriError('Unknown', `failed to set removing state for container "${container.id}": container is still running, to stop first`).rpc}`,
      );
    run.cri.runtime.removeContainer(container.id);
    yield* print(run.process, `${id}\n`);
  }
  return 0;
}

export function* stopp(run: Run): Task<number> {
  for (const id of required(run, 'stopp')) {
    run.cri.runtime.stopPodSandbox(findSandbox(run, id, 'stopping the pod sandbox').id);
    yield* print(run.process, `Stopped sandbox ${id}\n`);
  }
  return 0;
}

export function* rmp(run: Run): Task<number> {
  const { given } = run.flags;
  const ids = given.has('all') ? Array.from(run.cri.runtime.listPodSandbox(), ({ id }) => id) : required(run, 'rmp');
  for (const id of ids) {
    const sandbox = findSandbox(run, id, 'removing the pod sandbox');
    if (sandbox.ready && !given.has('force'))
      throw new Fatal(`removing the pod sandbox "${id}": sandbox is still ready: stop it first (crictl stopp), or use --force`);
    run.cri.runtime.removePodSandbox(sandbox.id);
    yield* print(run.process, `Removed sandbox ${id}\n`);
  }
  return 0;
}

export function* rmi(run: Run): Task<number> {
  const { images, runtime } = run.cri;
  const { given } = run.flags;
  const used = new Set(Array.from(runtime.listContainers(), ({ imageId }) => imageId));
  const known = images.listImages();
  const wanted = given.has('all')
    ? known
    : given.has('prune')
      ? known.filter(({ id }) => !used.has(id))
      : required(run, 'rmi').map((name) => {
          const found = images.imageStatus(name) ?? known.find(({ id }) => isImage(id, name));
          if (found === undefined) throw new Fatal(`no such image ${name}`);
          return found;
        });
  for (const { reference } of wanted) {
    images.removeImage(reference);
    yield* print(run.process, `Deleted: ${reference}\n`);
  }
  return 0;
}

export function* pull(run: Run): Task<number> {
  const [name = ''] = required(run, 'pull');
  const result = yield* suspend<ImageInfo | CriError>((resume) => run.cri.images.pullImage(name, resume));
  if (result instanceof CriError) throw new Fatal(`pulling image: ${result.rpc}`);
  return yield* print(run.process, `Image is up to date for ${digestOf(result.id)}\n`);
}

export function* exec(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const [id = '', ...argv] = required(run, 'exec');
  if (argv.length === 0) throw new Fatal('incorrect usage: exec needs a container and a command');
  const container = findContainer(run, id, 'execing command in container');
  const tty = flags.given.has('tty') && isTerminal(process.stdin);
  let group = 0;
  for (const signal of ['INT', 'QUIT', 'TERM'] as const)
    process.onSignal(signal, () => cri.runtime.signalGroup(container.id, group, signal));
  try {
    const started = cri.runtime.exec(container.id, argv, {
      ...(flags.given.has('interactive') ? { stdin: process.stdin } : {}),
      stdout: unclosed(process.stdout),
      stderr: unclosed(process.stderr),
      ...(tty && process.terminal !== undefined ? { terminal: process.terminal } : {}),
    });
    group = started.pid;
    const code = yield* suspend<number>((resume) => started.onExit(resume));
    if (code !== 0) throw new Fatal(`execing command in container: command terminated with exit code ${code}`);
    return 0;
  } catch (error) {
    if (error instanceof CriError) throw new Fatal(`execing command in container: ${error.rpc}`);
    throw error;
  }
}

/** The container's program closes what it was given; this process goes on writing. */
function unclosed(writer: Run['process']['stdout']): Run['process']['stdout'] {
  return { write: (bytes) => writer.write(bytes), close() {} };
}

export function* logs(run: Run): Task<number> {
  const { process, flags } = run;
  const { given } = flags;
  const [id = ''] = required(run, 'logs');
  const named = findContainer(run, id, 'getting the status of the container');
  const before = given.has('previous')
    ? Array.from(run.cri.runtime.listContainers()).find(
        (each) =>
          each.sandboxId === named.sandboxId && each.config.name === named.config.name && each.config.attempt === named.config.attempt - 1,
      )
    : named;
  if (before === undefined) throw new Fatal(`previous terminated container "${named.config.name}" not found`);
  const write = ({ at, stream, text }: LogLine): Task<void> =>
    writeText(process[stream], given.has('timestamps') ? `${nanoTime(at)} ${text}` : text);
  const tail = given.get('tail');
  const all = before.log.lines;
  for (const line of tail === undefined || tail === '-1' ? all : Number(tail) === 0 ? [] : all.slice(-Number(tail))) yield* write(line);
  if (!given.has('follow') || before.state === 'exited') return 0;
  yield* follow<LogLine>((next, end) => before.log.follow(next, end), write);
  return 0;
}

/** What containers use, as two looks a second apart tell it. */
export function* stats(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const shown = Array.from(cri.runtime.listContainers()).filter(
    (each) =>
      (flags.given.has('all') || each.state === 'running') && (flags.operands[0] === undefined || each.id.startsWith(flags.operands[0])),
  );
  const before = shown.map(({ id }) => cri.runtime.stats(id).cpuTime);
  yield* process.sleep(SECOND);
  const rows = shown.map(({ id, config }, i) => {
    const use = cri.runtime.stats(id);
    return [
      shortId(id),
      config.name,
      percent(use.cpuTime - (before[i] ?? 0)),
      humanSize(use.memory),
      humanSize(use.disk),
      String(use.inodes),
      '0B',
    ];
  });
  return yield* print(process, table([['CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES', 'SWAP'], ...rows], 20, 3));
}

export function* statsp(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const pods = Array.from(cri.runtime.listPodSandbox()).filter(
    ({ id, ready }) => ready && (flags.operands[0] === undefined || id.startsWith(flags.operands[0])),
  );
  const use = (sandboxId: string): { cpu: number; memory: number } => {
    const sum = { cpu: 0, memory: 0 };
    for (const each of cri.runtime.listContainers()) {
      if (each.sandboxId !== sandboxId) continue;
      const { cpuTime, memory } = cri.runtime.stats(each.id);
      sum.cpu += cpuTime;
      sum.memory += memory;
    }
    return sum;
  };
  const before = pods.map(({ id }) => use(id).cpu);
  yield* process.sleep(SECOND);
  const rows = pods.map(({ id }, i) => {
    const now = use(id);
    return [sandboxOf(run, id)?.config.name ?? '', shortId(id), percent(now.cpu - (before[i] ?? 0)), humanSize(now.memory)];
  });
  return yield* print(process, table([['POD', 'POD ID', 'CPU %', 'MEM'], ...rows], 20, 3));
}

/** Of one processor, in the second that went by. */
function percent(cpuMillis: number): string {
  return (cpuMillis / 10).toFixed(2);
}
