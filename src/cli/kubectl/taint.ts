import { isLabelValue, isQualifiedName } from '../../engine/api/names.ts';
import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { mappingFor } from './discovery.ts';
import { CommandError, UsageError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { parseTargets, visitTargets } from './resources.ts';
import type { Session } from './session.ts';
import { list, text } from './values.ts';
import type { Json } from './values.ts';

export const TAINT_FLAGS = `${PRINT_FLAGS} ${DRY_RUN_FLAG} l/selector:string all:bool overwrite:bool validate:string=strict?strict field-manager:string=kubectl-taint`;

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export function* taint(session: Session): Task<number> {
  const { flags } = session;
  const isTaint = (arg: string): boolean => arg.includes('=') || arg.endsWith('-') || arg.includes(':');
  const resources = flags.args.filter((arg) => !isTaint(arg));
  const specs = flags.args.filter(isTaint);
  if (resources.length === 0) throw new CommandError('one or more resources must be specified as <resource> <name>');
  if (specs.length === 0) throw new CommandError('at least one taint update is required');
  const { add, remove } = parse(session, specs);
  if (flags.bool('all') && flags.string('selector') !== '')
    throw new CommandError("setting 'all' parameter with a non empty selector is prohibited");
  const kind = (yield* mappingFor(session, (resources[0] as string).split('/')[0] as string)).kind;
  if (kind !== 'Node') throw new CommandError(`invalid resource type ${resources[0] as string}, only node types are supported`);
  const say = resultPrinter(session, dryRunOf(session));
  const options = { labelSelector: flags.string('selector'), all: flags.bool('all') };
  yield* visitTargets(session, yield* parseTargets(session, resources, options), options, function* (info) {
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
    const found = yield* sendPatch(
      session,
      info,
      { spec: { taints: [...made, ...kept] } },
      { type: 'merge-patch', manager: flags.string('field-manager') },
    );
    const operation = add.length === 0 ? 'untainted' : remove.length > 0 || clash.length > 0 ? 'modified' : 'tainted';
    yield* session.out(say({ ...info, object: found }, operation));
  });
  return 0;
}

function parse(session: Session, specs: readonly string[]): { add: Taint[]; remove: Taint[] } {
  const [add, remove]: [Taint[], Taint[]] = [[], []];
  for (const spec of specs) {
    const match = /^([^=:]+?)(?:=([^:]*))?(?::([^-]*))?(-)?$/.exec(spec);
    if (match === null) throw new UsageError(session.command, `invalid taint spec: ${spec}`);
    const [, key = '', value = '', effect = '', minus] = match;
    // Without an effect all of it is taken for a key.
    const wrong = effect === '' && minus === undefined ? isQualifiedName(spec) : [...isQualifiedName(key), ...isLabelValue(value)];
    if (wrong.length > 0) throw new UsageError(session.command, `invalid taint spec: ${spec}, ${wrong.join('; ')}`);
    if (minus === undefined && effect === '') throw new UsageError(session.command, `invalid taint spec: ${spec}`);
    if (effect !== '' && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect))
      throw new UsageError(session.command, `invalid taint effect: ${effect}, unsupported taint effect`);
    if (minus === undefined && add.some((each) => each.key === key && each.effect === effect))
      throw new UsageError(session.command, `duplicated taints with the same key and effect: {${key} ${value} ${effect} <nil>}`);
    (minus === undefined ? add : remove).push({ key, value, effect });
  }
  const both = add.filter((each) => remove.some((one) => one.key === each.key && (one.effect === '' || one.effect === each.effect)));
  if (both.length > 0)
    throw new CommandError(
      `can not both modify and remove the following taint(s) in the same command: ${both.map((each) => `${each.key}=${each.effect}`).join(', ')}`,
    );
  return { add, remove };
}
