import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { goQuote } from '../gotext.ts';
import type { Session } from '../session.ts';
import type { Json, JsonObject } from '../values.ts';
import { nameOf, required } from './arguments.ts';
import { parseQuantity, QUANTITY_RULE } from '../quantity.ts';

export function* makeService(session: Session, type: string): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  const headless = type === 'ClusterIP' && flags.string('clusterip') === 'None';
  const pairs = flags.slice('tcp');
  if (pairs.length === 0 && !headless && type !== 'ExternalName')
    throw new CommandError('at least one tcp port specifier must be provided');
  if (type === 'ExternalName' && flags.string('external-name') === '') required(session, 'external-name');
  const labels = { app: name };
  const ports = pairs.map((pair): JsonObject => {
    const [port = '', target = port] = pair.split(':');
    if (!/^\d+$/.test(port)) throw new CommandError(`strconv.ParseUint: parsing ${goQuote(port)}: invalid syntax`);
    if (Number(port) < 1 || Number(port) > 65535) throw new CommandError(`invalid port: ${port}`);
    const nodePort = type === 'NodePort' && flags.int('node-port') !== 0 ? { nodePort: flags.int('node-port') } : {};
    return {
      name: pair.replace(':', '-'),
      port: Number(port),
      protocol: 'TCP',
      targetPort: /^\d+$/.test(target) ? Number(target) : target,
      ...nodePort,
    };
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { labels, name },
    spec: {
      ...(type === 'ExternalName' ? { externalName: flags.string('external-name') } : {}),
      ...(type === 'ClusterIP' && flags.string('clusterip') !== '' ? { clusterIP: flags.string('clusterip') } : {}),
      ...(ports.length > 0 ? { ports } : {}),
      selector: labels,
      type,
    },
    status: { loadBalancer: {} },
  };
}

export function* makeQuota(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  const { flags } = session;
  const hard = Object.fromEntries(
    flags
      .string('hard')
      .split(',')
      .filter(Boolean)
      .map((pair) => {
        const parts = pair.split('=');
        if (parts.length !== 2) throw new CommandError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
        if (parseQuantity(parts[1] as string) === undefined) throw new CommandError(QUANTITY_RULE);
        return parts;
      }),
  ) as JsonObject;
  const scopes = flags.string('scopes').split(',').filter(Boolean);
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name },
    spec: { ...(Object.keys(hard).length > 0 ? { hard } : {}), ...(scopes.length > 0 ? { scopes } : {}) },
    status: {},
  };
}

export function* makePodDisruptionBudget(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  const [min, max] = [flags.string('min-available'), flags.string('max-unavailable')];
  if (flags.string('selector') === '') throw new CommandError('a selector must be specified');
  if (min === '' && max === '') throw new CommandError('one of min-available or max-unavailable must be specified');
  if (min !== '' && max !== '') throw new CommandError('min-available and max-unavailable cannot be both specified');
  for (const [flag, value] of [
    ['min-available', min],
    ['max-unavailable', max],
  ] as const)
    if (value !== '' && !/^[0-9]+%?$/.test(value)) throw new CommandError(`invalid format specified for ${flag}`);
  const amount = (value: string): Json => (/^\d+$/.test(value) ? Number(value) : value);
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: {
      ...(max === '' ? { minAvailable: amount(min) } : { maxUnavailable: amount(max) }),
      selector: { matchLabels: pairsOf(flags.string('selector')) },
    },
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  };
}

function pairsOf(selector: string): JsonObject {
  return Object.fromEntries(selector.split(',').map((pair) => pair.split(/==?/))) as JsonObject;
}

export function* makePriorityClass(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: flags.int('value'),
    ...(flags.bool('global-default') ? { globalDefault: true } : {}),
    ...(flags.string('description') === '' ? {} : { description: flags.string('description') }),
    preemptionPolicy: flags.string('preemption-policy'),
  };
}

/** `--rule=host/path*=service:port[,tls[=secret]]`. */
export function* makeIngress(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  const hosts = new Map<string, Json[]>();
  const tls: JsonObject[] = [];
  const backend = (text: string): JsonObject => {
    const [service = '', port = ''] = text.split(':');
    return { service: { name: service, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
  };
  for (const rule of flags.list('rule')) {
    const match = /^([^/=]*)(\/[^=]*?)(\*?)=([^:,]+:[^:,]+)(?:,tls(?:=(.*))?)?$/.exec(rule);
    if (match === null) throw new CommandError(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const [whole, host = '', path = '', star, target = '', secret] = match;
    hosts.set(host, [...(hosts.get(host) ?? []), { backend: backend(target), path, pathType: star === '*' ? 'Prefix' : 'Exact' }]);
    if (/,tls/.test(whole))
      tls.push({ ...(host === '' ? {} : { hosts: [host] }), ...(secret === undefined ? {} : { secretName: secret }) });
  }
  if (hosts.size === 0 && flags.string('default-backend') === '')
    throw new CommandError(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  const annotations = Object.fromEntries(flags.list('annotation').map((pair) => pair.split(/=(.*)/s).slice(0, 2))) as JsonObject;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      ...(flags.string('default-backend') === '' ? {} : { defaultBackend: backend(flags.string('default-backend')) }),
      ...(flags.string('class') === '' ? {} : { ingressClassName: flags.string('class') }),
      ...(hosts.size > 0 ? { rules: [...hosts].map(([host, paths]) => ({ ...(host === '' ? {} : { host }), http: { paths } })) } : {}),
      ...(tls.length > 0 ? { tls } : {}),
    },
    status: { loadBalancer: {} },
  };
}
