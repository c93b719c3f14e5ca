import type { Json } from '../../api/meta.ts';

/** What was asked of a real API server, and what it answered. A line of the `.jsonl` files beside this one. */
export interface Scenario {
  readonly id: string;
  /** What is shown: defaulting, validation, updates, patches … */
  readonly area: string;
  readonly kind: string;
  readonly about: string;
  /** Without it `metadata.managedFields` are not compared. */
  readonly managedFields?: boolean;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** In addition to the usual ones; null takes one of those away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** Sent as JSON. */
  readonly body?: Json;
  /** Sent as it stands. */
  readonly raw?: string;
  /** Without credentials. */
  readonly anonymous?: boolean;
}

/** What is compared; a part that is absent is not (no warnings mean that none may come). */
export interface RecordedResponse {
  readonly code: number;
  readonly body?: Json;
  readonly warnings?: readonly string[];
  readonly contentType?: string;
}
