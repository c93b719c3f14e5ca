import type { Task } from '../../engine/os/task.ts';
import { kindName, pathOf } from './discovery.ts';
import { CommandError, isReason } from './errors.ts';
import { parseJsonPath, relaxed, resultText } from './jsonpath.ts';
import { PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, fetchList, itemsOf, infoOf, namespaceFor, parseTargets } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { waitUntilGone } from './delete.ts';
import { before, nextEvent, watchEvents } from './streams.ts';
import { list, number, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const WAIT_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} for:list timeout:duration=30s l/selector:string field-selector:string all:bool A/all-namespaces:bool local:bool!`;

type Test = (found: JsonObject) => boolean;

export function* waitCommand(session: Session): Task<number> {
  const { flags } = session;
  const condition = flags.list('for');
  if (condition.length === 0) throw new CommandError('unrecognized condition: []');
  const wanted = condition[0] as string;
  const timeout = flags.duration('timeout');
  const say = resultPrinter(session, 'none');
  const options = {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'),
  };
  const forDelete = wanted.toLowerCase() === 'delete';
  const forCreate = wanted.toLowerCase() === 'create';
  const test = forDelete || forCreate ? undefined : parseCondition(wanted);
  const found: Info[] = [];
  for (const { mapping, name } of yield* parseTargets(session, flags.args, options)) {
    if (name === undefined)
      found.push(...itemsOf(yield* fetchList(session, mapping, options), mapping).map((each) => infoOf(mapping, each)));
    else {
      const namespace = namespaceFor(session, mapping);
      const info: Info = { mapping, name, object: {}, source: '', ...(namespace === undefined ? {} : { namespace }) };
      if (forCreate) yield* waitForCreation(session, info, timeout);
      try {
        found.push({ ...info, object: yield* session.json('GET', pathOf(mapping, namespace, name)) });
      } catch (error) {
        if (!(forDelete && isReason(error, 'NotFound'))) throw error;
      }
    }
  }
  if (found.length === 0) {
    if (forDelete) return 0;
    throw new CommandError('no matching resources found');
  }
  const end = session.process.now() + timeout;
  for (const info of found) {
    const left = Math.max(1, end - session.process.now());
    if (forDelete) yield* waitUntilGone(session, info, text(info.object, 'metadata', 'uid'), left);
    else if (test !== undefined) {
      const met = yield* waitFor(session, info, test, left);
      if (met === undefined) throw new CommandError(`timed out waiting for the condition on ${info.mapping.resource}/${info.name}`);
    }
    yield* session.out(
      flags.string('output') === '' ? `${kindName(info.mapping)}/${info.name} condition met\n` : say(info, 'condition met'),
    );
  }
  return 0;
}

function parseCondition(wanted: string): Test {
  if (wanted.startsWith('condition=')) {
    const [type = '', value = 'true'] = wanted.slice('condition='.length).split(/=(.*)/s);
    return (found) => {
      const condition = list(found, 'status', 'conditions').find((each) => text(each, 'type').toLowerCase() === type.toLowerCase());
      const generation = number(found, 'metadata', 'generation');
      const observed = number(condition, 'observedGeneration') || number(found, 'status', 'observedGeneration');
      if (observed !== 0 && observed < generation) return false;
      return condition !== undefined && text(condition, 'status').toLowerCase() === value.toLowerCase();
    };
  }
  if (wanted.startsWith('jsonpath=')) {
    const match = /^jsonpath='?(\{.*?\}|[^=']+)'?(?:=(.*))?$/s.exec(wanted);
    if (match === null)
      throw new CommandError(
        `jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`,
      );
    const [, expression = '', value] = match;
    const path = parseJsonPath(relaxed(expression));
    return (found) => {
      const results = path.find(found, true).flat();
      return value === undefined
        ? results.length > 0
        : results.length === 1 && resultText(results[0] ?? null) === value.replace(/^(['"])(.*)\1$/s, '$2');
    };
  }
  throw new CommandError(`unrecognized condition: "${wanted}"`);
}

function* waitForCreation(session: Session, info: Info, timeout: number): Task<void> {
  const met = yield* waitFor(session, info, () => true, timeout);
  if (met === undefined) throw new CommandError('timed out waiting for the condition');
}

/** The object once `test` holds; `undefined` when the time is up. `timeout` 0 waits for good. */
export function* waitFor(session: Session, info: Info, test: Test, timeout: number): Task<JsonObject | undefined> {
  const path = pathOf(info.mapping, info.namespace);
  const fieldSelector = `metadata.name=${info.name}`;
  const look = function* (): Task<JsonObject> {
    for (;;) {
      const page = yield* session.json('GET', path, { query: { fieldSelector } });
      const [item] = itemsOf([page], info.mapping);
      if (item !== undefined && test(item)) return item;
      const events = watchEvents(
        yield* session.stream('watch', 'GET', path, {
          query: { fieldSelector, watch: 'true', resourceVersion: text(page, 'metadata', 'resourceVersion') },
        }),
      );
      try {
        for (let event = yield* nextEvent(events); event !== undefined; event = yield* nextEvent(events)) {
          const seen = object(event.object as never);
          if ((event.type === 'ADDED' || event.type === 'MODIFIED') && test(seen)) return seen;
        }
      } finally {
        events.close();
      }
    }
  };
  if (timeout === 0) return yield* look();
  return (yield* before(session.process.sleep(timeout), look()))?.value;
}
