import type { Task } from '../../../engine/os/task.ts';
import { readStanzas } from '../config/stanzas.ts';
import { findMapping, groupResource, pathOf } from '../discovery.ts';
import type { Session } from '../session.ts';
import { list, object, text } from '../values.ts';
import type { Json } from '../values.ts';

/** As `api-resources -o name` lists what can be read. */
export function* typeNames(session: Session): Task<string[]> {
  const found = (yield* session.discovery()).resources.filter((each) => each.preferred && each.verbs.includes('get'));
  const key = (group: string, resource: string): string => `${group}\u0000${resource}`;
  return found.sort((a, b) => (key(a.group, a.resource) < key(b.group, b.resource) ? -1 : 1)).map(groupResource);
}

export function* itemsNamed(session: Session, type: string, namespace = session.namespace): Task<readonly Json[]> {
  const mapping = findMapping(yield* session.discovery(), type);
  return mapping === undefined ? [] : list(yield* session.json('GET', pathOf(mapping, namespace)), 'items');
}

export function* namesOf(session: Session, type: string, namespace = session.namespace): Task<string[]> {
  return (yield* itemsNamed(session, type, namespace)).map((item) => text(item, 'metadata', 'name'));
}

/** The pod that `web-1`, `pod/web-1` or `deploy/web` means; of a workload, one of its pods. */
function* podOf(session: Session, word: string): Task<Json | undefined> {
  const [type = '', name] = word.includes('/') ? word.split('/') : ['pods', word];
  const pods = yield* itemsNamed(session, 'pods');
  const named = (item: Json): boolean => text(item, 'metadata', 'name') === name;
  if (/^(po|pods?)$/.test(type)) return pods.find(named);
  const owner = (yield* itemsNamed(session, type)).find(named);
  const selector = object(owner, 'spec', 'selector');
  const labels = Object.entries(object(selector, 'matchLabels'));
  const wanted = labels.length > 0 ? labels : Object.entries(selector);
  return wanted.length === 0
    ? undefined
    : pods.find((pod) => wanted.every(([key, value]) => text(pod, 'metadata', 'labels', key) === text(value)));
}

export function* containerNames(session: Session, word: string): Task<string[]> {
  const pod = yield* podOf(session, word);
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    list(pod, 'spec', field).map((each) => text(each, 'name')),
  );
}

/** `8080:80`: a port that the far end has, under its own number or the one that is typed. */
export function* portsOf(session: Session, word: string, typed: string): Task<string[]> {
  const [type = '', name = ''] = word.split('/');
  const service = /^(svc|services?)$/.test(type);
  const found = service
    ? list(
        (yield* itemsNamed(session, 'services')).find((each) => text(each, 'metadata', 'name') === name),
        'spec',
        'ports',
      ).map((each) => text(each, 'port'))
    : list(yield* podOf(session, word), 'spec', 'containers').flatMap((each) =>
        list(each, 'ports').map((port) => text(port, 'containerPort')),
      );
  const [local = ''] = typed.split(':');
  return found.map((port) => `${local === '' ? port : local}:${port}`);
}

export function contextNames(session: Session): string[] {
  return [...readStanzas(session.process, session.flags).contexts.keys()];
}
export function clusterNames(session: Session): string[] {
  return [...readStanzas(session.process, session.flags).clusters.keys()];
}
export function userNames(session: Session): string[] {
  return [...readStanzas(session.process, session.flags).users.keys()];
}
