import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readConfig, writeConfig } from './config.ts';
import { say, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';
import { image } from './image.ts';

/** `minikube cache add|delete|list|reload`: images that every machine of the profile gets. */
export function* cache(process: Process, control: MinikubeControl, [verb, ...names]: readonly string[]): Task<number> {
  const { cache: kept, ...others } = readConfig(process) as { cache?: Readonly<Record<string, null>> };
  const all = Object.keys(kept ?? {}).toSorted();
  const keep = (now: readonly string[]): void =>
    writeConfig(process, { ...others, cache: Object.fromEntries(now.map((name) => [name, null])) });
  if (verb === 'list') {
    if (all.length > 0) yield* say(process, ...all);
    return 0;
  }
  if (verb === 'reload') {
    if (all.length > 0) yield* image(process, control, ['pull', ...all]);
    return 0;
  }
  if (verb === 'add') {
    yield* writeText(
      process.stderr,
      '❗  "minikube cache" will be deprecated in upcoming versions, please switch to "minikube image load"\n',
    );
    yield* image(process, control, ['pull', ...names]);
    keep([...new Set([...all, ...names])]);
    return 0;
  }
  if (verb !== 'delete') throw notModelled(`cache ${verb ?? ''}: there are add, delete, list and reload`);
  const missing = names.find((name) => !all.includes(name));
  if (missing !== undefined)
    throw new Failure(80, `\n❌  Exiting due to HOST_DEL_CACHE: Failed to delete images from config: ${missing} is not in the cache\n`);
  keep(all.filter((name) => !names.includes(name)));
  return 0;
}
