import type { Task } from '../../engine/os/task.ts';
import { nullWriter, writeText } from '../../engine/os/text.ts';
import type { Builtin, Shell } from '../shell.ts';

/** The stack of directories, the present one first. */
const stackOf = (shell: Shell): string[] => [shell.process.cwd, ...shell.directories];

function shownAs(shell: Shell, path: string): string {
  const home = shell.get('HOME') ?? '';
  return home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

/** `+N` counts from the top, `-N` from the bottom; `undefined`: no such place. */
function placeOf(shell: Shell, text: string): number | undefined {
  const length = shell.directories.length + 1;
  const place = text.startsWith('+') ? Number(text.slice(1)) : length - 1 - Number(text.slice(1));
  return place >= 0 && place < length ? place : undefined;
}

function* refuse(shell: Shell, command: string, text: string): Task<number> {
  const number = /^[-+]\d+$/.test(text);
  yield* shell.complain(
    !number ? `${command}: ${text}: ${/^[-+]/.test(text) ? 'invalid number' : 'invalid argument'}` : shell.directories.length === 0 && command !== 'dirs' ? `${command}: directory stack empty` : `${command}: ${text.slice(command === 'dirs' ? 1 : 0)}: directory stack index out of range`, // prettier-ignore
  );
  if (number) return 1;
  yield* writeText(shell.stderr, `${command}: usage: ${command} ${command === 'dirs' ? '[-clpv] [+N] [-N]' : command === 'popd' ? '[-n] [+N | -N]' : '[-n] [+N | -N | dir]'}\n`); // prettier-ignore
  return 2;
}

/** Goes there as `cd` does, which says nothing of where that is. */
function* go(shell: Shell, command: string, path: string): Task<number> {
  const { files } = shell.process;
  const full = path.startsWith('/') ? path : `${shell.process.cwd}/${path}`;
  if (files.exists(full) && files.stat(full).type === 'directory') {
    const before = shell.descriptors;
    shell.descriptors = new Map(before).set(1, nullWriter);
    try {
      return yield* (shell.language.builtins.get('cd') as Builtin)(shell, ['cd', path]);
    } finally {
      shell.descriptors = before;
    }
  }
  yield* shell.complain(`${command}: ${path}: ${files.exists(full) ? 'Not a directory' : 'No such file or directory'}`);
  return 1;
}

export const dirs: Builtin = function* (shell, argv) {
  const flags = argv.slice(1).filter((arg) => /^-[clpv]+$/.test(arg)).join(''); // prettier-ignore
  const place = argv.slice(1).find((arg) => !/^-[clpv]+$/.test(arg));
  if (flags.includes('c')) {
    shell.directories = [];
    return 0;
  }
  const shown = stackOf(shell).map((path) => (flags.includes('l') ? path : shownAs(shell, path)));
  if (place !== undefined) {
    const at = /^[-+]\d+$/.test(place) ? placeOf(shell, place) : undefined;
    if (at === undefined) return yield* refuse(shell, 'dirs', place);
    yield* writeText(shell.stdout, `${flags.includes('v') ? `${String(at).padStart(2)}  ` : ''}${shown[at]}\n`);
    return 0;
  }
  const lines = flags.includes('v')
    ? shown.map((path, i) => `${String(i).padStart(2)}  ${path}\n`)
    : flags.includes('p')
      ? shown.map((path) => `${path}\n`)
      : [`${shown.join(' ')}\n`];
  yield* writeText(shell.stdout, lines.join(''));
  return 0;
};

export const pushd: Builtin = function* (shell, argv) {
  const args = argv.slice(1).filter((arg) => arg !== '-n');
  const stay = argv.includes('-n');
  const [to, more] = args;
  if (more !== undefined) {
    yield* shell.complain('pushd: too many arguments');
    return 1;
  }
  const stack = stackOf(shell);
  if (to !== undefined && !/^[-+]/.test(to)) {
    const here = shell.process.cwd;
    if (stay) {
      shell.directories = [to, ...shell.directories];
      return yield* dirs(shell, ['dirs']);
    }
    const status = yield* go(shell, 'pushd', to);
    if (status !== 0) return status;
    shell.directories = [here, ...shell.directories];
    return yield* dirs(shell, ['dirs']);
  }
  if (to === undefined && stack.length === 1) {
    yield* shell.complain('pushd: no other directory');
    return 1;
  }
  const at = to === undefined ? 1 : /^[-+]\d+$/.test(to) ? placeOf(shell, to) : undefined;
  if (at === undefined) return yield* refuse(shell, 'pushd', to as string);
  // Without an argument the two at the top change places, with one the stack turns.
  const turned =
    to === undefined ? [stack[1] as string, stack[0] as string, ...stack.slice(2)] : [...stack.slice(at), ...stack.slice(0, at)];
  if (!stay) {
    const status = yield* go(shell, 'pushd', turned[0] as string);
    if (status !== 0) return status;
  }
  shell.directories = turned.slice(1);
  return yield* dirs(shell, ['dirs']);
};

export const popd: Builtin = function* (shell, argv) {
  const stay = argv.includes('-n');
  const which = argv.slice(1).find((arg) => arg !== '-n') ?? '+0';
  const at = /^[-+]\d+$/.test(which) ? placeOf(shell, which) : undefined;
  if (/^[-+]\d+$/.test(which) && shell.directories.length === 0) {
    yield* shell.complain('popd: directory stack empty');
    return 1;
  }
  if (at === undefined) return yield* refuse(shell, 'popd', which);
  const stack = stackOf(shell);
  if (at === 0 && !stay) {
    const status = yield* go(shell, 'popd', stack[1] as string);
    if (status !== 0) return status;
    shell.directories = stack.slice(2);
  } else shell.directories = stack.filter((_, i) => i > 0 && i !== Math.max(1, at));
  return yield* dirs(shell, ['dirs']);
};

/** The stack of directories: `pushd`, `popd`, `dirs`. */
