import type { Container, EnvVar, Pod, Service } from '../../api/generated/types.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { decode } from '../../os/text.ts';
import { fieldValue, resourceValue, type NodeFacts } from './downward.ts';
import { envFileValue } from './env-file.ts';
import { ContainerError } from './errors.ts';
import { expand } from './expand.ts';
import { fromBase64, type Sources } from './sources.ts';

export interface EnvironmentContext {
  readonly node: NodeFacts;
  readonly podIPs: readonly string[];
  readonly sources: Sources;
  /** Services of the pod's namespace, and `kubernetes` of the default one. */
  readonly services: readonly Service[];
  /** The files of one of the pod's volumes; undefined where it is none. */
  volumeFiles?(volume: string): MemoryFiles | undefined;
}

/** A container's environment. Throws `ContainerError` (CreateContainerConfigError) where a source is missing. */
export function makeEnvironment(pod: Pod, container: Container, context: EnvironmentContext): ReadonlyMap<string, string> {
  const namespace = pod.metadata.namespace ?? '';
  const services =
    pod.spec?.enableServiceLinks === false
      ? context.services.filter(({ metadata }) => metadata.namespace === 'default' && metadata.name === 'kubernetes')
      : context.services;
  const serviceVariables = variablesOfAll(services);
  if (container.env === undefined && container.envFrom === undefined) return serviceVariables;
  const result = new Map<string, string>();
  for (const from of container.envFrom ?? []) {
    const prefix = from.prefix ?? '';
    if (from.configMapRef !== undefined) {
      const name = from.configMapRef.name ?? '';
      const found = context.sources.configMap(namespace, name);
      if (found === undefined && from.configMapRef.optional !== true) throw missing(`configmap "${name}" not found`);
      for (const [key, value] of sorted(found?.data)) result.set(prefix + key, value);
    } else if (from.secretRef !== undefined) {
      const name = from.secretRef.name ?? '';
      const found = context.sources.secret(namespace, name);
      if (found === undefined && from.secretRef.optional !== true) throw missing(`secret "${name}" not found`);
      for (const [key, value] of sorted(found?.data)) result.set(prefix + key, decode(fromBase64(value)));
    }
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, pod, container, context, (name) => result.get(name) ?? serviceVariables.get(name));
    if (value !== undefined) result.set(variable.name, value);
  }
  for (const [name, value] of serviceVariables) if (!result.has(name)) result.set(name, value);
  return result;
}

function valueOf(
  variable: EnvVar,
  pod: Pod,
  container: Container,
  context: EnvironmentContext,
  lookup: (name: string) => string | undefined,
): string | undefined {
  const { valueFrom } = variable;
  if (valueFrom === undefined) return expand(variable.value ?? '', lookup);
  const namespace = pod.metadata.namespace ?? '';
  if (valueFrom.fieldRef !== undefined) return fieldValue(pod, valueFrom.fieldRef.fieldPath, context.node, context.podIPs) ?? '';
  if (valueFrom.resourceFieldRef !== undefined) {
    const { containerName } = valueFrom.resourceFieldRef;
    const other = containerName === undefined ? container : pod.spec?.containers.find(({ name }) => name === containerName);
    return resourceValue(valueFrom.resourceFieldRef, other ?? container, context.node);
  }
  if (valueFrom.configMapKeyRef !== undefined) {
    const { name = '', key, optional } = valueFrom.configMapKeyRef;
    const found = context.sources.configMap(namespace, name);
    if (found === undefined && optional !== true) throw missing(`configmap "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && optional !== true) throw missing(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (valueFrom.secretKeyRef !== undefined) {
    const { name = '', key, optional } = valueFrom.secretKeyRef;
    const found = context.sources.secret(namespace, name);
    if (found === undefined && optional !== true) throw missing(`secret "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && optional !== true) throw missing(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decode(fromBase64(value));
  }
  if (valueFrom.fileKeyRef !== undefined) {
    const { volumeName, path, key, optional } = valueFrom.fileKeyRef;
    const files = context.volumeFiles?.(volumeName);
    const value = files?.exists(`/${path}`) === true ? envFileValue(decode(files.read(`/${path}`)), key) : undefined;
    if (value === undefined && optional !== true) throw missing(`environment variable key "${key}" not found in file "${path}"`);
    return value;
  }
  throw missing(`environment variable ${variable.name} has no source`);
}

function missing(message: string): ContainerError {
  return new ContainerError('CreateContainerConfigError', message);
}

function sorted(data: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Variables {
  readonly services: readonly Service[];
  readonly variables: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();
/** By the first of the Services. */
const together = new WeakMap<Service, Variables>();

/** Every container of a namespace has them: they are made once. */
function variablesOfAll(services: readonly Service[]): ReadonlyMap<string, string> {
  const [first] = services;
  if (first === undefined) return NONE;
  const before = together.get(first);
  if (before?.services.length === services.length && services.every((service, i) => service === before.services[i]))
    return before.variables;
  const variables = new Map(services.flatMap(variablesOf));
  together.set(first, { services, variables });
  return variables;
}

const known = new WeakMap<Service, readonly (readonly [string, string])[]>();

/** `REDIS_SERVICE_HOST` and the Docker-link variables of a Service. */
function variablesOf(service: Service): readonly (readonly [string, string])[] {
  let variables = known.get(service);
  if (variables === undefined) known.set(service, (variables = makeVariables(service)));
  return variables;
}

function makeVariables(service: Service): [string, string][] {
  const ip = service.spec?.clusterIP;
  const ports = service.spec?.ports ?? [];
  const first = ports[0];
  if (ip === undefined || ip === '' || ip === 'None' || first === undefined) return [];
  const name = upper(service.metadata.name ?? '');
  const variables: [string, string][] = [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(first.port)],
  ];
  for (const port of ports)
    if (port.name !== undefined && port.name !== '') variables.push([`${name}_SERVICE_PORT_${upper(port.name)}`, String(port.port)]);
  for (const port of ports) {
    const protocol = (port.protocol ?? 'TCP').toLowerCase();
    const url = `${protocol}://${ip}:${port.port}`;
    if (port === first) variables.push([`${name}_PORT`, url]);
    const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`;
    variables.push([prefix, url], [`${prefix}_PROTO`, protocol], [`${prefix}_PORT`, String(port.port)], [`${prefix}_ADDR`, ip]);
  }
  return variables;
}

function upper(name: string): string {
  return name.toUpperCase().replace(/-/g, '_');
}
