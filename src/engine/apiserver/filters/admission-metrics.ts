import type { Histogram } from '../../metrics/instruments.ts';
import type { Registry } from '../../metrics/registry.ts';

export type AdmissionType = 'admit' | 'validate';
/** As admission says it: in capitals. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

/** `apiserver_admission_…`: plugins, both steps, and webhooks. */
export class AdmissionMetrics {
  readonly #controllers;
  readonly #steps;
  readonly #webhooks;
  readonly #webhookRequests;
  readonly #webhookRejections;
  readonly #failOpen;

  constructor(registry: Registry) {
    const name = (rest: string): string => `apiserver_admission_${rest}`;
    this.#controllers = registry.histograms({
      name: name('controller_admission_duration_seconds'),
      help: 'Time that an admission plugin took.',
      stability: 'STABLE',
      labels: ['name', 'type', 'operation', 'rejected'],
      buckets: BUCKETS,
    });
    this.#steps = registry.histograms({
      name: name('step_admission_duration_seconds'),
      help: 'Time that all mutating or all validating plugins took.',
      stability: 'STABLE',
      labels: ['type', 'operation', 'rejected'],
      buckets: BUCKETS,
    });
    this.#webhooks = registry.histograms({
      name: name('webhook_admission_duration_seconds'),
      help: 'Time that an admission webhook took to answer.',
      stability: 'STABLE',
      labels: ['name', 'type', 'operation', 'rejected'],
      buckets: [...BUCKETS, 10, 25],
    });
    this.#webhookRequests = registry.counters({
      name: name('webhook_request_total'),
      help: 'Requests to admission webhooks, by the code of the answer.',
      labels: ['name', 'type', 'operation', 'code', 'rejected'],
    });
    this.#webhookRejections = registry.counters({
      name: name('webhook_rejection_count'),
      help: 'Writes that an admission webhook refused, or that were refused because it could not be asked.',
      labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
    });
    this.#failOpen = registry.counters({
      name: name('webhook_fail_open_count'),
      help: 'Writes let in because a webhook that could not be asked may fail open.',
      labels: ['name', 'type'],
    });
  }

  /** A plugin refused. */
  refused(plugin: string, type: AdmissionType, operation: AdmissionOperation, seconds: number): void {
    this.#controllers.with(plugin, type, operation, 'true').observe(seconds);
  }

  /** The histogram of a plugin that lets in, to be kept by who calls it often. */
  passing(plugin: string, type: AdmissionType, operation: AdmissionOperation): Histogram {
    return this.#controllers.with(plugin, type, operation, 'false');
  }

  /** The histogram of a whole step, to be kept likewise. */
  step(type: AdmissionType, operation: AdmissionOperation, rejected: boolean): Histogram {
    return this.#steps.with(type, operation, String(rejected));
  }

  /** A webhook answered, or could not be asked (`code` 0). */
  webhook(
    webhook: string,
    type: AdmissionType,
    operation: AdmissionOperation,
    { code, rejected, seconds }: { code: number; rejected: boolean; seconds: number },
  ): void {
    this.#webhooks.with(webhook, type, operation, String(rejected)).observe(seconds);
    this.#webhookRequests.with(webhook, type, operation, String(Math.min(code, 600)), String(rejected)).inc();
  }

  webhookRejected(
    webhook: string,
    type: AdmissionType,
    operation: AdmissionOperation,
    error: 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error',
    code: number,
  ): void {
    this.#webhookRejections.with(webhook, type, operation, error, String(Math.min(code, 600))).inc();
  }

  webhookFailedOpen(webhook: string, type: AdmissionType): void {
    this.#failOpen.with(webhook, type).inc();
  }
}
