import { decode, writerTo } from '../../engine/os/text.ts';
import type { Program } from '../../engine/os/process.ts';
import { rare } from '../../engine/os/rare.ts';
import { evaluate } from '../arithmetic.ts';
import { inProcess } from '../in-process.ts';
import type { Builtin } from '../shell.ts';
import type { Dialect } from '../syntax.ts';
import { echo } from '../utilities/echo.ts';
import { printf } from '../utilities/printf.ts';
import { pwd } from '../utilities/pwd.ts';
import { test } from '../utilities/test.ts';
import { compgen, complete, compopt } from './complete.ts';
import { DECLARE } from './declare.ts';
import { dirs, popd, pushd } from './directories.ts';
import { FLOW } from './flow.ts';
import { getopts } from './getopts.ts';
import { JOB_CONTROL } from './job-control.ts';
import { NAMES } from './names.ts';
import { READ } from './read.ts';
import { set } from './set.ts';
import { shopt } from './shopt.ts';
import { ulimit } from './ulimit.ts';
import { VARIABLES } from './variables.ts';

const within =
  (program: Program): Builtin =>
  (shell, argv) =>
    program(inProcess(shell, argv));

/** `printf`, and bash's `printf -v NAME`. */
const printfInto: Builtin = function* (shell, argv) {
  const wrongNumber = shell.dialect === 'dash' ? 'expected numeric value' : 'invalid number';
  const [, flag, name, ...rest] = argv;
  if (shell.dialect === 'dash' && /^-[^-]/.test(flag ?? '')) {
    yield* shell.complain(`printf: Illegal option ${(flag as string).slice(0, 2)}`);
    return 2;
  }
  if (shell.dialect !== 'bash' || flag !== '-v' || name === undefined)
    return yield* printf(inProcess(shell, argv), shell.where(), wrongNumber);
  let text = '';
  const before = shell.descriptors;
  shell.descriptors = new Map(before).set(
    1,
    writerTo((bytes) => (text += decode(bytes))),
  );
  try {
    const status = yield* printf(inProcess(shell, ['printf', ...rest]), shell.where(), wrongNumber);
    const [, array, index] = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(name) ?? [];
    if (array === undefined || index === undefined) shell.set(name, text);
    else shell.numbers.setElement(array, shell.numbers.isAssociative(array) ? index : String(evaluate(index, shell.numbers)), text);
    return status;
  } finally {
    shell.descriptors = before;
  }
};

const runTest: Builtin = (shell, argv) =>
  test(inProcess(shell, argv), shell.where(), shell.dialect === 'dash', (name) => shell.optionsSet.includes(name));

/** Commands of the shell itself. `echo` and the like are here so that they cost no process. */
const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...Object.entries({
    ...FLOW,
    ...VARIABLES,
    ...READ,
    ...JOB_CONTROL,
    ...NAMES,
    ...DECLARE,
    dirs: rare(dirs),
    pushd: rare(pushd),
    popd: rare(popd),
    complete,
    compgen,
    compopt,
    getopts: rare(getopts),
    set,
    shopt: rare(shopt),
    ulimit: rare(ulimit),
  }),
  ['echo', (shell, argv) => echo(inProcess(shell, argv), shell.dialect === 'dash')],
  ['printf', printfInto],
  ['test', runTest],
  ['[', runTest],
  ['pwd', within(pwd)],
]);

const BASH_ONLY = [
  'builtin',
  'caller',
  'enable',
  'declare',
  'typeset',
  'shopt',
  'mapfile',
  'readarray',
  'disown',
  'dirs',
  'pushd',
  'popd',
  'complete',
  'compgen',
  'compopt',
];

/** What each shell has: dash and ash know less than bash. */
const BY_DIALECT: Readonly<Record<Dialect, ReadonlyMap<string, Builtin>>> = {
  bash: BUILTINS,
  ash: without(BASH_ONLY),
  dash: without([...BASH_ONLY, 'source', 'let', 'history', 'help']),
};

export function builtinsOf(dialect: Dialect): ReadonlyMap<string, Builtin> {
  return BY_DIALECT[dialect];
}

function without(names: readonly string[]): ReadonlyMap<string, Builtin> {
  return new Map([...BUILTINS].filter(([name]) => !names.includes(name)));
}
