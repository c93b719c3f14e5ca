import { isLabelValue, isQualifiedName } from '../../engine/api/names.ts';
import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { mappingOrBareError } from './discovery.ts';
import { CommandError, UsageError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { parseTargets, visitTargets } from './resources.ts';
import type { Session } from './session.ts';
import { list, object, text } from './values.ts';
import type { Json } from './values.ts';

export const TAINT_FLAGS = `${PRINT_FLAGS} ${DRY_RUN_FLAG} l/selector:string all:bool overwrite:bool validate:string=strict?strict field-manager:string=kubectl-taint`;

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export function* taint(session: Session): Task<number> {
  const { flags } = session;
  const isTaint = (arg: string): boolean => arg.includes('=') || arg.includes(':') || arg.endsWith('-');
  const first = flags.args.findIndex(isTaint);
  const resources = first < 0 ? flags.args : flags.args.slice(0, first);
  const specs = first < 0 ? [] : flags.args.slice(first);
  const stray = specs.find((arg) => !isTaint(arg));
  if (stray !== undefined) throw new CommandError(`all resources must be specified before taint changes: ${stray}`);
  const [type, ...names] = resources;
  if (type === undefined) throw new CommandError('one or more resources must be specified as <resource> <name>');
  if (specs.length === 0) throw new CommandError('at least one taint update is required');
  const { add, remove } = parse(session, specs);
  const { kind } = yield* mappingOrBareError(session, type.toLowerCase());
  if (kind !== 'Node') throw new CommandError(`invalid resource type ${type.toLowerCase()}, only node types are supported`);
  refuseBoth(add, remove);
  const options = { labelSelector: flags.string('selector'), all: flags.bool('all') };
  if (options.all && options.labelSelector !== '')
    throw new CommandError("setting 'all' parameter with a non empty selector is prohibited");
  const byName = !options.all && options.labelSelector === '';
  if (byName && names.length === 0) throw new CommandError("at least one resource name must be specified since 'all' parameter is not set");
  // Upstream forgets to say that it only tried.
  const say = resultPrinter(session, 'none');
  const dryRun = dryRunOf(session);
  yield* visitTargets(session, yield* parseTargets(session, ['node', ...(byName ? names : [])], options), options, function* (info) {
    const old = list(info.object, 'spec', 'taints');
    const same = (a: Json, b: Taint): boolean => text(a, 'key') === b.key && (b.effect === '' || text(a, 'effect') === b.effect);
    const clash = add.filter((each) => old.some((has) => same(has, each)));
    if (clash.length > 0 && !flags.bool('overwrite'))
      throw new CommandError(
        `node ${info.name} already has ${clash.map((each) => each.key).join(', ')} taint(s) with same effect(s) and --overwrite is false`,
      );
    for (const each of remove)
      if (!old.some((has) => same(has, each)))
        throw new CommandError(`taint "${each.key}${each.effect === '' ? '' : `:${each.effect}`}" not found`);
    const kept = old.filter((has) => !add.some((each) => same(has, each)) && !remove.some((each) => same(has, each)));
    const made = add.map((each) => ({ key: each.key, ...(each.value === '' ? {} : { value: each.value }), effect: each.effect }));
    const taints = [...made, ...kept];
    const found =
      dryRun === 'client'
        ? { ...info.object, spec: { ...object(info.object, 'spec'), taints } }
        : yield* sendPatch(session, info, { spec: { taints } }, { type: 'merge-patch', manager: flags.string('field-manager') });
    const operation = add.length === 0 ? 'untainted' : remove.length > 0 || clash.length > 0 ? 'modified' : 'tainted';
    yield* session.out(say({ ...info, object: found }, operation));
  });
  return 0;
}

function parse(session: Session, specs: readonly string[]): { add: Taint[]; remove: Taint[] } {
  const [add, remove]: [Taint[], Taint[]] = [[], []];
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      remove.push(parseTaint(session, spec.slice(0, -1)));
      continue;
    }
    const made = parseTaint(session, spec);
    const { key, value, effect } = made;
    if (effect === '') throw new UsageError(session.command, `invalid taint spec: ${spec}`);
    if (add.some((each) => each.key === key && each.effect === effect))
      throw new UsageError(session.command, `duplicated taints with the same key and effect: {${key} ${value} ${effect} <nil>}`);
    add.push(made);
  }
  return { add, remove };
}

/** `key=value:effect`, `key:effect` or `key`. */
function parseTaint(session: Session, spec: string): Taint {
  const refuse = (why: string): never => {
    throw new UsageError(session.command, why);
  };
  const parts = spec.split(':');
  const [pair = '', effect] = parts;
  if (parts.length > 2) refuse(`invalid taint spec: ${spec}`);
  if (effect !== undefined && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect))
    refuse(`invalid taint effect: ${effect}, unsupported taint effect`);
  // Without an effect all of it is taken for a key.
  const [key = '', value = '', more] = effect === undefined ? [pair] : pair.split('=');
  if (more !== undefined) refuse(`invalid taint spec: ${spec}`);
  const wrong = [isLabelValue(value), isQualifiedName(key)].find((problems) => problems.length > 0);
  if (wrong !== undefined) refuse(`invalid taint spec: ${spec}, ${wrong.join('; ')}`);
  return { key, value, effect: effect ?? '' };
}

function refuseBoth(add: readonly Taint[], remove: readonly Taint[]): void {
  const both = add.flatMap((each) => remove.filter((one) => one.key === each.key && (one.effect === '' || one.effect === each.effect)));
  if (both.length > 0)
    throw new CommandError(
      `can not both modify and remove the following taint(s) in the same command: ${both.map((each) => `${each.key}=${each.effect}`).join(', ')}`,
    );
}
