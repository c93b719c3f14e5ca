import { describe, expect, it } from 'vitest';
import { CONFIG_MAPS } from '../client/resources.ts';
import type { ObjectList } from './list.ts';
import { TestServer, configMap, messageOf } from './test-server.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

function filled(): TestServer {
  const test = new TestServer();
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    test.client.create(CONFIG_MAPS, configMap(name, { labels: { app: name < 'c' ? 'web' : 'db' } }));
  return test;
}

const names = (list: unknown): unknown[] => (list as ObjectList).items.map(({ metadata }) => metadata.name);

describe('a list in pieces', () => {
  it('shows the state at its beginning, whatever happens meanwhile', () => {
    const test = filled();
    const first = test.call('GET', `${PATH}?limit=2`).body as ObjectList;
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    test.client.delete(CONFIG_MAPS, 'default', 'd');
    test.client.create(CONFIG_MAPS, configMap('bb'));
    const rest = test.call('GET', `${PATH}?continue=${first.metadata.continue ?? ''}`).body as ObjectList;
    expect(names(rest)).toEqual(['c', 'd', 'e']);
    expect(rest.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  it('refuses to go on past a compaction, with a token to go on regardless', () => {
    const test = filled();
    const first = test.call('GET', `${PATH}?limit=2`).body as ObjectList;
    test.client.create(CONFIG_MAPS, configMap('bb'));
    test.client.create(CONFIG_MAPS, configMap('bc'));
    test.store.compact(test.store.revision);
    const gone = test.call('GET', `${PATH}?continue=${first.metadata.continue ?? ''}`);
    expect(gone.code).toBe(410);
    expect(messageOf(gone)).toMatch(/^The provided continue parameter is too old to display a consistent list result\./);
    const next = (gone.body as { metadata: { continue: string } }).metadata.continue;
    expect(names(test.call('GET', `${PATH}?continue=${next}`).body)).toEqual(['bb', 'bc', 'c', 'd', 'e']);
  });

  it('refuses nonsense', () => {
    expect(messageOf(filled().call('GET', `${PATH}?continue=!!`))).toBe(
      'invalid continue token: continue key is not valid: illegal base64 data at input byte 0',
    );
  });
});

describe('resourceVersion', () => {
  it('Exact shows the past', () => {
    const test = filled();
    const then = test.store.revision;
    test.client.delete(CONFIG_MAPS, 'default', 'a');
    expect(names(test.call('GET', PATH).body)).toEqual(['b', 'c', 'd', 'e']);
    expect(names(test.call('GET', `${PATH}?resourceVersion=${then}&resourceVersionMatch=Exact`).body)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(test.call('GET', `${PATH}/a?resourceVersion=${then}&resourceVersionMatch=Exact`).code).toBe(200);
  });

  it('of the future is refused', () => {
    const test = filled();
    const wanted = test.store.revision + 100;
    const response = test.call('GET', `${PATH}?resourceVersion=${wanted}`);
    expect(response.code).toBe(504);
    expect(messageOf(response)).toBe(`Too large resource version: ${wanted}, current: ${test.store.revision}`);
  });

  it('Match needs a version', () => {
    const response = filled().call('GET', `${PATH}?resourceVersionMatch=Exact`);
    expect(response.code).toBe(422);
    expect(messageOf(response)).toContain('resourceVersionMatch is forbidden unless resourceVersion is provided');
  });
});

describe('selectors', () => {
  it('choose by label and field', () => {
    const test = filled();
    expect(names(test.call('GET', `${PATH}?labelSelector=app%20in%20(web)`).body)).toEqual(['a', 'b']);
    expect(names(test.call('GET', `${PATH}?fieldSelector=metadata.name!%3Da&labelSelector=app%3Dweb`).body)).toEqual(['b']);
  });

  it('are refused in the words of the server', () => {
    const test = filled();
    expect(messageOf(test.call('GET', `${PATH}?labelSelector=a%20b`))).toBe(
      "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    );
    expect(messageOf(test.call('GET', `${PATH}?fieldSelector=spec.x%3D1`))).toBe(
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    expect(messageOf(test.call('GET', '/api/v1/pods?fieldSelector=spec.x%3D1'))).toBe('field label not supported: spec.x');
  });
});

it('in-process lists hand out the stored objects themselves', () => {
  const { client } = filled();
  expect(client.list(CONFIG_MAPS).items[0]).toBe(client.get(CONFIG_MAPS, 'default', 'a'));
});
