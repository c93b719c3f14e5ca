import { isDNS1123Subdomain, isPortName, isPortNumber } from '../../../engine/api/names.ts';
import { parseLabelSelector } from '../../../engine/api/selector.ts';
import type { Operator, Requirement } from '../../../engine/api/selector.ts';
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
  if (type === 'ExternalName') {
    required(session, 'external-name');
    if (isDNS1123Subdomain(flags.string('external-name')).length > 0)
      throw new CommandError(`invalid service external name ${flags.string('external-name')}`);
  }
  const labels = { app: name };
  const ports = pairs.map((pair): JsonObject => {
    const [port = '', target = port] = pair.split(':');
    if (!/^\d+$/.test(port)) throw new CommandError(`strconv.ParseUint: parsing ${goQuote(port)}: invalid syntax`);
    if (Number(port) > 65535) throw new CommandError(`strconv.ParseUint: parsing ${goQuote(port)}: value out of range`);
    const problems = /^[+-]?\d+$/.test(target) ? isPortNumber(Number(target)) : isPortName(target);
    if (problems.length > 0 && target !== port) throw new CommandError(problems.join(','));
    const nodePort = type === 'NodePort' && flags.int('node-port') !== 0 ? { nodePort: flags.int('node-port') } : {};
    return {
      name: pair.replaceAll(':', '-'),
      protocol: 'TCP',
      port: Number(port),
      targetPort: /^\d+$/.test(target) ? Number(target) : target,
      ...nodePort,
    };
  });
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, labels },
    spec: {
      ...(ports.length > 0 ? { ports } : {}),
      selector: labels,
      ...(type === 'ClusterIP' && flags.string('clusterip') !== '' ? { clusterIP: flags.string('clusterip') } : {}),
      type,
      ...(type === 'ExternalName' ? { externalName: flags.string('external-name') } : {}),
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
    kind: 'ResourceQuota',
    apiVersion: 'v1',
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
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    metadata: { name },
    spec: {
      ...(max === '' ? { minAvailable: amount(min) } : {}),
      selector: selectorOf(flags.string('selector')),
      ...(max === '' ? {} : { maxUnavailable: amount(max) }),
    },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

const EXPRESSIONS: Partial<Record<Operator, string>> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };

/** metav1.ParseToLabelSelector: the object that a selector's text stands for. */
function selectorOf(selector: string): JsonObject {
  let requirements: readonly Requirement[];
  try {
    requirements = parseLabelSelector(selector);
  } catch (error) {
    throw new CommandError(`couldn't parse the selector string "${selector}": ${(error as Error).message}`);
  }
  const matchLabels: JsonObject = {};
  const matchExpressions: Json[] = [];
  for (const { key, operator, values } of requirements) {
    const expression = EXPRESSIONS[operator];
    if (operator === '=' || operator === '==') matchLabels[key] = values[0] as string;
    else if (expression === undefined)
      throw new CommandError(`"${{ '>': 'gt', '<': 'lt' }[operator as string] ?? ''}" isn't supported in label selectors`);
    else matchExpressions.push({ key, operator: expression, ...(values.length > 0 ? { values: [...values] } : {}) });
  }
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}

export function* makePriorityClass(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  return {
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
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
  const backend = (text: string): JsonObject => {
    const [service = '', port = ''] = text.split(':');
    return { service: { name: service, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
  };
  const rules = flags.list('rule');
  const defaultBackend = flags.string('default-backend');
  if (rules.length === 0 && defaultBackend === '')
    throw new CommandError(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  // What stands behind a service and its port is not looked at, as upstream.
  const wrong = rules.find((rule) => !/^[\w*.-]*\/.*=[\w-]+:[\w-]+/.test(rule));
  if (wrong !== undefined)
    throw new CommandError(`rule ${wrong} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
  const unpaired = flags.list('annotation').find((pair) => !pair.includes('='));
  if (unpaired !== undefined) throw new CommandError(`annotation ${unpaired} is invalid and should be in format key=[value]`);
  if (defaultBackend !== '' && defaultBackend.split(':').length !== 2)
    throw new CommandError('default-backend should be in format servicename:serviceport');
  for (const rule of rules) {
    const [, host = '', given = ''] = /^([^/]*)\/(.*)$/.exec(rule.split(',')[0] as string) ?? [];
    const [path = '', target = ''] = given.split('=');
    const prefix = path.endsWith('*');
    const entry = { path: `/${prefix ? path.slice(0, -1) : path}`, pathType: prefix ? 'Prefix' : 'Exact', backend: backend(target) };
    hosts.set(host, [...(hosts.get(host) ?? []), entry]);
  }
  const tls = tlsOf(rules);
  const annotations = Object.fromEntries(flags.list('annotation').map((pair) => pair.split(/=(.*)/s).slice(0, 2))) as JsonObject;
  return {
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      ...(flags.string('class') === '' ? {} : { ingressClassName: flags.string('class') }),
      ...(defaultBackend === '' ? {} : { defaultBackend: backend(defaultBackend) }),
      ...(tls.length > 0 ? { tls } : {}),
      ...(hosts.size > 0 ? { rules: [...hosts].map(([host, paths]) => ({ ...(host === '' ? {} : { host }), http: { paths } })) } : {}),
    },
    status: { loadBalancer: {} },
  };
}

/** Hosts that share a secret stand together; a host is taken once. */
function tlsOf(rules: readonly string[]): JsonObject[] {
  const found = new Map<string, string[]>();
  const taken = new Set<string>();
  for (const rule of rules) {
    const parts = rule.split(',');
    const host = rule.split('/')[0] as string;
    if (parts.length !== 2 || taken.has(host)) continue;
    taken.add(host);
    const secret = (parts[1] as string).split('=')[1] ?? '';
    const hosts = found.get(secret);
    if (hosts !== undefined) hosts.push(host);
    else if (host !== '' || secret !== '') found.set(secret, host === '' ? [] : [host]);
  }
  return [...found].map(([secret, hosts]) => ({
    ...(hosts.length > 0 ? { hosts } : {}),
    ...(secret === '' ? {} : { secretName: secret }),
  }));
}
