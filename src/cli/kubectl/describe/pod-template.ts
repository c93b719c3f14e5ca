import { tabulate } from '../tabwriter.ts';
import { has, list, number, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';

/** Lines of tab-separated cells; `describe` lines them up at the end. */
export class Lines {
  text = '';
  add(level: number, line: string): void {
    this.text += `${'  '.repeat(level)}${line}\n`;
  }
}

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
  if (text(spec, 'priorityClassName') !== '') lines.add(1, `Priority Class Name:\t${text(spec, 'priorityClassName')}`);
  addMap(lines, '  Node-Selectors:', object(spec, 'nodeSelector'), '=');
  addTolerations(lines, '  Tolerations:', list(spec, 'tolerations'));
}

/** `Labels:` with one pair a line. */
export function addMap(lines: Lines, title: string, map: JsonObject, colon: string, hidden: readonly string[] = []): void {
  const keys = sortedKeys(map).filter((key) => !hidden.includes(key));
  if (keys.length === 0) lines.add(0, `${title}\t<none>`);
  keys.forEach((key, i) => {
    const value = text(map[key]);
    const head = i === 0 ? title : title.startsWith('  ') ? '  ' : '';
    if (colon === ': ' && (value.includes('\n') || value.length + key.length > 140)) {
      const pieces = value
        .trim()
        .split('\n')
        .map((line) => (line.length > 140 ? `${line.slice(0, 140)}...` : line));
      lines.add(0, `${head}\t${key}:${pieces.length === 1 && value.length + key.length <= 140 ? ` ${pieces[0] as string}` : ''}`);
      if (!(pieces.length === 1 && value.length + key.length <= 140))
        for (const piece of pieces) lines.add(0, `${title.startsWith('  ') ? '  ' : ''}\t  ${piece}`);
    } else lines.add(0, `${head === '  ' ? '' : head}\t${key}${colon}${value}`);
  });
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
  for (const variable of env) add(1, envText(object(variable)));
  const mounts = [...list(container, 'volumeMounts')].sort((a, b) => (text(a, 'mountPath') < text(b, 'mountPath') ? -1 : 1));
  add(0, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}`);
  for (const mount of mounts) {
    const sub = text(mount, 'subPath');
    add(
      1,
      `${text(mount, 'mountPath')} from ${text(mount, 'name')} (${object(mount)['readOnly'] === true ? 'ro' : 'rw'}${sub === '' ? '' : `,path="${sub}"`})`,
    );
  }
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

function envText(variable: JsonObject): string {
  const name = text(variable, 'name');
  const from = object(variable, 'valueFrom');
  if (Object.keys(from).length === 0) {
    const [first = '', ...rest] = text(variable, 'value').split('\n');
    return [`${name}:\t${first}`, ...rest.map((line) => `\t${line}`)].join('\n');
  }
  const optional = (reference: JsonObject): string => `\tOptional: ${reference['optional'] === true}`;
  if (has(from, 'fieldRef')) return `${name}:\t (${text(from, 'fieldRef', 'apiVersion')}:${text(from, 'fieldRef', 'fieldPath')})`;
  if (has(from, 'resourceFieldRef'))
    return `${name}:\t${text(from, 'resourceFieldRef', 'value') || '1'} (${text(from, 'resourceFieldRef', 'resource')})`;
  if (has(from, 'configMapKeyRef'))
    return `${name}:\t<set to the key '${text(from, 'configMapKeyRef', 'key')}' of config map '${text(from, 'configMapKeyRef', 'name')}'>${optional(object(from, 'configMapKeyRef'))}`;
  return `${name}:\t<set to the key '${text(from, 'secretKeyRef', 'key')}' in secret '${text(from, 'secretKeyRef', 'name')}'>${optional(object(from, 'secretKeyRef'))}`;
}

export function addVolumes(lines: Lines, volumes: readonly Json[], level: number): void {
  const margin = '  '.repeat(level);
  if (volumes.length === 0) {
    lines.text += `${margin}Volumes:\t<none>\n`;
    return;
  }
  lines.text += `${margin}Volumes:\n`;
  const head = level === 0 ? '  ' : `${margin} `;
  const inner = level === 0 ? '    ' : `${margin}  `;
  for (const volume of volumes) {
    lines.text += `${head}${text(volume, 'name')}:\n`;
    for (const line of volumeLines(object(volume))) lines.text += `${inner}${line}\n`;
  }
}

function volumeLines(volume: JsonObject): string[] {
  const source = (field: string): JsonObject => object(volume, field);
  if (has(volume, 'emptyDir')) {
    return [
      "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
      `Medium:\t${text(source('emptyDir'), 'medium')}`,
      `SizeLimit:\t${text(source('emptyDir'), 'sizeLimit') || '<unset>'}`,
    ];
  }
  if (has(volume, 'hostPath'))
    return [
      'Type:\tHostPath (bare host directory volume)',
      `Path:\t${text(source('hostPath'), 'path')}`,
      `HostPathType:\t${text(source('hostPath'), 'type')}`,
    ];
  if (has(volume, 'configMap'))
    return [
      'Type:\tConfigMap (a volume populated by a ConfigMap)',
      `Name:\t${text(source('configMap'), 'name')}`,
      `Optional:\t${source('configMap')['optional'] === true}`,
    ];
  if (has(volume, 'secret'))
    return [
      'Type:\tSecret (a volume populated by a Secret)',
      `SecretName:\t${text(source('secret'), 'secretName')}`,
      `Optional:\t${source('secret')['optional'] === true}`,
    ];
  if (has(volume, 'persistentVolumeClaim')) {
    const claim = source('persistentVolumeClaim');
    return [
      'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
      `ClaimName:\t${text(claim, 'claimName')}`,
      `ReadOnly:\t${claim['readOnly'] === true}`,
    ];
  }
  if (has(volume, 'projected')) {
    const lines = ['Type:\tProjected (a volume that contains injected data from multiple sources)'];
    for (const each of list(source('projected'), 'sources')) {
      if (has(each, 'secret'))
        lines.push(`SecretName:\t${text(each, 'secret', 'name')}`, `Optional:\t${object(each, 'secret')['optional'] === true}`);
      else if (has(each, 'downwardAPI')) lines.push('DownwardAPI:\ttrue');
      else if (has(each, 'configMap'))
        lines.push(`ConfigMapName:\t${text(each, 'configMap', 'name')}`, `Optional:\t${object(each, 'configMap')['optional'] === true}`);
      else if (has(each, 'serviceAccountToken'))
        lines.push(`TokenExpirationSeconds:\t${number(each, 'serviceAccountToken', 'expirationSeconds')}`);
    }
    return lines;
  }
  return ['<unknown>'];
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

export function tabbed(lines: Lines): string {
  return tabulate(lines.text);
}
