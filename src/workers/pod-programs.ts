import type { Program } from '../engine/os/process.ts';
import { withEtcdctl } from '../cli/etcdctl/programs.ts';
import { withKubectl } from '../cli/kubectl/over-network.ts';
import { containerPrograms } from '../shell/flavours.ts';

const all = withEtcdctl(withKubectl(containerPrograms));

/** The programs that the file systems of images offer beside their own daemons. */
export function podPrograms(flavour: string): Readonly<Record<string, Program>> {
  return all(flavour);
}
