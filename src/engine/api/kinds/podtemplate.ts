import type { PodTemplate } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { templateWarnings } from '../pod/template-warnings.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import { column, nameColumn } from '../printing/column.ts';
import { formatLabels } from '../selector.ts';
import { countChange, defineKind, plainStrategy } from './define.ts';

const names = ({ template }: PodTemplate, field: 'name' | 'image'): string =>
  (template?.spec?.containers ?? []).map((container) => container[field] ?? '').join(',');

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  resource: 'podtemplates',
  singular: 'podtemplate',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'PodTemplate',
  nameRule: 'dns-subdomain',
  defaults({ template }) {
    if (template !== undefined) setPodTemplateDefaults(template);
  },
  strategy: plainStrategy<PodTemplate>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      countChange(draft, old, ({ template }) => template);
    },
    create: ({ template }, findings) => validatePodTemplate(template ?? {}, 'template', findings),
    update: ({ template }, _old, findings) => validatePodTemplate(template ?? {}, 'template', findings),
    warnings: ({ template }) => (template === undefined ? [] : templateWarnings(template, 'template.')),
  }),
  subresources: {},
  columns: [
    nameColumn(),
    column('Containers', 'Names of each container in the template.', (object) => names(object, 'name')),
    column('Images', 'Images referenced by each container in the template.', (object) => names(object, 'image')),
    column('Pod Labels', 'The labels for the pod template.', ({ template }) => formatLabels(template?.metadata?.labels)),
  ],
  fidelity: { level: 'modelled' },
});
