import type { Task } from '../../engine/os/task.ts';
import { groupResource } from './discovery.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import { parseTargets } from './resources.ts';
import type { Session } from './session.ts';
import { list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const VERSION_FLAGS = 'client:bool o/output:string';

const CLIENT: JsonObject = { gitVersion: 'v1.36.0', major: '1', minor: '36', platform: 'linux/amd64' };

export function* version(session: Session): Task<number> {
  if (session.flags.args.length > 0) throw new CommandError(`extra arguments: [${session.flags.args.join(' ')}]`);
  const { flags } = session;
  const output = flags.string('output');
  if (!['', 'yaml', 'json'].includes(output)) throw new CommandError(`--output must be 'yaml' or 'json'`);
  let server: JsonObject | undefined;
  let failure: unknown;
  // A server that does not answer is no reason to keep quiet about the client.
  try {
    if (!flags.bool('client')) server = object(yield* session.json('GET', '/version', { discovery: true }));
  } catch (error) {
    failure = error;
  }
  if (output !== '') {
    const all: JsonObject = {
      clientVersion: CLIENT,
      kustomizeVersion: 'v5.7.1',
      ...(server === undefined ? {} : { serverVersion: server }),
    };
    yield* session.out(output === 'json' ? `${goJson(all, '  ')}\n` : toYaml(all));
    if (failure !== undefined) throw failure;
    return 0;
  }
  yield* session.out(`Client Version: ${text(CLIENT, 'gitVersion')}\nKustomize Version: v5.7.1\n`);
  if (server !== undefined) yield* session.out(`Server Version: ${text(server, 'gitVersion')}\n`);
  if (failure !== undefined) throw failure;
  return 0;
}

export function* clusterInfo(session: Session): Task<number> {
  const { server, namespace } = session.config;
  try {
    const [services] = yield* parseTargets(session, ['services'], { everything: true });
    const found = yield* session.json('GET', `/api/v1/namespaces/${session.namespaceGiven ? namespace : 'kube-system'}/services`, {
      query: { labelSelector: 'kubernetes.io/cluster-service=true', limit: '500' },
      ...(services === undefined ? {} : { what: `get ${groupResource(services.mapping)}` }),
    });
    yield* session.out(`Kubernetes control plane is running at ${server}\n`);
    for (const service of list(found, 'items')) {
      const name = text(service, 'metadata', 'labels', 'kubernetes.io/name') || text(service, 'metadata', 'name');
      yield* session.out(`${name} is running at ${linkTo(service, server)}\n`);
    }
  } finally {
    yield* session.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  }
  return 0;
}

/** Where a load balancer stands, or the way through the API server to the first port. */
function linkTo(service: Json, server: string): string {
  const ports = list(service, 'spec', 'ports');
  const [balancer] = list(service, 'status', 'loadBalancer', 'ingress');
  if (balancer !== undefined)
    return ports.map((port) => `http://${text(balancer, 'ip') || text(balancer, 'hostname')}:${text(port, 'port')} `).join('');
  const [first] = ports;
  const name = text(first ?? null, 'name');
  const scheme = name === 'https' || text(first ?? null, 'port') === '443' ? 'https' : '';
  const named = text(service, 'metadata', 'name');
  const target =
    first === undefined || (scheme === '' && name === '') ? named : scheme === '' ? `${named}:${name}` : `${scheme}:${named}:${name}`;
  return `${server}/api/v1/namespaces/${text(service, 'metadata', 'namespace')}/services/${target}/proxy`;
}
