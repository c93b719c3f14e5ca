import type { Task } from '../../../engine/os/task.ts';
import { ServerError } from '../errors.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { byCodePoint, has, list, number, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addAnnotations, addLabels, headOf, selectorText } from './head.ts';
import { Lines } from './lines.ts';

// eslint-disable-next-line require-yield
export function* describeNetworkPolicy(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const spec = object(info.object, 'spec');
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  const created = new Date(text(info.object, 'metadata', 'creationTimestamp')).toISOString();
  add(`Created on:\t${created.slice(0, 10)} ${created.slice(11, 19)} +0000 UTC`);
  addLabels(lines, info.object);
  addAnnotations(lines, info.object);
  add('Spec:');
  const selector = selectorText(object(spec, 'podSelector'));
  lines.add(
    1,
    `PodSelector:     ${selector === '<none>' ? '<none> (Allowing the specific traffic to all pods in this namespace)' : selector}`,
  );
  const types = list(spec, 'policyTypes').map((type) => text(type));
  if (types.includes('Ingress')) {
    lines.add(1, 'Allowing ingress traffic:');
    addRules(lines, list(spec, 'ingress'), INGRESS);
  } else lines.add(1, 'Not affecting ingress traffic');
  if (types.includes('Egress')) {
    lines.add(1, 'Allowing egress traffic:');
    addRules(lines, list(spec, 'egress'), EGRESS);
  } else lines.add(1, 'Not affecting egress traffic');
  lines.add(1, `Policy Types: ${types.join(', ') || '<none>'}`);
  return lines;
}

const INGRESS = { way: 'ingress', field: 'from', title: 'From', any: '<any> (traffic not restricted by source)' } as const;
const EGRESS = { way: 'egress', field: 'to', title: 'To', any: '<any> (traffic not restricted by destination)' } as const;

function addRules(lines: Lines, rules: readonly Json[], side: typeof INGRESS | typeof EGRESS): void {
  if (rules.length === 0) lines.add(2, `<none> (Selected pods are isolated for ${side.way} connectivity)`);
  rules.forEach((rule, i) => {
    if (i > 0) lines.add(2, '----------');
    const ports = list(rule, 'ports');
    if (ports.length === 0) lines.add(2, 'To Port: <any> (traffic allowed to all ports)');
    for (const port of ports) {
      const protocol = text(port, 'protocol') || 'TCP';
      if (has(port, 'endPort')) lines.add(2, `To Port Range: ${text(port, 'port')}-${number(port, 'endPort')}/${protocol}`);
      else lines.add(2, `To Port: ${has(port, 'port') ? text(port, 'port') : '<nil>'}/${protocol}`);
    }
    const peers = list(rule, side.field);
    if (peers.length === 0) lines.add(2, `${side.title}: ${side.any}`);
    for (const peer of peers) addPeer(lines, object(peer), side.title);
  });
}

function addPeer(lines: Lines, peer: JsonObject, title: string): void {
  lines.add(2, `${title}:`);
  if (has(peer, 'namespaceSelector')) lines.add(3, `NamespaceSelector: ${selectorText(object(peer, 'namespaceSelector'))}`);
  if (has(peer, 'podSelector')) lines.add(3, `PodSelector: ${selectorText(object(peer, 'podSelector'))}`);
  if (has(peer, 'namespaceSelector') || has(peer, 'podSelector') || !has(peer, 'ipBlock')) return;
  lines.add(3, 'IPBlock:');
  lines.add(4, `CIDR: ${text(peer, 'ipBlock', 'cidr')}`);
  lines.add(4, `Except: ${list(peer, 'ipBlock', 'except').join(', ')}`);
}

export function* describeIngress(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const spec = object(info.object, 'spec');
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  addLabels(lines, info.object);
  add(`Namespace:\t${info.namespace ?? ''}`);
  const addresses = list(info.object, 'status', 'loadBalancer', 'ingress').map((each) => text(each, 'ip') || text(each, 'hostname'));
  add(`Address:\t${[...new Set(addresses)].sort(byCodePoint).join(',')}`);
  add(`Ingress Class:\t${text(spec, 'ingressClassName') || '<none>'}`);
  const fallback = has(spec, 'defaultBackend') ? yield* backendText(session, info, object(spec, 'defaultBackend')) : '<default>';
  add(`Default backend:\t${fallback}`);
  const tls = list(spec, 'tls');
  if (tls.length > 0) add('TLS:');
  for (const each of tls) {
    const [secret, hosts] = [text(each, 'secretName'), list(each, 'hosts').join(',')];
    lines.add(1, secret === '' ? `SNI routes ${hosts}` : `${secret} terminates ${hosts}`);
  }
  add('Rules:\n  Host\tPath\tBackends');
  lines.add(1, '----\t----\t--------');
  const rules = list(spec, 'rules').filter((rule) => has(rule, 'http'));
  for (const rule of rules) {
    lines.add(1, `${text(rule, 'host') || '*'}\t`);
    for (const path of list(rule, 'http', 'paths'))
      lines.add(2, `\t${text(path, 'path')} \t${yield* backendText(session, info, object(path, 'backend'))}`);
  }
  if (rules.length === 0) lines.add(1, `*\t*\t${fallback}`);
  addAnnotations(lines, info.object);
  return lines;
}

/** `web:http (10.0.0.7:80)`: where a backend leads to at the moment. */
function* backendText(session: Session, info: Info, backend: JsonObject): Task<string> {
  const service = object(backend, 'service');
  if (!has(backend, 'service')) {
    const resource = object(backend, 'resource');
    if (!has(backend, 'resource')) return '';
    return `APIGroup: ${text(resource, 'apiGroup') || '<none>'}, Kind: ${text(resource, 'kind')}, Name: ${text(resource, 'name')}`;
  }
  const [name, wanted] = [text(service, 'name'), object(service, 'port')];
  const says = `${name}:${number(wanted, 'number') || text(wanted, 'name')}`;
  const namespace = info.namespace ?? '';
  try {
    const query = { labelSelector: `kubernetes.io/service-name=${name}` };
    const slices = yield* session.json('GET', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, { query });
    const found = yield* session.json('GET', `/api/v1/namespaces/${namespace}/services/${name}`);
    const port = list(found, 'spec', 'ports').find((each) =>
      number(wanted, 'number') === 0 ? text(each, 'name') === text(wanted, 'name') : number(each, 'port') === number(wanted, 'number'),
    );
    return `${says} (${endpointsText(slices, text(port, 'name'))})`;
  } catch (error) {
    if (error instanceof ServerError) return `${says} (<error: ${error.message}>)`;
    throw error;
  }
}

/** Ready addresses behind a Service's port, three at most. */
export function endpointsText(slices: JsonObject, portName: string): string {
  if (list(slices, 'items').length === 0) return '<none>';
  const found: string[] = [];
  for (const slice of list(slices, 'items')) {
    const ready = list(slice, 'endpoints').filter((each) => object(each, 'conditions')['ready'] !== false);
    const addresses = ready.map((each) => text(each, 'addresses', 0));
    // Headless Services may have no ports at all.
    if (list(slice, 'ports').length === 0) found.push(...addresses);
    for (const port of list(slice, 'ports')) {
      if (text(port, 'name') !== portName) continue;
      for (const address of addresses) found.push(`${address.includes(':') ? `[${address}]` : address}:${number(port, 'port')}`);
    }
  }
  return found.length > 3 ? `${found.slice(0, 3).join(',')} + ${found.length - 3} more...` : found.join(',');
}

// eslint-disable-next-line require-yield
export function* describeIngressClass(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const parameters = object(info.object, 'spec', 'parameters');
  lines.add(0, `Controller:\t${text(info.object, 'spec', 'controller')}`);
  if (!has(info.object, 'spec', 'parameters')) return lines;
  lines.add(0, 'Parameters:');
  if (has(parameters, 'apiGroup')) lines.add(1, `APIGroup:\t${text(parameters, 'apiGroup')}`);
  lines.add(1, `Kind:\t${text(parameters, 'kind')}`);
  lines.add(1, `Name:\t${text(parameters, 'name')}`);
  return lines;
}

// eslint-disable-next-line require-yield
export function* describeEndpoints(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  lines.add(0, 'Subsets:');
  for (const subset of list(info.object, 'subsets')) {
    const addresses = (field: string): string =>
      list(subset, field)
        .map((each) => text(each, 'ip'))
        .join(',') || '<none>';
    lines.add(1, `Addresses:\t${addresses('addresses')}`);
    lines.add(1, `NotReadyAddresses:\t${addresses('notReadyAddresses')}`);
    const ports = list(subset, 'ports');
    if (ports.length > 0) {
      lines.add(1, 'Ports:');
      lines.add(2, 'Name\tPort\tProtocol');
      lines.add(2, '----\t----\t--------');
      for (const port of ports) lines.add(2, `${text(port, 'name') || '<unset>'}\t${number(port, 'port')}\t${text(port, 'protocol')}`);
    }
    lines.add(0, '');
  }
  return lines;
}
