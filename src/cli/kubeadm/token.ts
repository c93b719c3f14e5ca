import { sha256 } from '@noble/hashes/sha2.js';
import { decodeText, encodeText } from '../../engine/api/base64.ts';
import type { Secret } from '../../engine/api/generated/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import { parseCertificates } from '../../engine/api/x509/certificate.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { expected, type AdminApi } from './api.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';

const DAY = 24 * 3_600_000;
const GROUP = 'system:bootstrappers:kubeadm:default-node-token';
const SECRETS = '/api/v1/namespaces/kube-system/secrets';
const TYPE = 'bootstrap.kubernetes.io/token';
const FORM = /^[a-z0-9]{6}\.[a-z0-9]{16}$/;

/** `kubeadm token create|list|delete|generate`. */
export function* token(process: Process, api: (kubeconfig?: string) => AdminApi, [verb, ...args]: readonly string[]): Task<number> {
  switch (verb) {
    case 'generate':
      yield* writeText(process.stdout, `${newToken(process)}\n`);
      return 0;
    case 'create':
      return yield* create(process, api(), args);
    case 'list':
      return yield* list(process, api());
    case 'delete':
      return yield* remove(process, api(), args);
    default:
      throw new Failure(
        'Usage: kubeadm token create [TOKEN] [--print-join-command] [--ttl 24h] [--description TEXT]\n       kubeadm token list | delete TOKEN | generate',
      );
  }
}

/** A token as nobody has it yet. */
export function newToken(process: Process): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const some = (count: number): string => Array.from({ length: count }, () => letters[process.random(letters.length)]).join('');
  return `${some(6)}.${some(16)}`;
}

function* create(process: Process, api: AdminApi, args: readonly string[]): Task<number> {
  const { flags, operands } = readArguments(args, {
    values: ['ttl', 'description', 'kubeconfig', 'certificate-key'],
    switches: ['print-join-command'],
    refused: ['config', 'usages', 'groups'],
  });
  const made = operands[0] ?? newToken(process);
  if (!FORM.test(made))
    throw new Failure(`the bootstrap token ${JSON.stringify(made)} was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`);
  const { description } = Object.fromEntries(flags) as { description?: string };
  const body = tokenSecret(made, {
    ttl: flags.get('ttl') ?? '24h0m0s',
    now: process.now(),
    ...(description === undefined ? {} : { description }),
  });
  const answer = yield* api.request('POST', SECRETS, body);
  if (answer.code === 409) throw new Failure(`a token with id ${JSON.stringify(made.split('.')[0])} already exists`);
  expected(answer);
  if (!flags.has('print-join-command')) yield* writeText(process.stdout, `${made}\n`);
  else {
    const key = flags.get('certificate-key');
    const control = key === undefined ? '' : `--control-plane --certificate-key ${key}`;
    yield* writeText(process.stdout, `kubeadm join ${yield* joinArguments(api, made)} ${control}\n`);
  }
  return 0;
}

/** The Secret that a token is. Throws `Failure` for a time that is none. */
export function tokenSecret(token: string, { ttl, now, description }: { ttl: string; now: number; description?: string }): Secret {
  const [id = '', secret = ''] = token.split('.');
  const duration = lifetime(ttl);
  const data: Record<string, string> = {
    'auth-extra-groups': GROUP,
    ...(description === undefined ? {} : { description }),
    ...(duration === 0 ? {} : { expiration: `${new Date(now + duration).toISOString().slice(0, 19)}Z` }),
    'token-id': id,
    'token-secret': secret,
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: TYPE,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeText(value)])),
  };
}

/** Where, with which token, and which authority to expect there. */
function* joinArguments(api: AdminApi, made: string): Task<string> {
  const answer = yield* api.request('GET', '/api/v1/namespaces/kube-public/configmaps/cluster-info');
  const { kubeconfig = '' } = (expected(answer) as { data?: Record<string, string> }).data ?? {};
  const { server, authority } = readClusterInfo(kubeconfig);
  return `${server} --token ${made} --discovery-token-ca-cert-hash ${caHash(authority)}`;
}

/** Address and authority as the ConfigMap cluster-info says them. */
export function readClusterInfo(kubeconfig: string): { server: string; authority: string } {
  const [, server = ''] = /server: https:\/\/(\S+)/.exec(kubeconfig) ?? [];
  const [, authority = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
  return { server, authority: decodeText(authority) };
}

/** RFC 7469: of the authority's public key. */
export function caHash(authority: string): string {
  const key = parseCertificates(authority)[0]?.publicKey.raw ?? new Uint8Array();
  return `sha256:${[...sha256(key)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function* list(process: Process, api: AdminApi): Task<number> {
  const answer = yield* api.request('GET', `${SECRETS}?fieldSelector=type%3D${encodeURIComponent(TYPE)}`);
  const { items } = expected(answer) as { items: readonly Secret[] };
  const rows = items.map(({ data = {} }) => {
    const value = (key: string): string => decodeText(data[key] ?? '');
    const expires = value('expiration');
    const usages = Object.keys(data)
      .filter((key) => key.startsWith('usage-bootstrap-') && value(key) === 'true')
      .map((key) => key.slice(16))
      .sort();
    return [
      `${value('token-id')}.${value('token-secret')}`,
      expires === '' ? '<forever>' : shortDuration(Date.parse(expires) - process.now()),
      expires === '' ? '<never>' : expires,
      usages.join(','),
      value('description') || '<none>',
      value('auth-extra-groups') || '<none>',
    ];
  });
  if (rows.length === 0) return 0;
  const all = [['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] as string).length)) + 3);
  yield* writeText(process.stdout, all.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('')}\n`).join(''));
  return 0;
}

function* remove(process: Process, api: AdminApi, args: readonly string[]): Task<number> {
  const { operands } = readArguments(args, { values: ['kubeconfig'], switches: [] });
  if (operands.length === 0)
    throw new Failure('missing argument; \'token delete\' is missing token of form "[a-z0-9]{6}" or "[a-z0-9]{6}.[a-z0-9]{16}"');
  for (const given of operands) {
    const [id = ''] = given.split('.');
    const answer = yield* api.request('DELETE', `${SECRETS}/bootstrap-token-${id}`);
    if (answer.code === 404)
      throw new Failure(`failed to delete bootstrap token ${JSON.stringify(id)}: ${(answer.body as Status).message}`);
    expected(answer);
    yield* writeText(process.stdout, `bootstrap token ${JSON.stringify(id)} deleted\n`);
  }
  return 0;
}

/** Milliseconds of `24h0m0s`; 0 for ever. */
export function lifetime(given: string): number {
  if (given === '0') return 0;
  if (!/^(\d+[hms])+$/.test(given))
    throw new Failure(`invalid argument ${JSON.stringify(given)} for "--ttl" flag: time: invalid duration ${JSON.stringify(given)}`);
  let sum = 0;
  for (const [, count, unit] of given.matchAll(/(\d+)([hms])/g))
    sum += Number(count) * ({ h: 3_600_000, m: 60_000, s: 1000 }[unit as string] ?? 0);
  return sum;
}

/** `duration.ShortHumanDuration`: `364d`, `9y`. */
export function shortDuration(left: number): string {
  if (left < 0) return '<invalid>';
  const units: readonly (readonly [number, string])[] = [[365 * DAY, 'y'], [DAY, 'd'], [3_600_000, 'h'], [60_000, 'm']]; // prettier-ignore
  const [size, unit] = units.find(([length]) => left >= length) ?? [1000, 's'];
  return `${Math.floor(left / size)}${unit}`;
}
