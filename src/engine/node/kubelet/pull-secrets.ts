import type { Pod, Secret } from '../../api/generated/types.ts';
import { decode } from '../../os/text.ts';
import type { AuthConfig } from '../runtime/cri.ts';
import { parseReference } from '../runtime/reference.ts';
import { fromBase64, type Sources } from './sources.ts';

interface Entry {
  readonly host: string;
  readonly path: string;
  readonly auth: AuthConfig;
}

export interface PullSecrets {
  /** Names of those that are not there. */
  readonly missing: readonly string[];
  /** Credentials that fit the image, the most particular first. */
  readonly auths: readonly AuthConfig[];
}

/** The credentials of a pod's `imagePullSecrets` for an image (the kubelet's docker keyring). */
export function pullSecretsOf(sources: Sources, pod: Pod, image: string): PullSecrets {
  const missing: string[] = [];
  const entries: Entry[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const secret = name === '' ? undefined : sources.secret(pod.metadata.namespace ?? '', name);
    if (secret === undefined) missing.push(name);
    else entries.push(...entriesOf(secret));
  }
  const reference = parseReference(image);
  if (typeof reference === 'string') return { missing, auths: [] };
  const hosts = reference.domain === 'docker.io' ? ['docker.io', 'index.docker.io'] : [reference.domain];
  const fitting = entries
    .filter(
      ({ host, path }) => hosts.some((each) => hostMatches(host, each)) && `${reference.path}/`.startsWith(path === '' ? '' : `${path}/`),
    )
    .sort((a, b) => (`${a.host}/${a.path}` < `${b.host}/${b.path}` ? 1 : -1));
  return { missing, auths: fitting.map(({ auth }) => auth) };
}

function entriesOf({ type, data }: Secret): Entry[] {
  const text =
    type === 'kubernetes.io/dockerconfigjson'
      ? data?.['.dockerconfigjson']
      : type === 'kubernetes.io/dockercfg'
        ? data?.['.dockercfg']
        : undefined;
  if (text === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(decode(fromBase64(text)));
  } catch {
    return [];
  }
  const auths = type === 'kubernetes.io/dockerconfigjson' ? (parsed as { auths?: unknown } | null)?.auths : parsed;
  if (typeof auths !== 'object' || auths === null) return [];
  return Object.entries(auths as Record<string, { username?: string; password?: string; auth?: string }>).flatMap(([key, value]) => {
    const [user = '', ...rest] = decode(fromBase64(value.auth ?? '')).split(':');
    const username = value.username ?? user;
    const password = value.password ?? rest.join(':');
    const [host = '', ...path] = key
      .replace(/^https?:\/\//, '')
      .replace(/\/v[12]\/?$/, '')
      .replace(/\/$/, '')
      .split('/');
    return username === '' ? [] : [{ host, path: path.join('/'), auth: { username, password } }];
  });
}

/** `*.example.com` fits one part of a name at each star. */
function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.split('.');
  const parts = host.split('.');
  if (wanted.length !== parts.length) return false;
  return wanted.every((part, i) => {
    const glob = part
      .replace(/[^*?]/g, (char) => char.replace(/[\\^$+.()|[\]{}]/, '\\$&'))
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    return new RegExp(`^${glob}$`).test(parts[i] ?? '');
  });
}
