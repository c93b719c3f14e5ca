import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';

/** Tools that learners look for on a workstation and that are not there: each says so, and what is there in its place. */
const INSTEAD: Readonly<Record<string, string>> = {
  crictl: 'containers are looked at on their node: ssh NODE crictl ps',
  helm: 'charts are not rendered here; kubectl apply -k builds kustomizations',
  ping: 'packets of ICMP do not travel here; nc -zv HOST PORT tries a port',
  traceroute: 'packets of ICMP do not travel here; nc -zv HOST PORT tries a port',
  xz: 'gzip and tar -z pack files',
  minikube: 'the cluster is running already; kubectl get nodes shows it',
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
