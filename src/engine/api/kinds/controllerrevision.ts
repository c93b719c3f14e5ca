import type { ControllerRevision } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { controllerOf } from '../meta.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { nonNegative } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Findings } from '../validation.ts';
import { defineKind, plainStrategy } from './define.ts';

export const controllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'ControllerRevision',
  nameRule: 'dns-subdomain',
  strategy: plainStrategy<ControllerRevision>({
    create: validateRevision,
    update(revision, old, findings) {
      validateRevision(revision, findings);
      if (!semanticallyEqual(revision.data, old.data)) findings.invalid('data', revision.data, 'field is immutable');
    },
  }),
  subresources: {},
  columns: [
    nameColumn(),
    column('Controller', 'Controller of the object', controller),
    column('Revision', 'ControllerRevision.revision', ({ revision }) => revision),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

function controller(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (owner === undefined) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

function validateRevision({ data, revision }: ControllerRevision, findings: Findings): void {
  if (data === undefined || data === null) findings.required('data', 'data is mandatory');
  nonNegative(revision, 'revision', findings);
}
