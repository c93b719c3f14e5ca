import type { Task } from '../../../engine/os/task.ts';
import { CommandError, HelpError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { JsonObject } from '../values.ts';
import { embedded, load, save, withEntry } from './access.ts';
import { resolvePath } from './stanzas.ts';

export const SET_CLUSTER_FLAGS = 'embed-certs:bool proxy-url:string';

export function* setCluster(session: Session): Task<number> {
  const { flags } = session;
  const [name = ''] = flags.args;
  if (flags.args.length !== 1) throw new HelpError(`Unexpected args: [${flags.args.join(' ')}]`);
  if (name === '') throw new CommandError('you must specify a non-empty cluster name');
  const authority = flags.string('certificate-authority');
  if (flags.bool('insecure-skip-tls-verify') && authority !== '')
    throw new CommandError('you cannot specify a certificate authority and insecure mode at the same time');
  if (flags.bool('embed-certs') && authority === '') throw new CommandError('you must specify a --certificate-authority to embed');
  const config = load(session);
  const cluster: JsonObject = { ...config.clusters.get(name) };
  if (flags.has('server')) {
    cluster['server'] = flags.string('server');
    // Another server is another name to check.
    cluster['tls-server-name'] = '';
  }
  if (flags.has('tls-server-name')) cluster['tls-server-name'] = flags.string('tls-server-name');
  if (flags.has('insecure-skip-tls-verify')) {
    cluster['insecure-skip-tls-verify'] = flags.bool('insecure-skip-tls-verify');
    if (flags.bool('insecure-skip-tls-verify')) Object.assign(cluster, { 'certificate-authority': '', 'certificate-authority-data': '' });
  }
  if (flags.has('certificate-authority')) {
    if (flags.bool('embed-certs')) {
      cluster['certificate-authority-data'] = embedded(session, 'certificate-authority');
      Object.assign(cluster, { 'certificate-authority': '', 'insecure-skip-tls-verify': false });
    } else {
      cluster['certificate-authority'] = authority === '' ? '' : resolvePath(session.process, authority);
      if (authority !== '') Object.assign(cluster, { 'certificate-authority-data': '', 'insecure-skip-tls-verify': false });
    }
  }
  if (flags.has('proxy-url')) cluster['proxy-url'] = flags.string('proxy-url');
  save(session, config, withEntry(config, 'clusters', name, cluster));
  yield* session.out(`Cluster "${name}" set.\n`);
  return 0;
}
