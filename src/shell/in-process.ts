import type { Process } from '../engine/os/process.ts';
import type { Shell } from './shell.ts';

/** This process as a program run inside the shell sees it (`echo`, `test`: no process of their own). */
export function inProcess(shell: Shell, argv: readonly string[]): Process {
  const { stdin, stdout, stderr } = shell;
  const own: Partial<Record<keyof Process, unknown>> = { argv, env: shell.environment(), stdin, stdout, stderr };
  return Object.create(
    shell.process,
    Object.fromEntries(Object.entries(own).map(([key, value]) => [key, { value, enumerable: true }])),
  ) as Process;
}
