import type { Json } from '../../api/meta.ts';
import { formatTime, SECOND, type Millis } from '../../sim/time.ts';
import type { ApiRequest } from '../types.ts';
import type { RecordedRequest } from './scenario.ts';

/** The body of each answer so far. */
export type Answers = readonly Json[];

/** A recorded request as it goes over the wire, with what it takes from earlier answers and from the clock. */
export function requestOf(recorded: RecordedRequest, answers: Answers, now: Millis): Omit<ApiRequest, 'credentials'> {
  const filled = (value: Json): Json => fill(value, answers, now);
  const json = recorded.body === undefined ? undefined : JSON.stringify(filled(recorded.body));
  const body = recorded.raw === undefined ? json : String(filled(recorded.raw));
  const headers: Record<string, string | readonly string[] | null> = {
    accept: 'application/json',
    'user-agent': 'corpus/1.0',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(filled((recorded.headers ?? {}) as Json) as typeof recorded.headers),
  };
  return {
    method: recorded.method,
    path: String(filled(recorded.path)),
    query: filled((recorded.query ?? {}) as Json) as NonNullable<ApiRequest['query']>,
    headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name.toLowerCase(), value]]))),
    ...(body === undefined ? {} : { body }),
  };
}

/** `{$ref}` is a value of an earlier answer, `{{…}}` the same inside a text, `{$repeat}` a long text, `<now-90s>` a time. */
function fill(value: Json, answers: Answers, now: Millis): Json {
  if (typeof value === 'string') {
    return value
      .replace(/\{\{([^}]+)\}\}/g, (whole, path: string) => String(answered(answers, path) ?? whole))
      .replace(/<now([+-]\d+)s>/g, (_, seconds: string) => formatTime(now + Number(seconds) * SECOND));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => fill(item, answers, now));
  const { $ref: reference, $repeat: repeat } = value;
  if (typeof reference === 'string' && reference.startsWith('steps[')) return answered(answers, reference) ?? null;
  if (Array.isArray(repeat)) return String(repeat[0]).repeat(Number(repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, answers, now)]));
}

/** `steps[0].response.body.metadata.uid` */
function answered(answers: Answers, reference: string): Json | undefined {
  const [, step, path = ''] = /^steps\[(\d+)\]\.response\.body\.(.+)$/.exec(reference) ?? [];
  return path.split('.').reduce<Json | undefined>((at, key) => (at as Record<string, Json> | undefined)?.[key], answers[Number(step)]);
}
