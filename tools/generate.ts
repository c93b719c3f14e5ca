// Makes src/engine/api/generated/ from the models of @kubernetes/client-node (OpenAPI of release 1.36):
//   types.ts           TypeScript interfaces of the objects, for the engine's own code
//   schema-lines.json  field types, for decoding, strict field validation and merging
//   descriptions.json  field documentation, for `kubectl explain` and the editor; loaded only there
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { FieldSchema, Schema, TypeSchema } from '../src/engine/api/schema.ts';
import { definitionName } from '../src/engine/apiserver/openapi/names.ts';
import { fieldTexts } from './field-texts.ts';
import type { Shape } from './go-shapes.ts';
import { schemaLines } from './schema-lines.ts';

/** Models from which everything else is reached. */
const ROOTS = [
  'V1Namespace', 'V1Node', 'V1Pod', 'V1PodTemplate', 'V1Service', 'V1Endpoints', 'V1ConfigMap', 'V1Secret', 'V1ServiceAccount', 'CoreV1Event', 'V1Binding',
  'V1EndpointSlice', 'V1Lease', 'V1Deployment', 'V1ReplicaSet', 'V1ControllerRevision', 'V1Scale', 'V1Eviction', 'V1DeleteOptions',
  'V1SelfSubjectAccessReview', 'V1SelfSubjectRulesReview', 'V1SubjectAccessReview', 'V1LocalSubjectAccessReview', 'V1SelfSubjectReview', 'V1TokenReview', 'AuthenticationV1TokenRequest',
  'V1Job', 'V1CronJob', 'V1StatefulSet', 'V1DaemonSet', 'V1Role', 'V1ClusterRole', 'V1RoleBinding', 'V1ClusterRoleBinding', 'V1PersistentVolume',
  'V1PersistentVolumeClaim', 'V1StorageClass', 'V1ResourceQuota', 'V1LimitRange', 'V1PodDisruptionBudget', 'V1HorizontalPodAutoscaler', 'V2HorizontalPodAutoscaler',
  'V1Ingress', 'V1IngressClass', 'V1NetworkPolicy', 'V1PriorityClass', 'V1ReplicationController', 'V1RuntimeClass', 'V1CSIDriver', 'V1CSINode',
  'V1CSIStorageCapacity', 'V1VolumeAttachment', 'V1VolumeAttributesClass', 'V1IPAddress', 'V1ServiceCIDR', 'V1CertificateSigningRequest',
  'V1MutatingWebhookConfiguration', 'V1ValidatingWebhookConfiguration', 'V1ValidatingAdmissionPolicy', 'V1ValidatingAdmissionPolicyBinding',
  'V1MutatingAdmissionPolicy', 'V1MutatingAdmissionPolicyBinding', 'V1APIService', 'V1CustomResourceDefinition', 'V1FlowSchema', 'V1PriorityLevelConfiguration',
  'V1DeviceClass', 'ResourceV1ResourceClaim', 'V1ResourceClaimTemplate', 'V1ResourceSlice', 'EventsV1Event', 'V1ComponentStatus',
]; // prettier-ignore

const models = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen/models');
const out = join(import.meta.dirname, '../src/engine/api/generated');

// Kubernetes' own names: V1PodSpec is PodSpec; where a bare name would clash, it belongs to the older group and the other has its
// own group in front (EventsEvent); autoscaling/v1 has its version behind.
function typeName(model: string): string {
  const clash = /^(Core|Authentication|Rbac|Admissionregistration)V\d(.+)$/.exec(model);
  if (clash) return clash[2] as string;
  const later = /^(Discovery|Events|Storage|Flowcontrol|Apiextensions|Apiregistration|Resource)V\d(.+)$/.exec(model);
  if (later) return `${later[1]}${later[2]}`;
  if (/^V1(HorizontalPodAutoscaler(Spec|Status)?|CrossVersionObjectReference)$/.test(model)) return `${model.slice(2)}V1`;
  return model.replace(/^V\d+((alpha|beta)\d+)?/, '');
}

// Maps whose values are quantities; the models call them plain texts.
const QUANTITY_MAPS = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'used',
  'default',
  'defaultRequest',
  'max',
  'min',
  'maxLimitRequestRatio',
  'overhead',
  'podFixed',
  'allocatedResources',
  'NodeAllocatableResourceClaimStatus.resources',
  'consumedCapacity',
]);
const QUANTITIES = new Set([
  'sizeLimit', 'divisor', 'averageValue', 'MetricTarget.value', 'MetricValueStatus.value', 'CSIStorageCapacity.capacity', 'maximumVolumeSize',
  'DeviceCapacity.value', 'Counter.value', 'CapacityRequestPolicy.default', 'validValues', 'CapacityRequestPolicyRange.min', 'CapacityRequestPolicyRange.max',
  'CapacityRequestPolicyRange.step', 'allocationMultiplier', 'HPAScalingRules.tolerance',
]); // prettier-ignore

interface Model {
  name: string;
  description: string;
  fields: { name: string; optional: boolean; type: string; schema: FieldSchema; description: string }[];
}

/** Structs without a field: the models take them for free-form objects. */
const EMPTY_STRUCTS: Readonly<Record<string, string>> = {
  'CustomResourceSubresources.status': 'CustomResourceSubresourceStatus',
};

const seen = new Map<string, Model>();
for (const root of ROOTS) visit(root);

function visit(model: string): void {
  if (seen.has(model)) return;
  const file = join(models, `${model}.d.ts`);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const formats = readFormats(model);
  const parsed: Model = { name: typeName(model), description: '', fields: [] };
  seen.set(model, parsed);
  for (const statement of source.statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    parsed.description = lastComment(source, statement);
    for (const member of statement.members) {
      if (!ts.isPropertyDeclaration(member) || member.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)) continue;
      const property = (member.name as ts.StringLiteral | ts.Identifier).text;
      const name = formats.get(property)?.baseName ?? property;
      const { type, schema } = convert(member.type as ts.TypeNode, formats.get(property)?.format ?? '', name, parsed.name);
      parsed.fields.push({ name, optional: member.questionToken !== undefined, type, schema, description: lastComment(source, member) });
    }
  }
}

function convert(node: ts.TypeNode, format: string, name: string, owner: string): { type: string; schema: FieldSchema } {
  if (ts.isArrayTypeNode(node)) return list(node.elementType, format, name, owner);
  if (ts.isTypeLiteralNode(node)) {
    const value = (node.members[0] as ts.IndexSignatureDeclaration).type;
    const inner =
      (QUANTITY_MAPS.has(name) || QUANTITY_MAPS.has(`${owner}.${name}`)) && value.kind === ts.SyntaxKind.StringKeyword
        ? { type: 'string', schema: { type: 'quantity' } as FieldSchema }
        : convert(value, format === 'byte' ? format : '', '', '');
    return { type: `Record<string, ${inner.type}>`, schema: { type: 'map', items: inner.schema } };
  }
  if (ts.isTypeReferenceNode(node)) {
    const ref = node.typeName.getText();
    if (ref === 'Array') return list((node.typeArguments as ts.NodeArray<ts.TypeNode>)[0] as ts.TypeNode, format, name, owner);
    if (ref === 'Date') return { type: 'string', schema: { type: 'time' } };
    if (ref === 'V1MicroTime') return { type: 'string', schema: { type: 'microTime' } };
    if (ref === 'IntOrString') return { type: 'number | string', schema: { type: 'intOrString' } };
    visit(ref);
    return { type: typeName(ref), schema: { type: 'ref', ref: typeName(ref) } };
  }
  switch (node.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return {
        type: 'number',
        schema: format === 'double' ? { type: 'number' } : { type: 'integer', format: format === 'int64' ? 'int64' : 'int32' },
      };
    case ts.SyntaxKind.BooleanKeyword:
      return { type: 'boolean', schema: { type: 'boolean' } };
    case ts.SyntaxKind.StringKeyword:
      if (QUANTITIES.has(name) || QUANTITIES.has(`${owner}.${name}`)) return { type: 'string', schema: { type: 'quantity' } };
      return { type: 'string', schema: format === 'byte' ? { type: 'string', format: 'byte' } : { type: 'string' } };
    default:
      return emptyStruct(`${owner}.${name}`) ?? { type: 'JsonObject', schema: { type: 'any' } };
  }
}

function emptyStruct(path: string): { type: string; schema: FieldSchema } | undefined {
  const name = EMPTY_STRUCTS[path];
  if (name === undefined) return undefined;
  seen.set(name, { name, description: '', fields: [] });
  return { type: 'JsonObject', schema: { type: 'ref', ref: name } };
}

function list(element: ts.TypeNode, format: string, name: string, owner: string): { type: string; schema: FieldSchema } {
  const inner = convert(element, format, name, owner);
  return { type: `${inner.type.includes('|') ? `(${inner.type})` : inner.type}[]`, schema: { type: 'array', items: inner.schema } };
}

/** `baseName` and `format` of each property stand only in the JavaScript file's attribute map. */
function readFormats(model: string): Map<string, { baseName: string; format: string }> {
  const text = readFileSync(join(models, `${model}.js`), 'utf8');
  const formats = new Map<string, { baseName: string; format: string }>();
  for (const match of text.matchAll(/"name": "(\w+)",\s*"baseName": "([^"]+)",\s*"type": "[^"]*",\s*"format": "(\w*)"/g)) {
    formats.set(match[1] as string, { baseName: match[2] as string, format: match[3] as string });
  }
  return formats;
}

/** The comment right before a node; the file's banner stands further up. */
function lastComment(source: ts.SourceFile, node: ts.Node): string {
  const range = ts.getLeadingCommentRanges(source.text, node.getFullStart())?.at(-1);
  if (range === undefined) return '';
  return (
    source.text
      .slice(range.pos, range.end)
      .replace(/^\/\*\*|\*\/$/g, '')
      .replace(/^\s*\* ?/gm, '')
      .replace(/\\(["'])/g, '$1')
      // The models lose the blank lines of the documentation; two spaces are left of this one.
      .replace(/ {2}(?=Populated by the system\.)/, '\n\n')
      .trim()
  );
}

// What the published models do not say: how Go writes the structs.
const shapes = JSON.parse(readFileSync(join(import.meta.dirname, 'go-shapes.json'), 'utf8')) as Record<string, Shape>;

const sorted = [...seen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
const schema: Schema = {};
const descriptions: Record<string, Record<string, string>> = {};
let types = "// Generated by tools/generate.ts. Do not edit.\nimport type { JsonObject } from '../meta.ts';\n";
for (const { name, description, fields } of sorted) {
  if (schema[name] !== undefined) throw new Error(`two models are named ${name}`);
  const { fields: order = [], ...shape } = shapes[name] ?? {};
  const type: TypeSchema = { fields: {}, ...shape };
  const required = fields.filter((field) => !field.optional).map((field) => field.name);
  if (required.length > 0) type.required = required;
  const texts: Record<string, string> = { '': description };
  types += `\nexport interface ${name} {\n`;
  const root = fields.some((field) => field.name === 'apiVersion') && fields.some((field) => field.name === 'metadata');
  for (const field of fields) {
    type.fields[field.name] = field.schema;
    texts[field.name] = field.description;
    // A root object always says what it is.
    const optional = field.optional && !(root && ['apiVersion', 'kind', 'metadata'].includes(field.name));
    types += `  ${/^\w+$/.test(field.name) ? field.name : JSON.stringify(field.name)}${optional ? '?' : ''}: ${field.type};\n`;
  }
  types += '}\n';
  // In the order of the struct, which is the order in which Go writes them.
  const place = (field: string): number => (order.includes(field) ? order.indexOf(field) : order.length);
  type.fields = Object.fromEntries(Object.entries(type.fields).sort(([a], [b]) => place(a) - place(b)));
  schema[name] = type;
  descriptions[name] = texts;
}

// `kubectl explain` and OpenAPI show the server's own words where they are to be had.
const SHARED = ['FieldsV1', 'IntOrString', 'ListMeta', 'MicroTime', 'Quantity', 'RawExtension', 'Time'];
const textsOf = fieldTexts(join(models, '../../../../..'));
const documented: Record<string, Record<string, string>> = {};
const document = (name: string, definition: string): void => {
  const plain = descriptions[name];
  const full = textsOf(definition);
  if (full === undefined) {
    if (plain !== undefined) documented[name] = plain;
    return;
  }
  // The declarations say nothing of what is the same everywhere.
  for (const field of ['apiVersion', 'kind']) if (full[field] === '') full[field] = (plain ?? descriptions['Pod'])?.[field] ?? '';
  documented[name] = full;
};
for (const name of [...Object.keys(schema), ...SHARED]) document(name, definitionName(name));
for (const name of Object.keys(schema)) document(`${name}List`, `${definitionName(name)}List`);
if (textsOf(definitionName('Pod')) === undefined) console.log('without kubernetes-models: field texts are those of the client');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'types.ts'), types);
writeFileSync(join(out, 'schema-lines.json'), JSON.stringify(schemaLines(schema)));
writeFileSync(join(out, 'descriptions.json'), JSON.stringify(documented));

/** Fields whose documentation the server's tables show as descriptions of columns. */
const COLUMNS = [
  'ObjectMeta.name', 'ObjectMeta.creationTimestamp', 'PodStatus.podIP', 'PodSpec.nodeName', 'PodStatus.nominatedNodeName', 'PodSpec.readinessGates',
  'ReplicaSetSpec.replicas', 'ReplicaSetStatus.replicas', 'ReplicaSetStatus.readyReplicas', 'ServiceSpec.type', 'ServiceSpec.clusterIP', 'ServiceSpec.externalIPs',
  'ServiceSpec.ports', 'ServiceSpec.selector', 'NodeSystemInfo.kubeletVersion', 'NodeStatus.addresses', 'NodeSystemInfo.osImage', 'NodeSystemInfo.kernelVersion',
  'NodeSystemInfo.containerRuntimeVersion', 'ConfigMap.data', 'Secret.type', 'Secret.data', 'Event.lastTimestamp', 'Event.firstTimestamp', 'Event.type', 'Event.reason',
  'Event.message', 'Event.count', 'ObjectReference.fieldPath', 'Endpoints.subsets', 'EndpointSlice.addressType', 'EndpointSlice.ports', 'EndpointSlice.endpoints',
  'LeaseSpec.holderIdentity', 'ControllerRevision.revision', 'ResourceSliceSpec.nodeName', 'ResourceSliceSpec.driver', 'ResourcePool.name',
  'CronJobSpec.schedule', 'CronJobSpec.timeZone', 'CronJobSpec.suspend', 'CronJobStatus.active', 'CronJobStatus.lastScheduleTime',
  'CSIDriverSpec.attachRequired', 'CSIDriverSpec.podInfoOnMount', 'CSIDriverSpec.storageCapacity',
  'CSIDriverSpec.tokenRequests', 'CSIDriverSpec.requiresRepublish', 'CSIDriverSpec.volumeLifecycleModes',
  'PodSpec.nodeSelector', 'PriorityLevelConfigurationReference.name', 'FlowSchemaSpec.matchingPrecedence',
  'HorizontalPodAutoscalerSpec.metrics',
  'HorizontalPodAutoscalerSpec.minReplicas', 'HorizontalPodAutoscalerSpec.maxReplicas', 'HorizontalPodAutoscalerStatus.currentReplicas',
  'JobStatus.succeeded', 'PersistentVolumeSpec.capacity', 'PersistentVolumeSpec.accessModes',
  'PersistentVolumeSpec.persistentVolumeReclaimPolicy', 'PersistentVolumeStatus.phase', 'PersistentVolumeStatus.reason', 'PersistentVolumeSpec.volumeMode', 'PersistentVolumeClaimStatus.phase',
  'PersistentVolumeClaimSpec.volumeName', 'PersistentVolumeClaimStatus.capacity', 'PersistentVolumeClaimStatus.accessModes',
  'PersistentVolumeClaimSpec.volumeMode', 'PriorityClass.value', 'PriorityClass.globalDefault', 'PriorityClass.preemptionPolicy',
  'PriorityLevelConfigurationSpec.type', 'QueuingConfiguration.queues',
  'QueuingConfiguration.handSize', 'QueuingConfiguration.queueLengthLimit', 'ReplicationControllerSpec.replicas',
  'ReplicationControllerStatus.replicas', 'ReplicationControllerStatus.readyReplicas', 'ReplicationControllerSpec.selector',
   'ServiceCIDRSpec.cidrs', 'StorageClass.provisioner', 'StorageClass.reclaimPolicy',
  'StorageClass.volumeBindingMode', 'StorageClass.allowVolumeExpansion', 'VolumeAttachmentSpec.attacher',
  'VolumeAttachmentSource.persistentVolumeName', 'VolumeAttachmentSpec.nodeName', 'VolumeAttachmentStatus.attached',
  'VolumeAttributesClass.driverName', 'DaemonSetStatus.desiredNumberScheduled', 'DaemonSetStatus.currentNumberScheduled',
  'DaemonSetStatus.numberReady', 'DaemonSetStatus.updatedNumberScheduled', 'DaemonSetStatus.numberAvailable',
  ]; // prettier-ignore
const flat = (text: string): string => text.replace(/\s+/g, ' ');
const columns = COLUMNS.map((path) => {
  const [type, field] = path.split('.') as [string, string];
  const plain = descriptions[type]?.[field];
  if (!plain) throw new Error(`no documentation of ${path}`);
  const full = documented[type]?.[field]?.replace(/\n+Possible enum values:[^]*$/, '') ?? '';
  // The models run paragraphs together.
  const text = flat(full) === flat(plain) ? full : plain;
  return `  ${JSON.stringify(path)}: ${JSON.stringify(text)},\n`;
});
writeFileSync(
  join(out, 'columns.ts'),
  `// Generated by tools/generate.ts. Do not edit.\nexport const COLUMN_DESCRIPTIONS: Readonly<Record<string, string>> = {\n${columns.join('')}};\n`,
);
console.log(`generated ${sorted.length} types`);
