import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';

const NO_DISK = 'nodes and containers have disks and memory: ssh NODE df -h, ssh NODE free -h';

/** Tools that learners look for on a workstation and that are not there: each says so, and what is there in its place. */
const INSTEAD: Readonly<Record<string, string>> = {
  crictl: 'containers are looked at on their node: ssh NODE crictl ps',
  helm: 'charts are not rendered here; kubectl apply -k builds kustomizations',
  df: NO_DISK,
  free: NO_DISK,
  xz: 'gzip and tar -z pack files',
};

export const NOT_BUILT: Readonly<Record<string, Program>> = Object.fromEntries(
  Object.entries(INSTEAD).map(([name, instead]) => [
    name,
    function* (process) {
      yield* writeText(process.stderr, `${name}: not modelled on this workstation: ${instead}\n`);
      return 1;
    } satisfies Program,
  ]),
);
