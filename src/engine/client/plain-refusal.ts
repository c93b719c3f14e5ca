import { failure, type StatusError } from '../api/errors.ts';
import type { ApiResponse } from '../apiserver/types.ts';

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

/** client-go's words for a refusal that is no `Status` (NewGenericServerResponse). */
export function plainMessage({ code, body }: ApiResponse): string {
  if (code === 404) return 'the server could not find the requested resource';
  if (code === 429) return 'the server has received too many requests and has asked us to try again later';
  if (code === 503) return 'the server is currently unable to handle the request';
  if (code >= 500)
    return `an error on the server (${JSON.stringify(typeof body === 'string' ? body.trim() : 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}

export function plainRefusal(response: ApiResponse): StatusError {
  return failure(response.code, REASONS[response.code] ?? (response.code >= 500 ? 'InternalError' : 'Unknown'), plainMessage(response));
}
