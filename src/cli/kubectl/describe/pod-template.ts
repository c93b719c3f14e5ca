import { parseQuantity } from '../quantity.ts';
import { byCodePoint, has, list, number, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { selectorText } from './head.ts';
import { addMap, Lines } from './lines.ts';
import { addVolumes } from './volumes.ts';

/** `rollout history --revision`: the raw template, tabs as they are. */
export function podTemplateText(template: JsonObject): string {
  const lines = new Lines();
  addPodTemplate(lines, template);
  return lines.text;
}

export function addPodTemplate(lines: Lines, template: JsonObject): void {
  lines.add(0, 'Pod Template:');
  addMap(lines, '  Labels:', object(template, 'metadata', 'labels'), '=');
  const annotations = object(template, 'metadata', 'annotations');
  if (Object.keys(annotations).length > 0) addMap(lines, '  Annotations:', annotations, ': ');
  const spec = object(template, 'spec');
  if (text(spec, 'serviceAccountName') !== '') lines.add(1, `Service Account:\t${text(spec, 'serviceAccountName')}`);
  if (list(spec, 'initContainers').length > 0) addContainers(lines, 'Init Containers', list(spec, 'initContainers'), [], 1, '');
  addContainers(lines, 'Containers', list(spec, 'containers'), [], 1, '');
  addVolumes(lines, list(spec, 'volumes'), 1);
  addSpread(lines, '  Topology Spread Constraints:', list(spec, 'topologySpreadConstraints'));
  if (text(spec, 'priorityClassName') !== '') lines.add(1, `Priority Class Name:\t${text(spec, 'priorityClassName')}`);
  addMap(lines, '  Node-Selectors:', object(spec, 'nodeSelector'), '=');
  addTolerations(lines, '  Tolerations:', list(spec, 'tolerations'));
}

export function addContainers(
  lines: Lines,
  title: string,
  containers: readonly Json[],
  statuses: readonly Json[],
  level: number,
  margin: string,
): void {
  lines.add(level, `${title}:`);
  if (containers.length === 0) lines.add(level + 1, '<none>');
  for (const container of containers) {
    const status = statuses.find((each) => text(each, 'name') === text(container, 'name'));
    const name = text(container, 'name');
    lines.text += `${'  '.repeat(level)}${margin === '' ? ' ' : '  '}${name}:\n`;
    const inner = margin === '' ? `${'  '.repeat(level)}  ` : `${'  '.repeat(level)}    `;
    addContainer(lines, object(container), status === undefined ? undefined : object(status), inner);
  }
}

function addContainer(lines: Lines, container: JsonObject, status: JsonObject | undefined, inner: string): void {
  const add = (level: number, line: string): void => {
    lines.text += `${inner}${'  '.repeat(level)}${line}\n`;
  };
  if (status !== undefined) add(0, `Container ID:\t${text(status, 'containerID')}`);
  add(0, `Image:\t${text(container, 'image')}`);
  if (status !== undefined) add(0, `Image ID:\t${text(status, 'imageID')}`);
  const ports = list(container, 'ports');
  const port = (field: string): string =>
    ports
      .map(
        (each) => `${number(each, field)}/${text(each, 'protocol') || 'TCP'}${text(each, 'name') === '' ? '' : ` (${text(each, 'name')})`}`,
      )
      .join(', ') || '<none>';
  add(0, `${ports.length > 1 ? 'Ports' : 'Port'}:\t${port('containerPort')}`);
  add(0, `${ports.length > 1 ? 'Host Ports' : 'Host Port'}:\t${port('hostPort')}`);
  for (const [title, field] of [
    ['Command', 'command'],
    ['Args', 'args'],
  ] as const) {
    const words = list(container, field);
    if (words.length === 0) continue;
    add(0, `${title}:`);
    for (const word of words) for (const line of text(word).split('\n')) add(1, line);
  }
  if (status !== undefined) {
    addState(add, 'State', object(status, 'state'));
    if (Object.keys(object(status, 'lastState')).length > 0) addState(add, 'Last State', object(status, 'lastState'));
    add(0, `Ready:\t${status['ready'] === true ? 'True' : 'False'}`);
    add(0, `Restart Count:\t${number(status, 'restartCount')}`);
  }
  for (const [title, field] of [
    ['Limits', 'limits'],
    ['Requests', 'requests'],
  ] as const) {
    const amounts = object(container, 'resources', field);
    if (Object.keys(amounts).length === 0) continue;
    add(0, `${title}:`);
    for (const key of sortedKeys(amounts)) add(1, `${key}:\t${text(amounts[key])}`);
  }
  for (const [title, field] of [
    ['Liveness', 'livenessProbe'],
    ['Readiness', 'readinessProbe'],
    ['Startup', 'startupProbe'],
  ] as const) {
    if (has(container, field)) add(0, `${title}:\t${probeText(object(container, field))}`);
  }
  const sources = list(container, 'envFrom');
  if (sources.length > 0) {
    add(0, 'Environment Variables from:');
    for (const source of sources) {
      const [kind, reference] = has(source, 'configMapRef')
        ? ['ConfigMap', object(source, 'configMapRef')]
        : ['Secret', object(source, 'secretRef')];
      const prefix = text(source, 'prefix');
      add(
        1,
        `${text(reference, 'name')}\t${kind}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${reference['optional'] === true}`,
      );
    }
  }
  const env = list(container, 'env');
  add(0, `Environment:${env.length === 0 ? '\t<none>' : ''}`);
  for (const variable of env) add(1, envText(object(variable), container));
  const mounts = [...list(container, 'volumeMounts')].sort((a, b) => (text(a, 'mountPath') < text(b, 'mountPath') ? -1 : 1));
  add(0, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}`);
  for (const mount of mounts) {
    const sub = text(mount, 'subPath');
    add(
      1,
      `${text(mount, 'mountPath')} from ${text(mount, 'name')} (${object(mount)['readOnly'] === true ? 'ro' : 'rw'}${sub === '' ? '' : `,path="${sub}"`})`,
    );
  }
  const devices = [...list(container, 'volumeDevices')].sort((a, b) => byCodePoint(text(a, 'devicePath'), text(b, 'devicePath')));
  if (devices.length > 0) add(0, `Devices:${mounts.length === 0 ? '\t<none>' : ''}`);
  for (const device of devices) add(1, `${text(device, 'devicePath')} from ${text(device, 'name')}`);
}

function addState(add: (level: number, line: string) => void, title: string, state: JsonObject): void {
  const time = (timestamp: string): string => new Date(timestamp).toUTCString().replace('GMT', '+0000');
  if (has(state, 'running')) {
    add(0, `${title}:\tRunning`);
    add(1, `Started:\t${time(text(state, 'running', 'startedAt'))}`);
  } else if (has(state, 'terminated')) {
    const ended = object(state, 'terminated');
    add(0, `${title}:\tTerminated`);
    if (text(ended, 'reason') !== '') add(1, `Reason:\t${text(ended, 'reason')}`);
    if (text(ended, 'message') !== '') add(1, `Message:\t${text(ended, 'message')}`);
    add(1, `Exit Code:\t${number(ended, 'exitCode')}`);
    if (number(ended, 'signal') > 0) add(1, `Signal:\t${number(ended, 'signal')}`);
    add(1, `Started:\t${time(text(ended, 'startedAt'))}`);
    add(1, `Finished:\t${time(text(ended, 'finishedAt'))}`);
  } else {
    add(0, `${title}:\tWaiting`);
    if (text(state, 'waiting', 'reason') !== '') add(1, `Reason:\t${text(state, 'waiting', 'reason')}`);
  }
}

function probeText(probe: JsonObject): string {
  const tail = `delay=${number(probe, 'initialDelaySeconds')}s timeout=${number(probe, 'timeoutSeconds')}s period=${number(probe, 'periodSeconds')}s #success=${number(probe, 'successThreshold')} #failure=${number(probe, 'failureThreshold')}`;
  if (has(probe, 'exec'))
    return `exec [${list(probe, 'exec', 'command')
      .map((word) => text(word))
      .join(' ')}] ${tail}`;
  if (has(probe, 'httpGet')) {
    const http = object(probe, 'httpGet');
    const path = text(http, 'path');
    return `http-get ${(text(http, 'scheme') || 'HTTP').toLowerCase()}://${text(http, 'host')}:${text(http, 'port')}${path.startsWith('/') || path === '' ? path : `/${path}`} ${tail}`;
  }
  if (has(probe, 'tcpSocket')) return `tcp-socket ${text(probe, 'tcpSocket', 'host')}:${text(probe, 'tcpSocket', 'port')} ${tail}`;
  if (has(probe, 'grpc')) return `grpc <pod>:${text(probe, 'grpc', 'port')} ${text(probe, 'grpc', 'service')} ${tail}`;
  return `unknown ${tail}`;
}

function envText(variable: JsonObject, container: JsonObject): string {
  const name = text(variable, 'name');
  const from = object(variable, 'valueFrom');
  if (Object.keys(from).length === 0) {
    const [first = '', ...rest] = text(variable, 'value').split('\n');
    return [`${name}:\t${first}`, ...rest.map((line) => `\t${line}`)].join('\n');
  }
  const optional = (reference: JsonObject): string => `\tOptional: ${reference['optional'] === true}`;
  if (has(from, 'fieldRef')) return `${name}:\t (${text(from, 'fieldRef', 'apiVersion')}:${text(from, 'fieldRef', 'fieldPath')})`;
  if (has(from, 'resourceFieldRef'))
    return `${name}:\t${resourceText(object(from, 'resourceFieldRef'), container)} (${text(from, 'resourceFieldRef', 'resource')})`;
  if (has(from, 'configMapKeyRef'))
    return `${name}:\t<set to the key '${text(from, 'configMapKeyRef', 'key')}' of config map '${text(from, 'configMapKeyRef', 'name')}'>${optional(object(from, 'configMapKeyRef'))}`;
  return `${name}:\t<set to the key '${text(from, 'secretKeyRef', 'key')}' in secret '${text(from, 'secretKeyRef', 'name')}'>${optional(object(from, 'secretKeyRef'))}`;
}

/** What a container would read of its own requests and limits: rounded up, in units of the divisor. */
function resourceText(field: JsonObject, container: JsonObject): string {
  const [which = '', ...rest] = text(field, 'resource').split('.');
  const name = rest.join('.');
  const divisor = parseQuantity(text(field, 'divisor')) || 1;
  const amount = Math.ceil((parseQuantity(text(container, 'resources', which, name)) ?? 0) / divisor - 1e-9);
  return amount === 0 && which === 'limits' && (name === 'cpu' || name === 'memory') ? 'node allocatable' : String(amount);
}

/** By topology key, each rule on a line. */
export function addSpread(lines: Lines, title: string, constraints: readonly Json[]): void {
  const sorted = [...constraints].sort((a, b) => byCodePoint(text(a, 'topologyKey'), text(b, 'topologyKey')));
  sorted.forEach((each, i) => {
    const rule = `${text(each, 'topologyKey')}:${text(each, 'whenUnsatisfiable')} when max skew ${number(each, 'maxSkew')} is exceeded`;
    const selector = has(each, 'labelSelector') ? ` for selector ${selectorText(object(each, 'labelSelector'))}` : '';
    const margin = title.startsWith('  ') ? '  ' : '';
    lines.add(0, `${i === 0 ? title : margin}\t${rule}${selector}`);
  });
}

export function addTolerations(lines: Lines, title: string, tolerations: readonly Json[]): void {
  const shown = tolerations.map((each) => {
    const [key, value, effect, operator] = ['key', 'value', 'effect', 'operator'].map((field) => text(each, field)) as [
      string,
      string,
      string,
      string,
    ];
    const exists = operator === 'Exists' && (value === '' ? (key === '' && effect === '' ? 'op=Exists' : ' op=Exists') : '');
    const seconds = has(each, 'tolerationSeconds') ? ` for ${number(each, 'tolerationSeconds')}s` : '';
    return `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists || ''}${seconds}`;
  });
  shown.sort();
  if (shown.length === 0) lines.add(0, `${title}\t<none>`);
  shown.forEach((each, i) => lines.add(0, `${i === 0 ? title : ''}\t${each}`));
}
