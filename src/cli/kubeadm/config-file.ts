import { parseYaml } from '../../engine/api/yaml/go-yaml.ts';
import { YamlFault } from '../../engine/api/yaml/tokens.ts';
import { klog } from '../../engine/os/go-log.ts';
import type { Process } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';
import { configTypes, misfits } from './config-types.ts';
import { Failure, trace } from './failure.ts';

/** Versions that are no more, and the last kubeadm that knew each. */
const OLD: Readonly<Record<string, string>> = {
  v1alpha1: 'v1.11',
  v1alpha2: 'v1.12',
  v1alpha3: 'v1.14',
  v1beta1: 'v1.15',
  v1beta2: 'v1.22',
};
const GROUP = 'kubeadm.k8s.io';
const MIGRATE =
  "'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version.";
const COMPONENTS = [
  'kubelet.config.k8s.io/v1beta1, Kind=KubeletConfiguration',
  'kubeproxy.config.k8s.io/v1alpha1, Kind=KubeProxyConfiguration',
];

export interface Document {
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Parsed extends Document {
  readonly group: string;
  readonly version: string;
  readonly repeated: string | undefined;
}

/**
 * The documents of a configuration file that are kubeadm's. `strict` is how `config validate` reads: what else is a warning ends it. Throws
 * `Failure` in kubeadm's words.
 */
export function readDocuments(process: Process, file: string, strict: boolean): Document[] {
  const path = file.startsWith('/') ? file : `${process.cwd}/${file}`;
  if (!process.files.exists(path))
    throw new Failure(trace(`unable to read config from "${file}" : open ${file}: no such file or directory`));
  const documents = split(decode(process.files.read(path)));
  const unknown = documents.filter(({ group, version, kind }) => !isKnown(group, version, kind));
  if (strict && unknown.length > 0)
    throw new Failure(trace(`unknown configuration APIs: []schema.GroupVersionKind{${unknown.map(goName).join(', ')}}`));
  return documents.flatMap((document) => check(process, document, strict));
}

/** SplitConfigDocuments. */
function split(text: string): Parsed[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  const documents: Parsed[] = [];
  for (const part of text.split(/^---[^\S\n]*$/m)) {
    if (part.trim() === '') continue;
    try {
      const { value, repeated } = parseYaml(part.replace(/^\n/, ''));
      if (value === null) continue;
      const fields = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
      const [apiVersion, kind] = [fields['apiVersion'], fields['kind']].map((each) => (typeof each === 'string' ? each : '')) as [
        string,
        string,
      ];
      const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      if (group === '' || version === '' || kind === '')
        problems.push(
          `invalid configuration for GroupVersionKind ${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}: kind and apiVersion is mandatory information that must be specified`,
        );
      else if (seen.has(kind)) problems.push(`invalid configuration: kind "${kind}" is specified twice in YAML file`);
      seen.add(kind);
      documents.push({ group, version, kind, value: fields, repeated });
    } catch (error) {
      if (!(error instanceof YamlFault)) throw error;
      problems.push(`error converting YAML to JSON: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new Failure(trace(problems.length > 1 ? `[${problems.join(', ')}]` : (problems[0] ?? '')));
  return documents;
}

function check(process: Process, document: Parsed, strict: boolean): Document[] {
  const { group, version, kind, value, repeated } = document;
  const name = JSON.stringify(`${group}/${version}`);
  const spec = `API spec: ${name} (kind: ${JSON.stringify(kind)})`;
  const before = group === GROUP ? OLD[version] : undefined;
  if (before !== undefined)
    throw new Failure(trace(`your configuration file uses an old ${spec}. Please use kubeadm ${before} instead and run ${MIGRATE}`));
  if (COMPONENTS.includes(`${group}/${version}, Kind=${kind}`))
    throw new Failure(`kubeadm: ${kind} is not modelled here; a scenario's machines say how their kubelets are`);
  if (group !== GROUP) {
    klog(
      process,
      'W',
      'initconfiguration.go:361',
      `[config] WARNING: Ignored configuration document with GroupVersionKind ${group}/${version}, Kind=${kind}`,
    );
    return [];
  }
  if (version === 'v1beta3')
    klog(process, 'W', 'common.go:101', `your configuration file uses a deprecated ${spec}. Please use ${MIGRATE}`);
  const type = ['v1beta3', 'v1beta4'].includes(version) ? configTypes(version)[kind] : undefined;
  if (type === undefined)
    throw new Failure(
      trace(
        `no kind ${JSON.stringify(kind)} is registered for version ${name} in scheme "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go:33"`,
      ),
    );
  const { wrong, unknown } = misfits(value, type);
  const complaint =
    repeated === undefined
      ? (wrong ??
        (unknown.length === 0
          ? undefined
          : `strict decoding error: ${unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ')}`))
      : `error converting YAML to JSON: ${repeated}`;
  if (complaint !== undefined) {
    const sentence = `error unmarshaling configuration ${goName(document)}: ${complaint}`;
    if (strict) throw new Failure(trace(sentence));
    klog(process, 'W', 'initconfiguration.go:332', sentence);
  }
  if (wrong !== undefined) throw new Failure(trace(wrong));
  return [{ kind, value: unknown.length === 0 ? value : without(value, unknown) }];
}

/** What is not known is not read. */
function without(value: Readonly<Record<string, unknown>>, paths: readonly string[], at = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !paths.includes(at + name))
      .map(([name, inner]) => {
        const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
        return [name, nested ? without(inner as Record<string, unknown>, paths, `${at}${name}.`) : inner];
      }),
  );
}

function isKnown(group: string, version: string, kind: string): boolean {
  if (group === GROUP && version in OLD) return true;
  if (COMPONENTS.includes(`${group}/${version}, Kind=${kind}`)) return true;
  return group === GROUP && ['v1beta3', 'v1beta4'].includes(version) && configTypes(version)[kind] !== undefined;
}

const goName = ({ group, version, kind }: Pick<Parsed, 'group' | 'version' | 'kind'>): string =>
  `schema.GroupVersionKind{Group:${JSON.stringify(group)}, Version:${JSON.stringify(version)}, Kind:${JSON.stringify(kind)}}`;
