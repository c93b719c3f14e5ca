import { setWebhookDefaults, validateWebhooks } from '../admissionregistration/webhooks.ts';
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../generated/types.ts';
import type { Kind } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { countChange, plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

/** A list of webhooks; those that may change an object (`mutating`) are called again only where they ask for it. */
export function webhookConfiguration<T extends MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(
  parts: Pick<Kind<T>, 'kind' | 'resource'>,
  mutating: boolean,
): Kind {
  return v1Kind<T>({
    ...parts,
    group: 'admissionregistration.k8s.io',
    categories: ['api-extensions'],
    namespaced: false,
    defaults(draft) {
      setWebhookDefaults(draft);
      if (mutating) for (const webhook of (draft as MutatingWebhookConfiguration).webhooks ?? []) webhook.reinvocationPolicy ??= 'Never';
    },
    strategy: plainStrategy<T>({
      prepareForCreate(draft) {
        draft.metadata.generation = 1;
      },
      prepareForUpdate(draft, old) {
        countChange(draft, old, ({ webhooks }) => webhooks);
      },
      create: (draft, findings) => validateWebhooks(draft, mutating, findings),
      update: (draft, _old, findings) => validateWebhooks(draft, mutating, findings),
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
    fidelity: { level: 'modelled' },
  });
}
