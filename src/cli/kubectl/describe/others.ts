import type { Task } from '../../../engine/os/task.ts';
import { isReason } from '../errors.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { headOf, mapText } from './head.ts';
import { endpointsText } from './network.ts';
import { addLimitRanges, addQuotas } from './policy.ts';
import type { Lines } from './lines.ts';

export function* describeService(session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const spec = object(info.object, 'spec');
  const add = (line: string): void => lines.add(0, line);
  add(`Selector:\t${mapText(object(spec, 'selector'))}`);
  add(`Type:\t${text(spec, 'type')}`);
  if (text(spec, 'ipFamilyPolicy') !== '') add(`IP Family Policy:\t${text(spec, 'ipFamilyPolicy')}`);
  add(`IP Families:\t${list(spec, 'ipFamilies').join(',') || '<none>'}`);
  add(`IP:\t${text(spec, 'clusterIP')}`);
  add(`IPs:\t${list(spec, 'clusterIPs').join(',') || '<none>'}`);
  if (list(spec, 'externalIPs').length > 0) add(`External IPs:\t${list(spec, 'externalIPs').join(',')}`);
  if (text(spec, 'loadBalancerIP') !== '') add(`Desired LoadBalancer IP:\t${text(spec, 'loadBalancerIP')}`);
  if (text(spec, 'externalName') !== '') add(`External Name:\t${text(spec, 'externalName')}`);
  const balanced = list(info.object, 'status', 'loadBalancer', 'ingress').map(ingressText);
  if (balanced.length > 0) add(`LoadBalancer Ingress:\t${balanced.join(', ')}`);
  const slices = yield* session.json('GET', `/apis/discovery.k8s.io/v1/namespaces/${info.namespace ?? ''}/endpointslices`, {
    query: { labelSelector: `kubernetes.io/service-name=${info.name}` },
  });
  for (const port of list(spec, 'ports')) {
    const name = text(port, 'name');
    add(`Port:\t${name || '<unset>'}\t${number(port, 'port')}/${text(port, 'protocol')}`);
    add(`TargetPort:\t${text(port, 'targetPort')}/${text(port, 'protocol')}`);
    if (text(port, 'appProtocol') !== '') add(`AppProtocol:\t${text(port, 'appProtocol')}`);
    if (has(port, 'nodePort')) add(`NodePort:\t${name || '<unset>'}\t${number(port, 'nodePort')}/${text(port, 'protocol')}`);
    add(`Endpoints:\t${endpointsText(slices, name)}`);
  }
  add(`Session Affinity:\t${text(spec, 'sessionAffinity')}`);
  if (text(spec, 'externalTrafficPolicy') !== '') add(`External Traffic Policy:\t${text(spec, 'externalTrafficPolicy')}`);
  if (text(spec, 'internalTrafficPolicy') !== '') add(`Internal Traffic Policy:\t${text(spec, 'internalTrafficPolicy')}`);
  if (number(spec, 'healthCheckNodePort') !== 0) add(`HealthCheck NodePort:\t${number(spec, 'healthCheckNodePort')}`);
  const ranges = list(spec, 'loadBalancerSourceRanges');
  if (ranges.length > 0) add(`LoadBalancer Source Ranges:\t${ranges.join(',')}`);
  if (text(spec, 'trafficDistribution') !== '') add(`Traffic Distribution:\t${text(spec, 'trafficDistribution')}`);
  return lines;
}

function ingressText(each: Json): string {
  const says = text(each, 'ip') || text(each, 'hostname');
  return text(each, 'ipMode') === '' ? says : `${says} (${text(each, 'ipMode')})`;
}

export function* describeConfigMap(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const add = (line: string): void => lines.add(0, line);
  add('\nData\n====');
  const data = object(info.object, 'data');
  for (const key of sortedKeys(data)) add(`${key}:\n----\n${text(data[key])}\n`);
  add('\nBinaryData\n====');
  const binary = object(info.object, 'binaryData');
  for (const key of sortedKeys(binary)) add(`${key}: ${atob(text(binary[key])).length} bytes`);
  add('');
  return lines;
}

export function* describeSecret(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  lines.add(0, `\nType:\t${text(info.object, 'type')}\n\nData\n====`);
  const data = object(info.object, 'data');
  for (const key of sortedKeys(data)) {
    const value = atob(text(data[key]));
    const token = text(info.object, 'type') === 'kubernetes.io/service-account-token' && key === 'token';
    lines.add(0, token ? `${key}:\t${value}` : `${key}:\t${value.length} bytes`);
  }
  return lines;
}

export function* describeServiceAccount(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const names = list(info.object, 'imagePullSecrets').map((each) => text(each, 'name'));
  lines.add(0, `Image pull secrets:\t${names[0] ?? '<none>'}`);
  for (const name of names.slice(1)) lines.add(0, `                   \t${name}`);
  return lines;
}

export function* describeNamespace(session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  lines.add(0, `Status:\t${text(info.object, 'status', 'phase')}\n`);
  addQuotas(lines, yield* itemsIn(session, info.name, 'resourcequotas'));
  lines.add(0, '');
  addLimitRanges(lines, yield* itemsIn(session, info.name, 'limitranges'));
  return lines;
}

function* itemsIn(session: Session, namespace: string, resource: string): Task<JsonObject[]> {
  try {
    return list(yield* session.json('GET', `/api/v1/namespaces/${namespace}/${resource}`), 'items') as JsonObject[];
  } catch (error) {
    if (isReason(error, 'NotFound')) return [];
    throw error;
  }
}

export function* describeEndpointSlice(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const slice = info.object;
  lines.add(0, `AddressType:\t${text(slice, 'addressType')}`);
  const ports = list(slice, 'ports');
  if (ports.length === 0) lines.add(0, 'Ports: <unset>');
  else {
    lines.add(0, 'Ports:\n  Name\tPort\tProtocol\n  ----\t----\t--------');
    for (const port of ports)
      lines.add(1, `${text(port, 'name') || '<unset>'}\t${text(port, 'port') || '<unset>'}\t${text(port, 'protocol')}`);
  }
  const endpoints = list(slice, 'endpoints');
  lines.add(0, endpoints.length === 0 ? 'Endpoints: <none>' : 'Endpoints:');
  for (const endpoint of endpoints) {
    lines.add(1, `- Addresses:\t${list(endpoint, 'addresses').join(', ')}`);
    lines.add(2, `Conditions:\n      Ready:\t${text(endpoint, 'conditions', 'ready') || '<unset>'}`);
    lines.add(2, `Hostname:\t${text(endpoint, 'hostname') || '<unset>'}`);
    const target = object(endpoint, 'targetRef');
    if (has(endpoint, 'targetRef')) lines.add(2, `TargetRef:\t${text(target, 'kind')}/${text(target, 'name')}`);
    lines.add(2, `NodeName:\t${text(endpoint, 'nodeName') || '<unset>'}`);
    lines.add(2, `Zone:\t${text(endpoint, 'zone') || '<unset>'}`);
  }
  return lines;
}
