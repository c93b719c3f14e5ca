import type { Millis } from '../../../sim/time.ts';

export interface JournalLine {
  readonly at: Millis;
  /** `kubelet.service`; the kernel and systemd itself speak for a unit too. */
  readonly unit: string;
  readonly identifier: string;
  readonly pid: number;
  /** As syslog counts: 3 error, 4 warning, 6 information. */
  readonly priority: number;
  readonly message: string;
}

/** What a unit wrote on one event. */
export type Written = Pick<JournalLine, 'message' | 'priority'>;
