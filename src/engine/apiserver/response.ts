import type { StatusError } from '../api/errors.ts';
import { failure } from '../api/errors.ts';
import type { Json } from '../api/meta.ts';
import type { ApiResponse } from './types.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' } as const;
const TEXT_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
} as const;

export function jsonResponse(code: number, body: Json | object): ApiResponse {
  return { code, headers: JSON_HEADERS, body };
}

export function textResponse(code: number, body: string): ApiResponse {
  return { code, headers: TEXT_HEADERS, body };
}

export function statusResponse(error: StatusError): ApiResponse {
  const retry = error.status.details?.retryAfterSeconds;
  const headers = retry === undefined ? JSON_HEADERS : { ...JSON_HEADERS, 'retry-after': String(retry) };
  return { code: error.code, headers, body: error.status };
}

/** RFC 7234's `299 - "text"`, each text once. */
export function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0) return response;
  const lines = [...new Set(warnings)].map((text) => `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return { ...response, headers: { ...response.headers, warning: lines } };
}

/** No such resource, or a path in a group version that knows none such. */
export function noSuchResource(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** What Go's mux says of a path that nothing serves. */
export function noSuchPage(): ApiResponse {
  return textResponse(404, '404 page not found\n');
}
