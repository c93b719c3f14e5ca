import type { Service } from '../../engine/api/generated/types.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { PROFILE, kubectl, nodesOf, say, type MinikubeControl } from './control.ts';

const SERVICES = '10.96.0.0/12';
const LOOK = 2000;

/** `minikube tunnel`: while it runs this machine reaches Services' own addresses, and those of type LoadBalancer have theirs as address. */
export function* tunnel(process: Process, control: MinikubeControl): Task<number> {
  const address = nodesOf(control)[0]?.address ?? '';
  const takeAway = control.route(SERVICES, PROFILE);
  const given = new Map<string, Service>();
  let over = false;
  process.onSignal('INT', () => (over = true));
  process.onSignal('TERM', () => (over = true));
  try {
    let told = '';
    while (!over) {
      for (const service of yield* balanced(process)) {
        const { name = '', namespace = 'default' } = service.metadata;
        given.set(`${namespace}/${name}`, service);
        const ip = service.spec?.clusterIP ?? '';
        if (service.status?.loadBalancer?.ingress?.[0]?.ip !== ip) yield* tell(process, service, [{ ip }]);
      }
      const names = [...given.values()].map(({ metadata }) => metadata.name).join(', ');
      const report = `Status:\t\n\tmachine: ${PROFILE}\n\tpid: ${process.pid}\n\troute: ${SERVICES} -> ${address}\n\tminikube: Running\n\tservices: [${names}]\n    errors: \n\t\tminikube: no errors\n\t\trouter: no errors\n\t\tloadbalancer emulator: no errors`;
      if (report !== told) yield* say(process, (told = report));
      yield* process.sleep(LOOK);
    }
    return 0;
  } finally {
    takeAway();
    if (over) for (const service of given.values()) yield* tell(process, service, []);
  }
}

function* balanced(process: Process): Task<readonly Service[]> {
  const { code, out } = yield* kubectl(process, ['get', 'services', '-A', '-o', 'json']);
  return code === 0 ? (JSON.parse(out) as { items: Service[] }).items.filter(({ spec }) => spec?.type === 'LoadBalancer') : [];
}

function* tell(process: Process, { metadata: { name = '', namespace = 'default' } }: Service, ingress: readonly object[]): Task<void> {
  const patch = JSON.stringify({ status: { loadBalancer: { ingress } } });
  yield* kubectl(process, ['patch', 'service', '-n', namespace, name, '--subresource=status', '--type=merge', '-p', patch]);
}
