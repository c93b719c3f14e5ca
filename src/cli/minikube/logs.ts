import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { kubectl, nodesOf, quietly, say, type MinikubeControl } from './control.ts';

/** `minikube logs [-n LINES]`: what the machine's parts have written last. */
export function* logs(process: Process, control: MinikubeControl, lines: string): Task<number> {
  const section = (title: string, text: string): Task<void> => say(process, '', `==> ${title} <==`, text.replace(/\n$/, ''));
  for (const { name, controlPlane } of nodesOf(control).filter(({ powered }) => powered)) {
    const on = (command: string): Task<{ out: string; err: string }> => quietly(process, ['ssh', name, command]);
    yield* section('container status', (yield* on('crictl ps -a')).out);
    if (controlPlane) yield* section('describe nodes', (yield* kubectl(process, ['describe', 'nodes'])).out);
    yield* section('kubelet', (yield* on(`journalctl -u kubelet -n ${lines} --no-pager`)).out);
    const { out } = yield* on('crictl ps -a -o json');
    const { containers } = JSON.parse(out) as {
      containers: readonly { id: string; metadata: { name: string }; labels: Readonly<Record<string, string>> }[];
    };
    for (const { id, metadata, labels } of containers) {
      if (labels['io.kubernetes.pod.namespace'] !== 'kube-system') continue;
      const written = yield* on(`crictl logs --tail ${lines} ${id}`);
      yield* section(`${metadata.name} [${id.slice(0, 12)}]`, written.out + written.err);
    }
  }
  return 0;
}
