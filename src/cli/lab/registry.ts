import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { refuse, say } from './answers.ts';
import type { Shortcut } from './shortcuts.ts';

export interface ImageFacts {
  readonly reference: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly layers: readonly string[];
}

/** What a registry tells of an image; one sentence where it has none. */
export type InspectImage = (image: string) => ImageFacts | string;

const HOW: Readonly<Record<string, string>> = {
  outage: 'unreachable',
  'rate-limit': 'rate-limited',
  credentials: 'unauthorized',
  missing: 'missing',
};
const USAGE = `write lab registry inspect IMAGE, lab registry retag IMAGE TAG, lab registry ${Object.keys(HOW).join('|')} REGISTRY|IMAGE, lab registry delay REGISTRY|IMAGE [TIMES], or lab registry heal REGISTRY|IMAGE`;

/** `lab registry …`: look at an image's layers, move a tag, or have pulls fail or take long. */
export function* registry(
  process: Process,
  inspect: InspectImage,
  [verb = '', target, more]: readonly string[],
  active: readonly { readonly fault: string; readonly target: string }[],
): Task<number | Shortcut> {
  const known = ['inspect', 'retag', 'delay', 'heal'].includes(verb) || HOW[verb] !== undefined;
  if (!known || target === undefined || (verb === 'retag' && more === undefined)) return yield* refuse(process, USAGE);
  if (verb === 'inspect') {
    const found = inspect(target);
    return typeof found === 'string' ? yield* refuse(process, found) : yield* say(process, factsText(found));
  }
  if (verb === 'retag') return { undo: false, faults: [{ fault: 'tag-moved', target, to: (more ?? '').replace(/^.*:/, '') }] };
  if (verb === 'delay') return { undo: false, faults: [{ fault: 'pull-slowed', target, ...(more === undefined ? {} : { factor: more }) }] };
  if (verb !== 'heal') return { undo: false, faults: [{ fault: 'registry-broken', target, how: HOW[verb] as string }] };
  const faults = active.filter((each) => /^(registry-broken|pull-slowed|tag-moved)$/.test(each.fault) && each.target === target);
  if (faults.length === 0) return yield* refuse(process, `nothing is wrong with ${target}; lab faults shows what is broken`);
  return { undo: true, faults: faults.map(({ fault }) => ({ fault, target })) };
}

function factsText({ reference, digest, size, layers }: ImageFacts): string {
  const lines = [
    `Image:   ${reference}`,
    `Digest:  ${digest}`,
    `Size:    ${(size / 1e6).toFixed(1)} MB`,
    'Layers:',
    ...layers.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
