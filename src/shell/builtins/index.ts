import type { Program } from '../../engine/os/process.ts';
import { inProcess } from '../in-process.ts';
import type { Builtin } from '../shell.ts';
import { echo } from '../utilities/echo.ts';
import { printf } from '../utilities/printf.ts';
import { pwd } from '../utilities/pwd.ts';
import { test } from '../utilities/test.ts';
import { FLOW } from './flow.ts';
import { JOB_CONTROL } from './job-control.ts';
import { NAMES } from './names.ts';
import { VARIABLES } from './variables.ts';

const within =
  (program: Program): Builtin =>
  (shell, argv) =>
    program(inProcess(shell, argv));

/** Commands of the shell itself. `echo` and the like are here so that they cost no process. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...Object.entries({ ...FLOW, ...VARIABLES, ...JOB_CONTROL, ...NAMES }),
  ['echo', (shell, argv) => echo(inProcess(shell, argv), shell.dialect === 'dash')],
  [
    'printf',
    (shell, argv) => printf(inProcess(shell, argv), shell.where(), shell.dialect === 'dash' ? 'expected numeric value' : 'invalid number'),
  ],
  ['test', (shell, argv) => test(inProcess(shell, argv), shell.where(), shell.dialect === 'dash')],
  ['[', (shell, argv) => test(inProcess(shell, argv), shell.where(), shell.dialect === 'dash')],
  ['pwd', within(pwd)],
]);
