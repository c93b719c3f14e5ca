import type { Status, StatusCause } from './meta.ts';

// Of V8 alone; elsewhere it says nothing.
const LIMITS = Error as { stackTraceLimit?: number | undefined };

/** A refusal by the API server. `status` is the body of the answer; its texts are the real server's. */
export class StatusError extends Error {
  constructor(readonly status: Status) {
    // It is an answer and no fault: where it was made interests nobody, and to find that out takes longer than most requests.
    const depth = LIMITS.stackTraceLimit;
    LIMITS.stackTraceLimit = 0;
    super(status.message);
    LIMITS.stackTraceLimit = depth;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? 'Unknown';
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'NotFound';
}
export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'Conflict';
}
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

/** `pods "web" …` or `deployments.apps "web" …`: how messages name an object. */
export function qualified(resource: string, group: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  });
}

/** For which resource, and which object of it. */
export interface Subject {
  group: string;
  resource: string;
  name: string;
}

const detailsOf = ({ group, resource, name }: Subject): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: resource,
});

export function notFound(subject: Subject): StatusError {
  return failure(404, 'NotFound', `${qualified(subject.resource, subject.group)} "${subject.name}" not found`, detailsOf(subject));
}
export function alreadyExists(subject: Subject): StatusError {
  return failure(
    409,
    'AlreadyExists',
    `${qualified(subject.resource, subject.group)} "${subject.name}" already exists`,
    detailsOf(subject),
  );
}
export function conflict(subject: Subject, why: string): StatusError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject.resource, subject.group)} "${subject.name}": ${why}`,
    detailsOf(subject),
  );
}
/** The refusal of an update whose resourceVersion is not the stored one. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}
export function forbidden(subject: Subject, why: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  const named = subject.name === '' ? `${what} is forbidden` : `${what} "${subject.name}" is forbidden`;
  return failure(403, 'Forbidden', `${named}: ${why}`, detailsOf(subject));
}
export function expired(message: string): StatusError {
  return failure(410, 'Expired', message);
}
