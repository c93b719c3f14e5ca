import type { CustomResourceDefinition } from '../generated/types.ts';
import { plainColumns } from '../printing/created-at.ts';
import { validateDefinition, validateDefinitionUpdate } from '../structural/validate-definition.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const customResourceDefinition = v1Kind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.conversion ??= { strategy: 'None' };
    if (spec.names === undefined) return;
    if (!spec.names.singular && spec.names.kind) spec.names.singular = spec.names.kind.toLowerCase();
    if (!spec.names.listKind && spec.names.kind) spec.names.listKind = `${spec.names.kind}List`;
  },
  strategy: specStrategy<CustomResourceDefinition>({
    prepareForCreate(draft) {
      const [stored] = (draft.spec?.versions ?? []).filter(({ storage }) => storage);
      draft.status = {
        conditions: null as unknown as [],
        acceptedNames: { plural: '', kind: '' },
        storedVersions: stored === undefined ? [] : [stored.name],
      };
    },
    // Whatever was stored once is remembered.
    prepareForUpdate(draft) {
      const before = draft.status?.storedVersions ?? [];
      const stored = (draft.spec?.versions ?? []).filter(({ storage, name }) => storage && !before.includes(name)).map(({ name }) => name);
      // A version that is no longer there is refused; nothing is added to it.
      const known = before.every((name) => draft.spec?.versions?.some((version) => version.name === name));
      if (stored.length > 0 && known) draft.status = { ...draft.status, storedVersions: [...before, ...stored] };
    },
    create: validateDefinition,
    update: validateDefinitionUpdate,
  }),
  subresources: { status: statusStrategy<CustomResourceDefinition>() },
  columns: plainColumns(),
  fidelity: { level: 'modelled' },
});
