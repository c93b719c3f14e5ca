import { setWebhookDefaults, validateWebhooks } from '../admissionregistration/webhooks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { MutatingWebhookConfiguration } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const mutatingWebhookConfiguration = v1Kind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  resource: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  defaults(draft) {
    setWebhookDefaults(draft);
    for (const webhook of draft.webhooks ?? []) webhook.reinvocationPolicy ??= 'Never';
  },
  strategy: plainStrategy<MutatingWebhookConfiguration>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      const generation = old.metadata.generation ?? 0;
      draft.metadata.generation = semanticallyEqual(draft.webhooks, old.webhooks) ? generation : generation + 1;
    },
    create: (draft, findings) => validateWebhooks(draft, true, findings),
    update: (draft, _old, findings) => validateWebhooks(draft, true, findings),
  }),
  columns: [
    nameColumn(),
    column(
      'Webhooks',
      'Webhooks indicates the number of webhooks registered in this configuration',
      ({ webhooks }) => (webhooks ?? []).length,
      {
        type: 'integer',
      },
    ),
    ageColumn(),
  ],
  fidelity: storedOnly('webhooks are not called'),
});
