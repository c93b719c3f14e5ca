import type { Message } from './client.ts';

// What the gateway writes as texts since JavaScript has no such numbers, Go writes as numbers.
const NUMBERS = new Set(
  'cluster_id member_id revision raft_term create_revision mod_revision version lease count deleted ID TTL grantedTTL dbSize dbSizeInUse dbSizeQuota leader raftIndex raftAppliedIndex raftTerm hash hash_revision compact_revision memberID id ttl granted-ttl'.split(
    ' ',
  ),
);
const ENUMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  type: { PUT: 0, DELETE: 1 },
  alarm: { NONE: 0, NOSPACE: 1, CORRUPT: 2 },
};

/** As Go's encoding/json writes the same message: numbers of 64 bits as such. */
export function goJson(value: unknown, field = ''): string {
  if (Array.isArray(value)) return `[${value.map((each) => goJson(each)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const { version } = value as Message;
    return `{${Object.entries(value as Message)
      .filter(([, each]) => each !== undefined)
      .map(
        ([name, each]) =>
          `${JSON.stringify(name)}:${name === 'version' && version !== undefined && !/^\d+$/.test(String(version)) ? JSON.stringify(each) : goJson(each, name)}`,
      )
      .join(',')}}`;
  }
  if (typeof value === 'string' && ENUMS[field] !== undefined) return String(ENUMS[field][value] ?? 0);
  if (typeof value === 'string' && NUMBERS.has(field) && /^-?\d+$/.test(value)) return value;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of `%q`. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
