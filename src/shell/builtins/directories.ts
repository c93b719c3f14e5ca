import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Builtin, Shell } from '../shell.ts';

function* list(shell: Shell, argv: readonly string[]): Task<number> {
  const home = shell.get('HOME') ?? '';
  const shown = [shell.process.cwd, ...shell.directories].map((path) =>
    !argv.includes('-l') && home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path,
  );
  const lines = argv.includes('-v') ? shown.map((path, i) => `${String(i).padStart(2)}  ${path}\n`) : argv.includes('-p') ? shown.map((path) => `${path}\n`) : [`${shown.join(' ')}\n`]; // prettier-ignore
  yield* writeText(shell.stdout, lines.join(''));
  return 0;
}

function* go(shell: Shell, path: string): Task<number> {
  return yield* (shell.language.builtins.get('cd') as Builtin)(shell, ['cd', path]);
}

/** The stack of directories: `pushd`, `popd`, `dirs`. */
export const DIRECTORIES: Readonly<Record<string, Builtin>> = {
  *dirs(shell, argv) {
    if (argv[1] === '-c') shell.directories = [];
    else return yield* list(shell, argv);
    return 0;
  },
  *pushd(shell, argv) {
    const [, to] = argv;
    const here = shell.process.cwd;
    const [top, ...rest] = shell.directories;
    if (to !== undefined && /^[-+]\d+$/.test(to)) {
      yield* shell.complain(`pushd: ${to}: not modelled here`);
      return 2;
    }
    const target = to ?? top;
    if (target === undefined) {
      yield* shell.complain('pushd: no other directory');
      return 1;
    }
    const status = yield* go(shell, target);
    if (status !== 0) return status;
    shell.directories = to === undefined ? [here, ...rest] : [here, ...shell.directories];
    return yield* list(shell, ['dirs']);
  },
  *popd(shell, argv) {
    const [top, ...rest] = shell.directories;
    if (argv[1] !== undefined) {
      yield* shell.complain(`popd: ${argv[1]}: not modelled here`);
      return 2;
    }
    if (top === undefined) {
      yield* shell.complain('popd: directory stack empty');
      return 1;
    }
    const status = yield* go(shell, top);
    if (status !== 0) return status;
    shell.directories = rest;
    return yield* list(shell, ['dirs']);
  },
};
