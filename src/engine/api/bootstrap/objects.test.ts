import { expect, it } from 'vitest';
import { KINDS } from '../kinds/index.ts';
import { validateObjectMeta } from '../object-meta.ts';
import { Findings } from '../validation.ts';
import { bootstrapObjects } from './objects.ts';

it('holds objects that the kinds themselves would accept and leave as they are', () => {
  const objects = bootstrapObjects('2026-01-05T09:00:00Z');
  expect(objects.filter(({ resource }) => resource === 'clusterroles').length).toBeGreaterThan(60);
  for (const { resource, object } of objects) {
    const kind = KINDS.find((candidate) => candidate.resource === resource && candidate.kind === object.kind);
    if (kind === undefined) throw new Error(`no kind for ${resource}`);
    const draft = structuredClone(object);
    kind.defaults?.(draft);
    const findings = new Findings();
    validateObjectMeta(draft, kind, findings);
    kind.strategy.validate?.(draft, findings);
    expect(findings.list.map(({ field, body }) => `${object.kind} ${object.metadata.name}: ${field}: ${body}`)).toEqual([]);
    expect(draft).toEqual(object);
  }
});
