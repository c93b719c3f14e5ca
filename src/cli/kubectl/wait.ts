import type { Task } from '../../engine/os/task.ts';
import { pathOf } from './discovery.ts';
import { CommandError, Failures, isReason, throwAll } from './errors.ts';
import { parseJsonPath, relaxed, resultText } from './jsonpath.ts';
import { PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, itemsOf, visitAll } from './resources.ts';
import type { SelectOptions } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { waitUntilGone } from './delete.ts';
import { before, nextEvent, watchEvents } from './streams.ts';
import { list, number, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const WAIT_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} for:list timeout:duration=30s l/selector:string field-selector:string all:bool A/all-namespaces:bool local:bool!`;

type Test = (found: JsonObject) => boolean;

/** One `--for`: an object that is gone, one that is there, or one of which something holds. */
type Condition = 'delete' | 'create' | Test;

const WEEK = 168 * 3_600_000;

export function* waitCommand(session: Session): Task<number> {
  const { flags } = session;
  const say = resultPrinter(session, 'none');
  const conditions = flags.list('for').map(parseCondition);
  if (conditions.length === 0) throw new CommandError('unrecognized condition: []');
  const given = flags.duration('timeout');
  const timeout = given < 0 ? WEEK : given;
  const end = session.process.now() + timeout;
  const left = (): number => (timeout === 0 ? 0 : Math.max(1, end - session.process.now()));
  const options = {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'),
  };
  if (conditions.includes('create')) yield* waitForCreation(session, options, timeout);
  const forDelete = conditions.includes('delete');
  let count = 0;
  try {
    yield* visitAll(session, flags.args, options, function* (info) {
      count++;
      for (const condition of conditions) {
        const met = condition === 'create' ? info.object : yield* waitOn(session, info, condition, left());
        yield* session.out(say({ ...info, object: met }, 'condition met'));
      }
    });
  } catch (error) {
    if (!forDelete) throw error;
    const errors = error instanceof Failures ? error.errors : [error];
    throwAll(errors.filter((each) => !isReason(each, 'NotFound')));
  }
  if (count === 0 && !forDelete) throw new CommandError('no matching resources found');
  return 0;
}

function* waitOn(session: Session, info: Info, condition: 'delete' | Test, timeout: number): Task<JsonObject> {
  const named = `${info.mapping.resource}/${info.name}`;
  if (timeout === 0) {
    // Looked at once.
    try {
      const found = yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
      if (condition !== 'delete' && condition(found)) return found;
    } catch (error) {
      if (condition === 'delete' && isReason(error, 'NotFound')) return info.object;
      throw error;
    }
    throw new CommandError(`condition not met for ${named}`);
  }
  if (condition === 'delete') {
    yield* waitUntilGone(session, info, text(info.object, 'metadata', 'uid'), timeout);
    return info.object;
  }
  const met = yield* waitFor(session, info, condition, timeout);
  if (met === undefined) throw new CommandError(`timed out waiting for the condition on ${named}`);
  return met;
}

function parseCondition(wanted: string): Condition {
  const word = wanted.toLowerCase();
  if (word === 'delete' || word === 'create') return word;
  if (wanted.startsWith('condition=')) return conditionTest(wanted.slice('condition='.length));
  if (wanted.startsWith('jsonpath=')) return jsonPathTest(wanted.slice('jsonpath='.length));
  throw new CommandError(`unrecognized condition: "${wanted}"`);
}

function conditionTest(wanted: string): Test {
  const [type = '', value = 'true'] = wanted.split(/=(.*)/s);
  return (found) => {
    const condition = list(found, 'status', 'conditions').find((each) => text(each, 'type').toLowerCase() === type.toLowerCase());
    const generation = number(found, 'metadata', 'generation');
    const observed = number(condition, 'observedGeneration') || number(found, 'status', 'observedGeneration');
    if (observed !== 0 && observed < generation) return false;
    return condition !== undefined && text(condition, 'status').toLowerCase() === value.toLowerCase();
  };
}

function jsonPathTest(wanted: string): Test {
  const [expression = '', given, ...more] = splitAtEquals(wanted);
  if (more.length > 0)
    throw new CommandError(
      `jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`,
    );
  const value = given?.replace(/^['"]+|['"]+$/g, '');
  const source = relaxed(expression);
  if (value === '')
    throw new CommandError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  if (source === '') throw new CommandError('jsonpath expression cannot be empty');
  const path = parseJsonPath(source);
  return (found) => {
    const results = path.find(found, true);
    if ((results[0] ?? []).length === 0) return false;
    if (results.length > 1) throw new CommandError('given jsonpath expression matches more than one list');
    const [first = null, ...others] = results[0] ?? [];
    if (others.length > 0) throw new CommandError('given jsonpath expression matches more than one value');
    if (value === undefined) return true;
    if (typeof first === 'object' && first !== null)
      throw new CommandError('jsonpath leads to a nested object or list which is not supported');
    return resultText(first).trim() === value.trim();
  };
}

/** At single equal signs; `==` belongs to a filter. */
function splitAtEquals(source: string): string[] {
  return source
    .replaceAll('==', '\u0000')
    .split('=')
    .map((part) => part.replaceAll('\u0000', '=='));
}

/** Looks every half second for something that the command line means. */
function* waitForCreation(session: Session, options: SelectOptions, timeout: number): Task<void> {
  const end = session.process.now() + timeout;
  for (;;) {
    let found = false;
    try {
      // eslint-disable-next-line require-yield
      yield* visitAll(session, session.flags.args, options, function* () {
        found = true;
      });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    if (found) return;
    if (session.process.now() >= end) throw new CommandError('timed out waiting for the condition');
    yield* session.process.sleep(Math.min(500, Math.max(1, end - session.process.now())));
  }
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
