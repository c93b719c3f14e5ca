import type { FileSystem } from './os/process.ts';

/** Flags that may say something else than the manifest that kubeadm writes. */
const FREE = new Set(['v', 'cluster-cidr', 'allocate-node-cidrs']);

/** What a part of the control plane cannot start with: a flag that it does not know, a file that is not there, or a value that has no effect here. */
export function flagProblem(argv: readonly string[], usual: readonly string[], disk: FileSystem): string | undefined {
  const known = new Map(usual.slice(1).map(split));
  for (const [name, value] of argv.slice(1).map(split)) {
    if (FREE.has(name)) continue;
    const expected = known.get(name);
    if (expected === undefined) return `unknown flag: --${name} (or one that is not modelled here)`;
    if (value.startsWith('/')) {
      if (!disk.exists(value)) return `open ${value}: no such file or directory`;
    } else if (value !== expected) return `not modelled here: --${name}=${value}; it is ${expected}`;
  }
  return undefined;
}

export function flagOf(argv: readonly string[], name: string): string | undefined {
  return new Map(argv.slice(1).map(split)).get(name);
}

function split(argument: string): [string, string] {
  const [, name = argument, value = 'true'] = /^--?([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
  return [name, value];
}
