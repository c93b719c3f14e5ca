import type { Child, Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readerOf, writeText, writerTo } from '../../engine/os/text.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';

export const PROFILE = 'minikube';
export const VERSION = 'v1.38.0';
export const KUBERNETES = 'v1.36.3';

/** What the composition lets minikube do. All else it does as anybody would, with kubectl. */
export interface MinikubeControl {
  readonly machines: MachineControl;
  /** Packets of this machine to a range go to a node, until the returned function is called. */
  route(range: string, node: string): () => void;
  /** Manifests of add-ons, by minikube's names. */
  readonly addons: Readonly<Record<string, () => string>>;
}

/** The machines of the profile, the control plane first; none where the cluster is not minikube's. */
export function nodesOf({ machines }: MinikubeControl): readonly MachineFacts[] {
  const all = machines.all();
  return all.some(({ name, controlPlane }) => controlPlane && name === PROFILE) ? all.filter(({ joined }) => joined) : [];
}

export function* say(process: Process, ...lines: readonly string[]): Task<void> {
  yield* writeText(process.stdout, `${lines.join('\n')}\n`);
}

/** Runs kubectl and takes what it says. */
export function kubectl(process: Process, args: readonly string[], input = ''): Task<{ code: number; out: string; err: string }> {
  return quietly(process, ['kubectl', ...args], input);
}

/** Runs a program and takes what it says. */
export function* quietly(process: Process, argv: readonly string[], input = ''): Task<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const child: Child = process.spawn(argv, {
    stdin: readerOf(input),
    stdout: writerTo((bytes) => (out += decode(bytes))),
    stderr: writerTo((bytes) => (err += decode(bytes))),
  });
  return { code: yield* child.wait(), out, err };
}

/** A table as minikube draws it. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const centred = header.map((title, i) => {
    const gap = (widths[i] as number) - title.length;
    return `${' '.repeat(Math.floor(gap / 2))}${title}${' '.repeat(Math.ceil(gap / 2))}`;
  });
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`);
  return [rule, `| ${centred.join(' | ')} |`, rule, ...lines, rule].join('\n');
}
