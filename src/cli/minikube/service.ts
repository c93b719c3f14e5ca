import type { Service } from '../../engine/api/generated/types.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { kubectl, nodesOf, say, table, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';

/** `minikube service NAME [--url]` and `minikube service list`: where a Service is reached from this machine. */
export function* service(
  process: Process,
  control: MinikubeControl,
  [name]: readonly string[],
  flags: ReadonlyMap<string, string>,
): Task<number> {
  const address = nodesOf(control)[0]?.address ?? '';
  const namespace = flags.get('namespace') ?? flags.get('n') ?? 'default';
  const urls = (found: Service): string[] =>
    (found.spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined ? [] : [`http://${address}:${nodePort}`]));
  const ports = (found: Service): string[] =>
    (found.spec?.ports ?? []).map(({ name: port, port: number }) => `${port === undefined ? '' : `${port}/`}${number}`);
  if (name === 'list') {
    const { items } = JSON.parse((yield* kubectl(process, ['get', 'services', '-A', '-o', 'json'])).out || '{"items":[]}') as {
      items: Service[];
    };
    const rows = items.map((each) => [
      each.metadata.namespace ?? '',
      each.metadata.name ?? '',
      urls(each).length === 0 ? 'No node port' : ports(each).join(','),
      urls(each).join(' '),
    ]);
    yield* say(process, table(['NAMESPACE', 'NAME', 'TARGET PORT', 'URL'], rows));
    return 0;
  }
  if (name === undefined) throw new Failure(14, '❌  Exiting due to MK_USAGE: You must specify a service name');
  const { code, out } = yield* kubectl(process, ['get', 'service', '-n', namespace, name, '-o', 'json']);
  if (code !== 0)
    throw new Failure(
      115,
      `\n❌  Exiting due to SVC_NOT_FOUND: Service '${name}' was not found in '${namespace}' namespace.\nYou may select another namespace by using 'minikube service ${name} -n <namespace>'. Or list out all the services using 'minikube service list'\n`,
    );
  const found = JSON.parse(out) as Service;
  if (urls(found).length === 0) {
    yield* say(process, `😿  service ${namespace}/${name} has no node port`);
    return 0;
  }
  if (flags.has('url')) {
    yield* say(process, ...urls(found));
    return 0;
  }
  yield* say(
    process,
    table(['NAMESPACE', 'NAME', 'TARGET PORT', 'URL'], [[namespace, name, ports(found).join(','), urls(found).join(' ')]]),
  );
  throw notModelled(`there is no browser on this machine; minikube service ${name} --url | xargs curl shows the page`);
}
