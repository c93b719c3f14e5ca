import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { nodesOf, quietly, say, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';

const NO_ARCHIVES = 'images have no layers here that an archive could hold; image pull brings one from its registry';
const REFUSED = {
  build: "nothing builds images here; a scenario's images: says what registries have, and image pull brings one",
  load: 'there is no Docker and no archive of an image on this machine; image pull brings one from its registry',
  save: NO_ARCHIVES,
  tag: 'a tag stands for what its registry says (lab registry retag)',
  push: 'registries here take nothing from learners (lab registry retag)',
};

/** `minikube image ls|pull|rm`: what the runtimes of the profile's machines have. */
export function* image(process: Process, control: MinikubeControl, [verb, ...names]: readonly string[]): Task<number> {
  const powered = nodesOf(control).filter((each) => each.powered);
  switch (verb) {
    case 'ls':
    case 'list': {
      const tags = new Set<string>();
      for (const { name } of powered) {
        const { out } = yield* quietly(process, ['ssh', name, 'crictl', 'images', '-o', 'json']);
        for (const { repoTags } of (JSON.parse(out) as { images: readonly { repoTags: readonly string[] }[] }).images)
          for (const tag of repoTags) tags.add(tag);
      }
      yield* say(process, ...[...tags].toSorted().toReversed());
      return 0;
    }
    case 'pull':
    case 'rm':
    case 'remove':
    case 'unload': {
      if (names.length === 0) throw new Failure(14, `❌  Exiting due to MK_USAGE: Please provide an image to ${verb}`);
      for (const { name } of powered)
        for (const each of names) {
          const { code, err } = yield* quietly(process, ['ssh', name, 'crictl', verb === 'pull' ? 'pull' : 'rmi', each]);
          if (code !== 0 && verb === 'pull')
            throw new Failure(80, `\n❌  Exiting due to GUEST_IMAGE_PULL: Failed to pull images: ${err.trim()}\n`);
        }
      return 0;
    }
    case 'build':
    case 'load':
    case 'save':
    case 'tag':
    case 'push':
      throw notModelled(`image ${verb}: ${REFUSED[verb]}`);
    default:
      throw new Failure(1, `Error: unknown command "${verb ?? ''}" for "minikube image"\nRun 'minikube image --help' for usage.`);
  }
}
