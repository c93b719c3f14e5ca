import type { ValidatingWebhookConfiguration } from '../generated/types.ts';
import { webhookConfiguration } from './webhook-configuration.ts';

export const validatingWebhookConfiguration = webhookConfiguration<ValidatingWebhookConfiguration>(
  { kind: 'ValidatingWebhookConfiguration', resource: 'validatingwebhookconfigurations' },
  false,
);
