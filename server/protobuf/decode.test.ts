import { expect, it } from 'vitest';
import { KINDS } from '../../src/engine/api/kinds/index.ts';
import type { FieldSchema } from '../../src/engine/api/schema.ts';
import { SCHEMA } from '../../src/engine/api/known-types.ts';
import { jsonOfProtobuf } from './decode.ts';
import { PROTOBUF_FIELDS } from './fields/index.ts';

const bytes = (number: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), Buffer.from(content as string)]);
const varint = (number: number, value: number): Buffer => Buffer.from([number << 3, value]);
const envelope = (apiVersion: string, kind: string, message: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), bytes(1, Buffer.concat([bytes(1, apiVersion), bytes(2, kind)])), bytes(2, message)]);

it('reads a Job as kubectl create job writes it', () => {
  const container = Buffer.concat([bytes(1, 'c'), bytes(2, 'busybox'), bytes(3, 'true')]);
  const podSpec = Buffer.concat([bytes(2, container), bytes(3, 'Never')]);
  const spec = Buffer.concat([varint(1, 2), bytes(6, bytes(2, podSpec)), varint(7, 0)]);
  expect(JSON.parse(jsonOfProtobuf(envelope('batch/v1', 'Job', Buffer.concat([bytes(1, bytes(1, 'j')), bytes(2, spec)]))) ?? '')).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: {
      parallelism: 2,
      template: { spec: { containers: [{ name: 'c', image: 'busybox', command: ['true'] }], restartPolicy: 'Never' } },
      backoffLimit: 0,
    },
  });
});

it('tells kinds of one name apart by their group', () => {
  const event = (apiVersion: string, reason: number): unknown =>
    JSON.parse(jsonOfProtobuf(envelope(apiVersion, 'Event', bytes(reason, 'Started'))) ?? '');
  expect(event('v1', 3)).toEqual({ apiVersion: 'v1', kind: 'Event', reason: 'Started' });
  expect(event('events.k8s.io/v1', 7)).toEqual({ apiVersion: 'events.k8s.io/v1', kind: 'Event', reason: 'Started' });
});

it('leaves what it cannot read to the server', () => {
  expect(jsonOfProtobuf(Buffer.from('{}'))).toBeUndefined();
  expect(jsonOfProtobuf(envelope('v1', 'Nothing', Buffer.alloc(0)))).toBeUndefined();
  expect(jsonOfProtobuf(envelope('v1', 'Pod', Buffer.from([10, 200])))).toBeUndefined();
});

it('knows the messages of all built-in kinds, and in them only fields that there are', () => {
  const seen = new Set<string>();
  const visit = (type: string, message: string): void => {
    if (seen.has(`${type} ${message}`) || SCHEMA[type] === undefined) return;
    seen.add(`${type} ${message}`);
    const words = PROTOBUF_FIELDS[message];
    expect(words, message).toBeDefined();
    for (const word of (words ?? '').split(/\s+/)) {
      const name = word.replace(/=\d+$/, '');
      if (name.startsWith(':')) visit(type, name.slice(1));
      else expect(Object.keys(SCHEMA[type]?.fields ?? {}), `${message}.${name}`).toContain(name);
    }
    if (type === message) for (const field of Object.values(SCHEMA[type]?.fields ?? {})) follow(field);
  };
  const follow = (field: FieldSchema): void => {
    if (field.type === 'ref') visit(field.ref, field.ref);
    if (field.type === 'array' || field.type === 'map') follow(field.items);
  };
  // Their schemas hold schemas; their clients write JSON.
  for (const { group, schema } of KINDS) if (group !== 'apiextensions.k8s.io') visit(schema, schema);
  expect(seen.size).toBeGreaterThan(400);
});
