import type { Process } from '../../engine/os/process.ts';
import { decode, encode } from '../../engine/os/text.ts';
import { CommandError } from './errors.ts';
import type { Flags } from './flags.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';
import { parseDocument } from './yaml/parse.ts';

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

/** The kubeconfig file that is written to: the first of $KUBECONFIG, else ~/.kube/config. */
export function kubeconfigPaths(process: Process, flags: Flags): string[] {
  if (flags.string('kubeconfig') !== '') return [resolvePath(process, flags.string('kubeconfig'))];
  const fromEnv = (process.env.get('KUBECONFIG') ?? '').split(':').filter((path) => path !== '');
  return fromEnv.length > 0 ? fromEnv.map((path) => resolvePath(process, path)) : [`${process.env.get('HOME') ?? '/root'}/.kube/config`];
}

export function resolvePath(process: Process, path: string): string {
  const joined = path.startsWith('/') ? path : `${process.cwd}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** All files merged: the first to say something wins. */
export function loadKubeconfig(process: Process, flags: Flags): JsonObject {
  const merged: JsonObject = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [],
    contexts: [],
    users: [],
    'current-context': '',
    preferences: {},
  };
  const explicit = flags.string('kubeconfig') !== '';
  for (const path of kubeconfigPaths(process, flags)) {
    if (!process.files.exists(path)) {
      if (explicit) throw new CommandError(`stat ${flags.string('kubeconfig')}: no such file or directory`);
      continue;
    }
    const config = parseDocument(decode(process.files.read(path)), path) as JsonObject | null;
    for (const key of ['clusters', 'contexts', 'users'] as const) {
      const known = merged[key] as JsonObject[];
      for (const entry of list(config ?? {}, key))
        if (!known.some((each) => each['name'] === text(entry, 'name'))) known.push(entry as JsonObject);
    }
    if (text(merged, 'current-context') === '') merged['current-context'] = text(config ?? {}, 'current-context');
  }
  return merged;
}

export function saveKubeconfig(process: Process, flags: Flags, config: JsonObject): void {
  const path = kubeconfigPaths(process, flags)[0] as string;
  process.files.makeDirectory(path.replace(/\/[^/]*$/, '') || '/', { parents: true });
  process.files.write(path, encode(toYaml(config)), { mode: 0o600 });
}

export function resolveConfig(process: Process, flags: Flags): KubeConfig {
  const config = loadKubeconfig(process, flags);
  const name = flags.string('context') || text(config, 'current-context');
  const context = entry(config, 'contexts', name, 'context');
  if (name !== '' && context === undefined)
    throw new CommandError(`Error in configuration: context was not found for specified context: ${name}`);
  const clusterName = flags.global('cluster') || text(context, 'cluster');
  const userName = flags.global('user') || text(context, 'user');
  const cluster = entry(config, 'clusters', clusterName, 'cluster');
  const user = entry(config, 'users', userName, 'user');
  if (flags.global('cluster') !== '' && cluster === undefined) throw new CommandError(`no server found for cluster "${clusterName}"`);
  if (flags.global('user') !== '' && user === undefined) throw new CommandError(`auth info "${userName}" does not exist`);
  const pem = (from: JsonObject | undefined, flag: string, key: string): { value?: string } => {
    const file = flags.string(flag) || text(from, key);
    if (file !== '') return { value: decode(process.files.read(resolvePath(process, file))) };
    const data = text(from, `${key}-data`);
    return data === '' ? {} : { value: atobText(data) };
  };
  const ca = pem(cluster, 'certificate-authority', 'certificate-authority').value;
  const cert = pem(user, 'client-certificate', 'client-certificate').value;
  const key = pem(user, 'client-key', 'client-key').value;
  const token = flags.string('token') || text(user, 'token');
  return {
    server: (flags.string('server') || text(cluster, 'server') || 'http://localhost:8080').replace(/\/$/, ''),
    namespace: flags.string('namespace') || text(context, 'namespace') || 'default',
    insecure: flags.bool('insecure-skip-tls-verify') || text(cluster, 'insecure-skip-tls-verify') === 'true',
    context: name,
    user: userName,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(token === '' ? {} : { token }),
    ...(flags.string('tls-server-name') === '' ? {} : { tlsServerName: flags.string('tls-server-name') }),
  };
}

function entry(config: JsonObject, section: string, name: string, key: string): JsonObject | undefined {
  const found = list(config, section).find((each) => text(each, 'name') === name) as JsonObject | undefined;
  return found === undefined ? undefined : ((found[key] ?? {}) as JsonObject);
}

function atobText(data: string): string {
  return decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
}
