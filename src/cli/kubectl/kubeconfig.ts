import { FileError } from '../../engine/os/process.ts';
import type { Process } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';
import { absolutePath, directoryOf, readStanzas, resolvePath } from './config/stanzas.ts';
import { CommandError } from './errors.ts';
import type { Flags } from './flags.ts';
import { inClusterConfig } from './in-cluster.ts';
import { has, text } from './values.ts';
import type { JsonObject } from './values.ts';

export { resolvePath };

/** What is needed to reach a cluster: a context of the kubeconfig with the command line's flags over it. */
export interface KubeConfig {
  readonly server: string;
  readonly namespace: string;
  readonly insecure: boolean;
  /** PEM text. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly tlsServerName?: string;
  readonly context: string;
  readonly user: string;
}

export function resolveConfig(process: Process, flags: Flags): KubeConfig {
  if (flags.string('kubeconfig') !== '' && !process.files.exists(resolvePath(process, flags.string('kubeconfig'))))
    throw new CommandError(`stat ${flags.string('kubeconfig')}: no such file or directory`);
  const config = readStanzas(process, flags);
  const name = flags.string('context') || config.currentContext;
  const context = config.contexts.get(name);
  if (name !== '' && context === undefined)
    throw new CommandError(`Error in configuration: context was not found for specified context: ${name}`);
  const clusterName = flags.global('cluster') || text(context, 'cluster');
  const userName = flags.global('user') || text(context, 'user');
  const cluster = config.clusters.get(clusterName);
  const user = config.users.get(userName);
  if (flags.global('cluster') !== '' && cluster === undefined) throw new CommandError(`no server found for cluster "${clusterName}"`);
  if (flags.global('user') !== '' && user === undefined) throw new CommandError(`auth info "${userName}" does not exist`);
  refuse(user);
  const from = { clusters: config.origins.get(`clusters/${clusterName}`), users: config.origins.get(`users/${userName}`) };
  const file = (path: string, what: string, of: string, bare = false): string => {
    try {
      return decode(process.files.read(path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const why = `unable to read ${what} ${path} for ${of} due to open ${path}: ${error.message.toLowerCase()}`;
      throw new CommandError(bare ? why : `Error in configuration: ${why}`);
    }
  };
  const pem = (section: 'clusters' | 'users', entry: JsonObject | undefined, key: string): { value?: string } => {
    const of = section === 'clusters' ? clusterName : userName;
    const given = flags.string(key);
    if (given !== '') return { value: file(resolvePath(process, given), key, of, key === 'certificate-authority') };
    // Data in the kubeconfig itself goes before a file.
    const data = text(entry, `${key}-data`);
    if (data !== '') return { value: atobText(data) };
    const path = text(entry, key);
    const origin = from[section];
    return path === '' ? {} : { value: file(absolutePath(origin === undefined ? process.cwd : directoryOf(origin), path), key, of) };
  };
  const ca = pem('clusters', cluster, 'certificate-authority').value;
  const cert = pem('users', user, 'client-certificate').value;
  const key = pem('users', user, 'client-key').value;
  const tokenFile = text(user, 'tokenFile');
  const token =
    flags.string('token') ||
    (tokenFile === '' ? text(user, 'token') : file(absolutePath(directoryOf(from.users ?? '/'), tokenFile), 'tokenFile', userName).trim());
  const tlsServerName = flags.string('tls-server-name') || text(cluster, 'tls-server-name');
  // Without any kubeconfig a pod's own account is used.
  const pod =
    config.clusters.size === 0 && config.contexts.size === 0 && flags.string('server') === '' ? inClusterConfig(process) : undefined;
  if (pod !== undefined)
    return {
      ...pod,
      namespace: flags.string('namespace') || pod.namespace,
      token: token || pod.token,
      insecure: flags.bool('insecure-skip-tls-verify'),
      context: '',
      user: '',
    };
  return {
    server: serverOf(flags.string('server') || text(cluster, 'server') || 'http://localhost:8080'),
    namespace: flags.string('namespace') || text(context, 'namespace') || 'default',
    insecure: flags.bool('insecure-skip-tls-verify') || text(cluster, 'insecure-skip-tls-verify') === 'true',
    context: name,
    user: userName,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(token === '' ? {} : { token }),
    ...(tlsServerName === '' ? {} : { tlsServerName }),
  };
}

/** An address without a scheme is an HTTP one. */
function serverOf(given: string): string {
  return (given.includes('://') ? given : `http://${given}`).replace(/\/$/, '');
}

/** Ways of proving who one is that are known and not offered. */
function refuse(user: JsonObject | undefined): void {
  if (has(user, 'exec'))
    throw new CommandError(
      `the kubeconfig's user gets credentials from the program ${JSON.stringify(text(user, 'exec', 'command'))}: exec credential plugins are not modelled by this kubectl`,
    );
  if (has(user, 'auth-provider'))
    throw new CommandError(`no Auth Provider found for name ${JSON.stringify(text(user, 'auth-provider', 'name'))}`);
  if (text(user, 'username') !== '')
    throw new CommandError("the kubeconfig's user has a user name and a password: API servers know no basic authentication since v1.19");
}

function atobText(data: string): string {
  return decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
}
