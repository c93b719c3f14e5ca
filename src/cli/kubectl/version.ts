import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import type { Session } from './session.ts';
import { object, text } from './values.ts';
import type { JsonObject } from './values.ts';
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
    if (!flags.bool('client')) server = object(yield* session.json('GET', '/version'));
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
  yield* session.call('GET', '/api');
  yield* session.out(`Kubernetes control plane is running at ${session.config.server}\n`);
  const services = yield* session.json('GET', '/api/v1/namespaces/kube-system/services', {
    query: { labelSelector: 'kubernetes.io/cluster-service=true' },
  });
  for (const service of (services['items'] ?? []) as JsonObject[]) {
    const name = text(service, 'metadata', 'name');
    const shown = text(service, 'metadata', 'labels', 'kubernetes.io/name') || name;
    const port = text(service, 'spec', 'ports', 0, 'name');
    yield* session.out(
      `${shown} is running at ${session.config.server}/api/v1/namespaces/kube-system/services/${name}${port === '' ? '' : `:${port}`}/proxy\n`,
    );
  }
  yield* session.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  return 0;
}
