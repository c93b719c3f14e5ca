import type { Task } from '../../engine/os/task.ts';
import { submit } from './create.ts';
import { attachOrLogs, showLogs } from './attach.ts';
import { CommandError, UsageError } from './errors.ts';
import { guessedMapping, lookUp, mappingForKind, pathOf } from './discovery.ts';
import { deletedLine, deleteOne } from './delete.ts';
import { dryRunOf, DRY_RUN_FLAG, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { parseQuantity, QUANTITY_RULE } from './quantity.ts';
import type { PatchType } from './changes.ts';
import type { Info } from './info.ts';
import { parseLabels } from './label-spec.ts';
import { patchHere } from './patch-here.ts';
import type { Session } from './session.ts';
import { waitFor } from './wait.ts';
import { isObject, list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { parseDocument } from './yaml/parse.ts';

export const RUN_FLAGS = `${PRINT_FLAGS} ${DRY_RUN_FLAG} image:string restart:string=Always env:list port:string l/labels:list annotations:list command:bool i/stdin:bool t/tty:bool rm:bool
  attach:bool leave-stdin-open:bool expose:bool overrides:string override-type:string=merge q/quiet:bool privileged:bool image-pull-policy:string pod-running-timeout:duration=1m0s
  field-manager:string=kubectl-run save-config:bool f/filename:list! k/kustomize:string! R/recursive:bool! wait:bool grace-period:int=-1 cascade:string=background?background
  force:bool timeout:duration=0s`;

const IMAGE =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/;

export function* runCommand(session: Session): Task<number> {
  const { flags } = session;
  if (!flags.has('image')) throw new CommandError('required flag(s) "image" not set');
  const { args, dash } = flags;
  if (args.length === 0 || dash === 0) throw new UsageError(session.command, 'NAME is required for run');
  const name = args[0] as string;
  const rest = args.slice(1);
  const image = flags.string('image');
  if (image === '') throw new CommandError('--image is required');
  if (!IMAGE.test(image)) throw new CommandError(`Invalid image name "${image}": invalid reference format`);
  const interactive = flags.bool('stdin');
  const tty = flags.bool('tty');
  if (tty && !interactive) throw new UsageError(session.command, '-i/--stdin is required for containers with -t/--tty=true');
  const dryRun = dryRunOf(session);
  const attached = flags.has('attach') ? flags.bool('attach') : interactive || tty;
  if (flags.bool('rm') && !attached) throw new UsageError(session.command, '--rm should only be used for attached containers');
  if (attached && dryRun !== 'none')
    throw new UsageError(
      session.command,
      "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
    );
  if (flags.bool('expose') && flags.string('port') === '')
    throw new UsageError(session.command, '--port must be set when exposing a service');
  const restart = flags.string('restart');
  const pull = flags.string('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) throw new UsageError(session.command, `invalid image pull policy: ${pull}`);
  if (!['Always', 'OnFailure', 'Never'].includes(restart)) throw new UsageError(session.command, `invalid restart policy: ${restart}`);
  const made = override(session, makePod(session, name, image, rest, restart));
  const messageTo = resultPrinter(session, dryRun);
  if (flags.bool('expose')) yield* exposeRun(session, name, made, dryRun);
  if (attached) return yield* runAttached(session, made, messageTo);
  yield* submit(session, made, { dryRun, operation: 'created', manager: flags.string('field-manager') });
  return 0;
}

function makePod(session: Session, name: string, image: string, rest: string[], restart: string): JsonObject {
  const { flags } = session;
  const labels = flags.string('labels') === '' ? { run: name } : parseLabels(flags.list('labels').join(','));
  const env = flags.list('env').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new CommandError(`invalid env: ${pair}`);
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  const annotations = Object.fromEntries(
    flags.list('annotations').map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1 || pair.endsWith('=')) throw new CommandError(`invalid annotations format: ${pair}`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  const port = flags.string('port');
  if (port !== '' && !/^\d+$/.test(port)) throw new CommandError(`strconv.Atoi: parsing "${port}": invalid syntax`);
  const command = rest.length === 0 ? {} : flags.bool('command') ? { command: rest } : { args: rest };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      containers: [
        {
          name,
          image,
          ...command,
          ...(port === '' ? {} : { ports: [{ containerPort: Number(port) }] }),
          ...(env.length > 0 ? { env } : {}),
          resources: {},
          ...(flags.string('image-pull-policy') === '' ? {} : { imagePullPolicy: flags.string('image-pull-policy') }),
          ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
          ...(flags.bool('stdin') ? { stdin: true, ...(flags.bool('leave-stdin-open') ? {} : { stdinOnce: true }) } : {}),
          ...(flags.bool('tty') ? { tty: true } : {}),
        },
      ],
      restartPolicy: restart,
      dnsPolicy: 'ClusterFirst',
    },
    status: {},
  };
}

/** What is neither JSON nor YAML is no patch. */
function overrideOf(source: string): Json {
  try {
    return parseDocument(source, '--overrides');
  } catch (error) {
    throw error instanceof CommandError ? new CommandError('Invalid JSON Patch') : error;
  }
}

const OVERRIDES: Readonly<Record<string, PatchType>> = { json: 'json-patch', merge: 'merge-patch', strategic: 'strategic-merge-patch' };

function override(session: Session, made: JsonObject): JsonObject {
  const source = session.flags.string('overrides');
  if (source === '') return made;
  const type = OVERRIDES[session.flags.string('override-type')];
  if (type === undefined) throw new CommandError(`invalid override type: ${session.flags.string('override-type')}`);
  const value = overrideOf(source);
  if (!isObject(value) && type !== 'json-patch')
    throw new CommandError(`json: cannot unmarshal into Go value of type map[string]interface {}`);
  const merged = patchHere({ mapping: guessedMapping(made), name: '', object: made, source: '' }, value, type);
  for (const container of list(merged, 'spec', 'containers')) {
    for (const field of ['limits', 'requests']) {
      for (const amount of Object.values(object(container, 'resources', field)))
        if (parseQuantity(String(amount)) === undefined) throw new CommandError(QUANTITY_RULE);
    }
  }
  return merged;
}

function* exposeRun(session: Session, name: string, pod: JsonObject, dryRun: ReturnType<typeof dryRunOf>): Task<void> {
  const port = Number(session.flags.string('port'));
  const labels = object(pod, 'metadata', 'labels');
  const service: JsonObject = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name },
    spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: labels },
    status: { loadBalancer: {} },
  };
  yield* submit(session, service, { dryRun, operation: 'created', manager: session.flags.string('field-manager') });
}

/** `run -it`, `run --rm`: waits for the container, talks to it, and ends with its exit code. */
function* runAttached(session: Session, made: JsonObject, say: ReturnType<typeof resultPrinter>): Task<number> {
  const { flags } = session;
  const mapping = yield* lookUp(session, (discovery) => mappingForKind(discovery, 'v1', 'Pod'));
  if (mapping === undefined) throw new CommandError('no matches for kind "Pod" in version "v1"');
  const { namespace } = session;
  const created = yield* session.json('POST', pathOf(mapping, namespace), {
    body: { ...made, metadata: { ...object(made, 'metadata'), namespace } },
    query: { fieldManager: flags.string('field-manager') },
    headers: { 'content-type': 'application/json' },
  });
  const name = text(created, 'metadata', 'name');
  const info = { mapping, name, namespace, object: created, source: '' };
  if (!flags.bool('quiet') && !flags.bool('stdin')) yield* session.out(say(info, 'created'));
  let ended: JsonObject | undefined;
  try {
    const pod = yield* waitFor(session, info, (found) => hasEnded(found) || isReady(found), flags.duration('pod-running-timeout'));
    if (pod === undefined) throw new CommandError('timed out waiting for the condition');
    const container = text(pod, 'spec', 'containers', 0, 'name');
    // What was said before is shown first.
    const shown = yield* showLogs(session, pod, container);
    if (!hasEnded(pod)) yield* attachOrLogs(session, pod, container, shown);
    if (text(made, 'spec', 'restartPolicy') === 'Always' || flags.bool('leave-stdin-open')) return 0;
    ended = yield* waitFor(session, info, hasEnded, 0);
  } finally {
    if (flags.bool('rm')) {
      yield* remove(session, info);
      if (flags.bool('expose'))
        yield* remove(session, {
          ...info,
          mapping: guessedMapping({ apiVersion: 'v1', kind: 'Service' }),
          object: { metadata: { name, namespace } },
        });
    }
  }
  return yield* exitOf(session, ended);
}

function* remove(session: Session, info: Info): Task<void> {
  const deletion = { gracePeriod: -1, propagation: 'Background' as const, dryRun: 'none' as const };
  yield* deleteOne(session, info, deletion);
  if (!session.flags.bool('quiet')) yield* session.out(deletedLine(session, info, deletion));
}

function hasEnded(pod: JsonObject): boolean {
  return ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
}

function isReady(pod: JsonObject): boolean {
  const ready = list(pod, 'status', 'conditions').find((condition) => text(condition, 'type') === 'Ready');
  return text(pod, 'status', 'phase') === 'Running' && text(ready ?? null, 'status') === 'True';
}

/** The exit code of a pod that has ended is that of its container. */
function* exitOf(session: Session, pod: JsonObject | undefined): Task<number> {
  if (text(pod ?? null, 'status', 'phase') !== 'Failed') return 0;
  const named = `pod ${text(pod ?? null, 'metadata', 'namespace')}/${text(pod ?? null, 'metadata', 'name')}`;
  const ended = object(pod ?? null, 'status', 'containerStatuses', 0, 'state', 'terminated');
  const code = Number(ended['exitCode'] ?? 0);
  if (code === 0) throw new CommandError(`${named} failed with unknown exit code`);
  yield* session.err(`${named} terminated (${text(ended, 'reason')})\n${text(ended, 'message')}`);
  return code;
}
