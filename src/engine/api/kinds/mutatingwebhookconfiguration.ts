import type { MutatingWebhookConfiguration } from '../generated/types.ts';
import { webhookConfiguration } from './webhook-configuration.ts';

export const mutatingWebhookConfiguration = webhookConfiguration<MutatingWebhookConfiguration>(
  { kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations' },
  true,
);
