import { FileError, type Process, type Program } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode, writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { complain } from '../input.ts';
import { readProc } from './proc.ts';

// What is usually set up on a machine before a kubelet runs on it: settings, modules, no swap.

const ROOT = '/proc/sys';

/** `sysctl NAME`, `-a`, and `-p`, `--system` and `-w` as far as they ask for what is so anyway. */
export const sysctl: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'anwpqe',
    long: { all: 'a', values: 'n', write: 'w', system: 'system', quiet: 'q' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const show = (name: string, value: string): Task<void> =>
    writeText(process.stdout, flags.has('n') ? `${value}\n` : `${name} = ${value}\n`);
  if (flags.has('a')) {
    for (const name of allBelow(process, ROOT)) yield* show(name, valueOf(process, name) ?? '');
    return 0;
  }
  const files = flags.has('system')
    ? configuration(process)
    : flags.has('p')
      ? operands.length > 0
        ? operands
        : ['/etc/sysctl.conf']
      : undefined;
  if (files === undefined) return yield* each(process, operands, show);
  let status = 0;
  for (const path of files) {
    const text = yield* readProc(process, path);
    if (text === undefined) return 1;
    if (flags.has('system')) yield* writeText(process.stdout, `* Applying ${path} ...\n`);
    const lines = text.split('\n').filter((line) => /^\s*[^#;\s]/.test(line));
    status = Math.max(
      status,
      yield* each(
        process,
        lines.map((line) => line.replace(/\s*=\s*/, '=').trim()),
        show,
      ),
    );
  }
  return status;
};

/** `name`, or `name=value`. */
function* each(process: Process, words: readonly string[], show: (name: string, value: string) => Task<void>): Task<number> {
  let status = 0;
  for (const word of words) {
    const [given = '', wanted] = word.split('=');
    const name = given.replaceAll('/', '.');
    const value = valueOf(process, name);
    if (value === undefined) {
      yield* complain(process, `cannot stat ${ROOT}/${name.replaceAll('.', '/')}: No such file or directory`);
      status = 1;
    } else if (wanted !== undefined && wanted !== value) {
      yield* complain(process, `setting key "${name}": settings of the kernel cannot be changed here; it is ${value}`);
      status = 1;
    } else yield* show(name, value);
  }
  return status;
}

function valueOf({ files }: Process, name: string): string | undefined {
  const path = `${ROOT}/${name.replaceAll('.', '/')}`;
  return files.exists(path) && files.stat(path).type === 'file' ? decode(files.read(path)).trim() : undefined;
}

function allBelow(process: Process, path: string): string[] {
  const { files } = process;
  if (!files.exists(path)) return [];
  if (files.stat(path).type === 'file') return [path.slice(ROOT.length + 1).replaceAll('/', '.')];
  return files.list(path).flatMap((name) => allBelow(process, `${path}/${name}`));
}

function configuration({ files }: Process): string[] {
  const below = (directory: string): string[] => {
    try {
      return files
        .list(directory)
        .filter((name) => name.endsWith('.conf'))
        .map((name) => `${directory}/${name}`);
    } catch (error) {
      if (error instanceof FileError) return [];
      throw error;
    }
  };
  return [...below('/etc/sysctl.d'), ...(files.exists('/etc/sysctl.conf') ? ['/etc/sysctl.conf'] : [])];
}

export const lsmod: Program = function* (process) {
  const text = yield* readProc(process, '/proc/modules');
  if (text === undefined) return 1;
  const rows = text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', size = '', count = ''] = line.split(' ');
      return `${name.padEnd(19)} ${size.padStart(8)}  ${count}\n`;
    });
  yield* writeText(process.stdout, `Module                  Size  Used by\n${rows.join('')}`);
  return 0;
};

/** Modules that are loaded are so already. */
export const modprobe: Program = function* (process) {
  const text = yield* readProc(process, '/proc/modules');
  if (text === undefined) return 1;
  const loaded = new Set(text.split('\n').map((line) => line.split(' ')[0]));
  for (const name of process.argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
    if (loaded.has(name.replaceAll('-', '_'))) continue;
    yield* complain(process, `FATAL: Module ${name} cannot be loaded here; lsmod shows those that are there.`);
    return 1;
  }
  return 0;
};

/** There is no swap that could be shown or switched off. */
export const swapoff: Program = function* (process): Task<number> {
  const [device] = process.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (device === undefined) return 0;
  yield* complain(process, `${device}: swapoff failed: Invalid argument`);
  return 4;
};

export const swapon: Program = function* (process): Task<number> {
  const [device] = process.argv.slice(1).filter((arg) => !arg.startsWith('-') && !arg.startsWith('NAME'));
  if (device === undefined) return 0;
  yield* complain(process, `${device}: swap is not modelled here`);
  return 255;
};

/** What kube-proxy would have put there if it ran in IPVS mode. */
export const ipvsadm: Program = function* (process): Task<number> {
  const [first = '-L'] = process.argv.slice(1);
  if (!/^-[Lln]+$|^--list$/.test(first)) {
    yield* complain(process, 'virtual servers cannot be set up here: kube-proxy runs in iptables mode');
    return 1;
  }
  yield* writeText(
    process.stdout,
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n',
  );
  return 0;
};

export const nft: Program = function* (process): Task<number> {
  yield* complain(process, 'kube-proxy runs in iptables mode here; iptables-save shows its rules');
  return 1;
};
