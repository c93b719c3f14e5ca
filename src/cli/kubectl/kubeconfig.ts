import { FileError } from '../../engine/os/process.ts';
import type { Process } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';
import { absolutePath, directoryOf, readStanzas, resolvePath } from './config/stanzas.ts';
import { CommandError } from './errors.ts';
import type { Flags } from './flags.ts';
import type { PluginPolicy } from './kuberc/preference.ts';
import { inClusterConfig } from './in-cluster.ts';
import { has, list, object, text } from './values.ts';
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
  /** The `exec` of a user who has credentials made. */
  readonly plugin?: JsonObject;
  /** What the user's preferences say of such programs. */
  readonly policy?: PluginPolicy;
  /** Nothing says who calls, and the server would like to know. */
  readonly unknownUser?: boolean;
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
  const from = { clusters: config.origins.get(`clusters/${clusterName}`), users: config.origins.get(`users/${userName}`) };
  const problems: string[] = [];
  const file = (path: string, what: string, of: string): string => {
    try {
      return decode(process.files.read(path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push(`unable to read ${what} ${path} for ${of} due to open ${path}: ${error.message.toLowerCase()}`);
      return '';
    }
  };
  const pem = (section: 'clusters' | 'users', entry: JsonObject | undefined, key: string): { value?: string } => {
    const of = section === 'clusters' ? clusterName : userName;
    const shown = key === 'client-certificate' ? 'client-cert' : key;
    const given = flags.string(key);
    if (given !== '') return { value: file(resolvePath(process, given), shown, of) };
    // Data in the kubeconfig itself goes before a file.
    const data = text(entry, `${key}-data`);
    if (data !== '') return { value: atobText(data) };
    const path = text(entry, key);
    const origin = from[section];
    return path === '' ? {} : { value: file(absolutePath(origin === undefined ? process.cwd : directoryOf(origin), path), shown, of) };
  };
  const ca = pem('clusters', cluster, 'certificate-authority').value;
  const cert = pem('users', user, 'client-certificate').value;
  const key = pem('users', user, 'client-key').value;
  const tokenFile = text(user, 'tokenFile');
  const token =
    flags.string('token') ||
    (tokenFile === '' ? text(user, 'token') : readToken(process, absolutePath(directoryOf(from.users ?? '/'), tokenFile)));
  const plugin = token === '' && has(user, 'exec') ? object(user, 'exec') : undefined;
  if (has(user, 'auth-provider'))
    throw new CommandError(`no Auth Provider found for name ${JSON.stringify(text(user, 'auth-provider', 'name'))}`);
  if (cert !== undefined && key === undefined)
    problems.push(`client-key-data or client-key must be specified for ${userName} to use the clientCert authentication method.`);
  if (plugin !== undefined) problems.push(...pluginProblems(plugin, userName));
  refuse(problems);
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
  const server = serverOf(flags.string('server') || text(cluster, 'server') || 'http://localhost:8080');
  const insecure = flags.bool('insecure-skip-tls-verify') || text(cluster, 'insecure-skip-tls-verify') === 'true';
  if (insecure && ca !== undefined) throw new CommandError('specifying a root certificates file with the insecure flag is not allowed');
  const named = flags.string('username') || text(user, 'username');
  const unknownUser = token === '' && cert === undefined && plugin === undefined && named === '' && server.startsWith('https:');
  return {
    server,
    namespace: flags.string('namespace') || text(context, 'namespace') || 'default',
    insecure,
    context: name,
    user: userName,
    ...(plugin === undefined ? {} : { plugin }),
    ...(unknownUser ? { unknownUser } : {}),
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

/** What keeps an exec plug-in of a kubeconfig from being run: clientcmd's validation. */
function pluginProblems(plugin: JsonObject, user: string): string[] {
  const mode = text(plugin, 'interactiveMode');
  const unnamed = list(plugin, 'env').some((each) => text(each, 'name') === '');
  return [
    ...(text(plugin, 'command') === '' ? [`command must be specified for ${user} to use exec authentication plugin`] : []),
    ...(text(plugin, 'apiVersion') === '' ? [`apiVersion must be specified for ${user} to use exec authentication plugin`] : []),
    ...(unnamed ? [`env variable name must be specified for ${user} to use exec authentication plugin`] : []),
    ...(mode === '' ? [`interactiveMode must be specified for ${user} to use exec authentication plugin`] : []),
    ...(['', 'Never', 'IfAvailable', 'Always'].includes(mode) ? [] : [`invalid interactiveMode for ${user}: "${mode}"`]),
  ];
}

/** clientcmd's complaint: one in a line, several as a list. */
function refuse(problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length > 1) throw new CommandError(`Error in configuration: \n${problems.map((each) => `* ${each}\n`).join('')}`);
  throw new CommandError(first.startsWith('unable to read client') ? `Error in configuration: ${first}` : first);
}

function readToken(process: Process, path: string): string {
  if (!process.files.exists(path)) throw new CommandError(`open ${path}: no such file or directory`);
  return decode(process.files.read(path)).trim();
}

function atobText(data: string): string {
  return decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
}
