import { decode } from '../../../engine/os/text.ts';
import { contentHash } from '../content-hash.ts';
import { CommandError } from '../errors.ts';
import { byCodePoint, isObject, list, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { parseDocument, readDocuments } from '../yaml/parse.ts';
import { forbidden, normal, readBeside } from './disk.ts';
import type { Disk } from './disk.ts';
import { generate } from './generators.ts';
import { mergeInto, operateOn } from './patches.ts';
import { replace } from './replacements.ts';
import { idOf, kindOf, nameOf, renamed } from './resource.ts';
import type { Resource } from './resource.ts';
import { addAnnotations, addLabels, affixNames, followNames, setImages, setNamespace, setReplicas } from './transformers.ts';

const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const FIELDS = new Set([
  'apiVersion', 'kind', 'metadata', 'resources', 'bases', 'namePrefix', 'nameSuffix', 'namespace', 'labels', 'commonLabels',
  'commonAnnotations', 'images', 'replicas', 'configMapGenerator', 'secretGenerator', 'generatorOptions', 'patches',
  'patchesStrategicMerge', 'patchesJson6902', 'components', 'replacements',
]); // prettier-ignore
const NOT_MODELLED = new Set([
  'buildMetadata', 'configurations', 'crds', 'generators', 'helmCharts', 'helmChartInflationGenerator', 'helmGlobals',
  'openapi', 'sortOptions', 'transformers', 'validators', 'vars',
]); // prettier-ignore
const DEPRECATED = { bases: 'resources', commonLabels: 'labels', patchesJson6902: 'patches', patchesStrategicMerge: 'patches' } as const;

// Kinds that others need come first, those that stop others last; the rest in between, by name.
const FIRST = [
  'Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount', 'PodSecurityPolicy', 'Role', 'ClusterRole',
  'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret', 'Endpoints', 'Service', 'LimitRange', 'PriorityClass', 'PersistentVolume',
  'PersistentVolumeClaim', 'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget',
]; // prettier-ignore
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export interface Built {
  readonly objects: readonly JsonObject[];
  /** What kustomize says beside, a line each. */
  readonly warnings: readonly string[];
}

/** What `kustomize build` makes of a directory. */
export function buildKustomization(disk: Disk, directory: string): Built {
  const warnings: string[] = [];
  const accumulated = accumulate(disk, directory, warnings);
  // Unlike kubectl's own --append-hash, kustomize's says nothing of the name.
  const hashOf = (each: Resource): string => contentHash({ ...each.object, metadata: {} }, '');
  const hashed = accumulated.map((each) => (each.hashed ? renamed(each, `${nameOf(each)}-${hashOf(each)}`) : each));
  const rank = (kind: string): number =>
    FIRST.includes(kind) ? FIRST.indexOf(kind) - FIRST.length : LAST.includes(kind) ? 1 + LAST.indexOf(kind) : 0;
  const objects = followNames(hashed).map((each) => each.object);
  const order = (value: JsonObject): string =>
    [text(value, 'apiVersion'), text(value, 'kind'), text(value, 'metadata', 'namespace'), text(value, 'metadata', 'name')].join('\u0000');
  objects.sort((a, b) => rank(text(a, 'kind')) - rank(text(b, 'kind')) || byCodePoint(order(a), order(b)));
  return { objects, warnings };
}

/** A component works on what the kustomization that names it has gathered so far; a base starts from nothing. */
function accumulate(disk: Disk, directory: string, warnings: string[], gathered?: readonly Resource[]): Resource[] {
  const kustomization = load(disk, directory);
  const kind = text(kustomization, 'kind') || 'Kustomization';
  if (gathered !== undefined && kind !== 'Component')
    throw new CommandError(
      `accumulating components: accumulateDirectory: expected kind 'Component' for path '${directory}' but got '${kind}'`,
    );
  if (gathered === undefined && kind === 'Component') throw new CommandError(`expected kind != 'Component' for path '${directory}'`);
  for (const [field, instead] of Object.entries(DEPRECATED)) {
    if (kustomization[field] === undefined) continue;
    warnings.push(
      `# Warning: '${field}' is deprecated. Please use '${instead}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.`,
    );
  }
  let resources: Resource[] = [...(gathered ?? [])];
  const add = (more: readonly Resource[]): void => {
    for (const each of more) {
      if (resources.some((known) => idOf(known.object) === idOf(each.object)))
        throw new CommandError(`may not add resource with an already registered id: ${idOf(each.object)}`);
      resources.push(each);
    }
  };
  for (const path of [...list(kustomization, 'resources'), ...list(kustomization, 'bases')])
    add(resourcesOf(disk, directory, text(path), warnings));
  const shared = object(kustomization, 'generatorOptions');
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const)
    // prettier-ignore
    for (const entry of list(kustomization, field)) {
      const made = generate(disk, directory, kind, entry, shared);
      const behavior = text(entry, 'behavior');
      if (behavior === 'merge' || behavior === 'replace') resources = regenerate(resources, made, behavior);
      else add([made]);
    }
  for (const path of list(kustomization, 'components')) {
    const full = normal(`${directory}/${text(path)}`);
    if (!disk.files.exists(full)) throw new CommandError(`accumulating components: '${full}' doesn't exist`);
    resources = accumulate(disk, full, warnings, resources);
  }
  return transform(disk, directory, kustomization, resources);
}

function load(disk: Disk, directory: string): JsonObject {
  const name = FILES.find((each) => disk.files.exists(`${directory}/${each}`));
  if (name === undefined)
    throw new CommandError(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${directory}'`,
    );
  const value = parseDocument(decode(disk.files.read(`${directory}/${name}`)), name);
  if (!isObject(value) || Object.keys(value).length === 0) throw new CommandError('kustomization.yaml is empty');
  for (const field of Object.keys(value)) {
    if (NOT_MODELLED.has(field)) throw new CommandError(`${field} in a kustomization is not modelled by this kubectl`);
    if (!FIELDS.has(field)) throw new CommandError(`invalid Kustomization: json: unknown field "${field}"`);
  }
  return value;
}

function resourcesOf(disk: Disk, directory: string, path: string, warnings: string[]): Resource[] {
  const full = normal(`${directory}/${path}`);
  if (/^https?:\/\/|^git@|^github\.com\//.test(path))
    throw new CommandError(`accumulating resources: "${path}": kustomizations from elsewhere are not modelled by this kubectl`);
  if (!disk.files.exists(full)) {
    const why = `evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`;
    throw new CommandError(
      `accumulating resources: accumulation err='accumulating resources from '${path}': ${why}': must build at directory: not a valid directory: ${why}`,
    );
  }
  if (disk.files.stat(full).type === 'directory') {
    try {
      return accumulate(disk, full, warnings);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const inner = error.message;
      const made = inner.startsWith('invalid Kustomization')
        ? `couldn't make target for path '${full}'`
        : `recursed accumulation of path '${full}'`;
      const why = inner.startsWith('expected kind') ? inner : `${made}: ${inner}`;
      throw new CommandError(
        `accumulating resources: accumulation err='accumulating resources from '${path}': '${full}' must resolve to a file': ${why}`,
      );
    }
  }
  const why = forbidden(disk, directory, full);
  if (why !== undefined)
    throw new CommandError(
      `accumulating resources: accumulation err='accumulating resources from '${path}': ${why}': must build at directory: '${full}': file is not directory`,
    );
  return documents(decode(disk.files.read(full)), path).map((value) => ({ object: value, formerNames: [], hashed: false }));
}

/** The objects of a file, those of its lists one by one. */
function documents(source: string, name: string): JsonObject[] {
  return [...readDocuments(source, name)].flatMap((value) => {
    if (value === null) return [];
    if (!isObject(value)) throw new CommandError(`accumulating resources from '${name}': expected an object`);
    return text(value, 'kind').endsWith('List') ? list(value, 'items').map((each) => object(each)) : [value];
  });
}

/** `behavior: merge` and `replace`: what a base generated, with other content. */
function regenerate(resources: readonly Resource[], made: Resource, behavior: 'merge' | 'replace'): Resource[] {
  const same = (each: Resource): boolean =>
    kindOf(each) === kindOf(made) && (nameOf(each) === nameOf(made) || each.formerNames.includes(nameOf(made)));
  const base = resources.find(same);
  if (base === undefined) throw new CommandError(`id ${idOf(made.object)} does not exist; cannot ${behavior}`);
  const data = behavior === 'merge' ? { ...object(base.object, 'data'), ...object(made.object, 'data') } : object(made.object, 'data');
  const metadata = { ...object(base.object, 'metadata'), ...object(made.object, 'metadata'), name: nameOf(base) };
  const merged: Resource = { ...base, hashed: base.hashed && made.hashed, object: { ...base.object, ...made.object, metadata, data } };
  return resources.map((each) => (each === base ? merged : each));
}

/** In kustomize's own order. */
function transform(disk: Disk, directory: string, kustomization: JsonObject, given: readonly Resource[]): Resource[] {
  let resources = [...given];
  for (const each of list(kustomization, 'patchesStrategicMerge')) {
    const inline = text(each).includes('\n');
    const source = inline ? text(each) : readPatch(disk, directory, text(each));
    for (const patch of documents(source, 'patch')) resources = mergeInto(resources, patch, undefined);
  }
  for (const each of list(kustomization, 'patches')) resources = applyPatch(disk, directory, resources, object(each));
  if (text(kustomization, 'namespace') !== '') resources = setNamespace(resources, text(kustomization, 'namespace'));
  resources = affixNames(resources, text(kustomization, 'namePrefix'), text(kustomization, 'nameSuffix'));
  resources = addLabels(resources, object(kustomization, 'commonLabels'), { selectors: true, templates: true });
  for (const each of list(kustomization, 'labels')) {
    const where = { selectors: object(each)['includeSelectors'] === true, templates: object(each)['includeTemplates'] === true };
    resources = addLabels(resources, object(each, 'pairs'), where);
  }
  resources = addAnnotations(resources, object(kustomization, 'commonAnnotations'));
  for (const each of list(kustomization, 'patchesJson6902')) resources = applyPatch(disk, directory, resources, object(each));
  for (const each of list(kustomization, 'replicas')) resources = setReplicas(resources, each);
  resources = followNames(setImages(resources, list(kustomization, 'images')));
  for (const each of list(kustomization, 'replacements')) resources = replace(resources, replacementOf(disk, directory, object(each)));
  return resources;
}

/** Inline, or in a file of its own. */
function replacementOf(disk: Disk, directory: string, entry: JsonObject): JsonObject {
  const path = text(entry, 'path');
  return path === '' ? entry : object(parseDocument(readPatch(disk, directory, path), path));
}

function readPatch(disk: Disk, directory: string, path: string): string {
  try {
    return decode(readBeside(disk, directory, path, () => `unable to read patch '${path}': no such file or directory`));
  } catch (error) {
    if (!(error instanceof CommandError) || !error.message.startsWith('security;')) throw error;
    throw new CommandError(
      `trouble configuring builtin PatchTransformer with config: \`\npath: ${path}\n\`: failed to get the patch file from path(${path}): ${error.message}`,
    );
  }
}

/** One of `patches:`, a strategic merge or the operations of a JSON patch, inline or in a file. */
function applyPatch(disk: Disk, directory: string, resources: readonly Resource[], entry: JsonObject): Resource[] {
  const [inline, path] = [text(entry, 'patch'), text(entry, 'path')];
  if ((inline === '') === (path === '')) throw new CommandError('must specify one and only one of patch and path in patches');
  const source = inline === '' ? readPatch(disk, directory, path) : inline;
  const target = entry['target'] === undefined ? undefined : object(entry, 'target');
  const [value = null] = readDocuments(source, 'patch');
  if (!Array.isArray(value)) return documents(source, 'patch').reduce((all, patch) => mergeInto(all, patch, target), [...resources]);
  if (target === undefined) throw new CommandError('must specify a target for patch');
  return operateOn(resources, value, target);
}
