import type { Kind } from '../api/kind.ts';
import type { Millis } from '../sim/time.ts';
import type { AdmissionMetrics } from './filters/admission-metrics.ts';
import type { RequestInfo } from './route.ts';
import type { UserInfo } from './authn/user.ts';
import type { Representation } from './negotiation.ts';
import type { ApiRequest } from './types.ts';

/** One request on its way through the pipeline. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Virtual ms. */
  readonly now: number;
  readonly dryRun: boolean;
  /** Address of the caller in the log. */
  readonly actor: string;
  /** Texts of `Warning: 299` headers. */
  readonly warnings: string[];
  /** Verdicts of the stages passed so far, for the log. */
  readonly stages: string[];
  /** Answer as the wire shows it: the client said what it accepts. In-process clients take stored objects by reference. */
  readonly wire: boolean;
  readonly representation: Representation;
  /** Whom to tell of what happens on the way. Unset in contexts made by hand. */
  readonly observer?: RequestObserver;
}

/** What stands around the handler: audit and metrics. */
export interface RequestObserver {
  /** Is an audit event written? Only then annotations are worth working out. */
  readonly audited: boolean;
  /** Writes an annotation into the audit event. */
  annotate(key: string, value: string): void;
  /** The request waited so long (virtual ms) for somebody else: a webhook. */
  waitedFor(time: Millis): void;
  readonly admission: AdmissionMetrics;
  /** Virtual time, to measure by. */
  now(): Millis;
}

/** A kind with where the request points in it. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}
