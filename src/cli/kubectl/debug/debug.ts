import type { Task } from '../../../engine/os/task.ts';
import { groupResource, mappingFor, pathOf } from '../discovery.ts';
import type { Mapping } from '../discovery.ts';
import { CommandError, isReason } from '../errors.ts';
import { attachOrLogs, showLogs } from '../attach.ts';
import { manifestSources, visitManifests } from '../manifests.ts';
import { fetchOne, FILE_FLAGS } from '../resources.ts';
import { randomTail } from '../random-tail.ts';
import type { Session } from '../session.ts';
import { list, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { waitFor } from '../wait.ts';
import { copyOf } from './copy.ts';
import { customProfile, podWithCustomProfile, withCustomProfile } from './custom.ts';
import { nodeAccess, profileOf, securityContext } from './profiles.ts';
import type { Profile } from './profiles.ts';

export const DEBUG_FLAGS = `${FILE_FLAGS} image:string image-pull-policy:string i/stdin:bool t/tty:bool attach:bool c/container:string copy-to:string replace:bool same-node:bool set-image:list
  share-processes:bool=true target:string env:list q/quiet:bool profile:string=general custom:string arguments-only:bool keep-labels:bool keep-annotations:bool keep-liveness:bool
  keep-readiness:bool keep-startup:bool keep-init-containers:bool=true`;

const HEADERS = { 'content-type': 'application/json' };

export function* debug(session: Session): Task<number> {
  const { flags } = session;
  const [copy, image] = [flags.string('copy-to'), flags.string('image')];
  const commanded = flags.dash >= 0 && flags.args.length > flags.dash;
  if (copy !== '' && image === '' && !flags.has('set-image') && !commanded)
    throw new CommandError('you must specify --image, --set-image or command arguments.');
  if (copy === '' && flags.has('set-image')) throw new CommandError('--set-image may only be used with --copy-to.');
  if (copy === '' && image === '') throw new CommandError('you must specify --image when not using --copy-to.');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(flags.string('image-pull-policy')))
    throw new CommandError(`invalid image pull policy: ${flags.string('image-pull-policy')}`);
  const custom = customProfile(session);
  const names = flags.dash < 0 ? flags.args : flags.args.slice(0, flags.dash);
  const named = [...names, ...(yield* namesInFiles(session))];
  if (named.length === 0) throw new CommandError('NAME or filename is required for debug');
  if (copy !== '' && flags.string('target') !== '')
    throw new CommandError('--target is incompatible with --copy-to. Use --share-processes instead.');
  if (copy === '' && flags.bool('replace')) throw new CommandError('--replace may only be used with --copy-to.');
  if (copy === '' && flags.bool('same-node')) throw new CommandError('--same-node may only be used with --copy-to.');
  if (flags.bool('tty') && !flags.bool('stdin')) throw new CommandError('-i/--stdin is required for containers with -t/--tty=true');
  const profile = profileOf(flags.string('profile'));
  if (profile === 'legacy' && !flags.bool('quiet'))
    yield* session.err(
      '--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example "--profile=general".\n',
    );
  for (const word of named) {
    const [type, name] = word.includes('/') ? (word.split('/') as [string, string]) : ['pods', word];
    const mapping = yield* mappingFor(session, type);
    if (mapping.kind !== 'Pod' && mapping.kind !== 'Node')
      throw new CommandError(
        `"${mapping.group === '' ? '' : `${mapping.group}/`}${mapping.version}, Kind=${mapping.kind}" not supported by debug`,
      );
    const found = yield* fetchOne(session, mapping, name);
    const pods = yield* mappingFor(session, 'pods');
    const [pod, container] =
      mapping.kind === 'Node'
        ? yield* debugNode(session, pods, found, profile, custom)
        : copy === ''
          ? yield* debugEphemeral(session, pods, found, profile, custom)
          : yield* debugCopy(session, pods, found, profile, custom);
    if (container !== '' && (flags.has('attach') ? flags.bool('attach') : flags.bool('stdin') || flags.bool('tty')))
      yield* attachWhenRunning(session, pods, pod, container);
  }
  return 0;
}

/** What `-f` names, as `type/name`. */
function* namesInFiles(session: Session): Task<string[]> {
  const found: string[] = [];
  const options = { files: manifestSources(session), recursive: session.flags.bool('recursive'), validate: false };
  // eslint-disable-next-line require-yield
  yield* visitManifests(session, options, function* ({ mapping, name }) {
    found.push(`${groupResource(mapping)}/${name}`);
  });
  return found;
}

/** The container that a learner asked for; its name is made up where none was given. */
function* debuggingContainer(session: Session, name: string): Task<JsonObject> {
  const { flags } = session;
  const command = flags.dash < 0 ? [] : flags.args.slice(flags.dash);
  const env = flags.list('env').map((pair) => {
    const [key = '', value] = pair.split(/=(.*)/s);
    if (value === undefined) throw new CommandError(`invalid argument "${pair}": must be formatted as key=value`);
    return { name: key, value };
  });
  return {
    name,
    ...(flags.string('image') === '' ? {} : { image: flags.string('image') }),
    ...(flags.string('image-pull-policy') === '' ? {} : { imagePullPolicy: flags.string('image-pull-policy') }),
    ...(env.length === 0 ? {} : { env }),
    ...(command.length === 0 ? {} : { [flags.bool('arguments-only') ? 'args' : 'command']: command }),
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  };
}

function* nameFor(session: Session): Task<string> {
  const given = session.flags.string('container');
  if (given !== '') return given;
  const name = `debugger-${randomTail(session)}`;
  if (!session.flags.bool('quiet')) yield* session.out(`Defaulting debug container name to ${name}.\n`);
  return name;
}

type Custom = JsonObject | undefined;

function* debugEphemeral(session: Session, pods: Mapping, pod: JsonObject, profile: Profile, custom: Custom): Task<[JsonObject, string]> {
  const { flags } = session;
  const target = flags.string('target');
  if (target !== '' && !flags.bool('quiet'))
    yield* session.out(
      `Targeting container "${target}". If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  const name = yield* nameFor(session);
  const container: JsonObject = {
    ...withCustomProfile({ ...(yield* debuggingContainer(session, name)), ...securityContext(profile, 'ephemeral') }, custom),
    ...(target === '' ? {} : { targetContainerName: target }),
  };
  try {
    const answer = yield* session.json(
      'PATCH',
      pathOf(pods, text(pod, 'metadata', 'namespace'), text(pod, 'metadata', 'name'), 'ephemeralcontainers'),
      { body: { spec: { ephemeralContainers: [container] } }, headers: { 'content-type': 'application/strategic-merge-patch+json' } },
    );
    return [answer, name];
  } catch (error) {
    if (isReason(error, 'NotFound') && (error.status.details?.name ?? '') === '')
      throw new CommandError(`ephemeral containers are disabled for this cluster (error from server: ${JSON.stringify(error.message)})`);
    throw error;
  }
}

function* debugCopy(session: Session, pods: Mapping, pod: JsonObject, profile: Profile, custom: Custom): Task<[JsonObject, string]> {
  const { flags } = session;
  const command = flags.dash >= 0 && flags.args.length > flags.dash;
  let name = flags.string('container');
  if (name === '' && flags.string('image') !== '') name = yield* nameFor(session);
  else if (name === '' && command) name = text(pod, 'spec', 'containers', 0, 'name');
  const copy = copyOf(session, pod, profile, yield* debuggingContainer(session, name));
  const namespace = text(pod, 'metadata', 'namespace');
  const body = podWithCustomProfile(copy.pod, copy.container, custom);
  const created = yield* session.json('POST', pathOf(pods, namespace), { body, headers: HEADERS });
  if (flags.bool('replace'))
    yield* session.call('DELETE', pathOf(pods, namespace, text(pod, 'metadata', 'name')), {
      headers: HEADERS,
      body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
    });
  return [created, copy.container];
}

function* debugNode(session: Session, pods: Mapping, node: JsonObject, profile: Profile, custom: Custom): Task<[JsonObject, string]> {
  const { flags } = session;
  const nodeName = text(node, 'metadata', 'name');
  const name = `node-debugger-${nodeName}-${randomTail(session)}`;
  const container = flags.string('container') || 'debugger';
  if (!flags.bool('quiet')) yield* session.out(`Creating debugging pod ${name} with container ${container} on node ${nodeName}.\n`);
  const access = nodeAccess(profile);
  const body: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: session.namespace },
    spec: {
      containers: [
        {
          ...(yield* debuggingContainer(session, container)),
          ...securityContext(profile, 'node'),
          ...(access.files ? { volumeMounts: [{ mountPath: '/host', name: 'host-root' }] } : {}),
        },
      ],
      ...(access.namespaces ? { hostIPC: true, hostNetwork: true, hostPID: true } : {}),
      nodeName,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
      ...(access.files ? { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] } : {}),
    },
  };
  return [
    yield* session.json('POST', pathOf(pods, session.namespace), { body: podWithCustomProfile(body, container, custom), headers: HEADERS }),
    container,
  ];
}

function* attachWhenRunning(session: Session, pods: Mapping, pod: JsonObject, container: string): Task<void> {
  const statusOf = (found: JsonObject): JsonObject =>
    object(
      ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses']
        .flatMap((field) => list(found, 'status', field))
        .find((each) => text(each, 'name') === container),
    );
  const namespace = text(pod, 'metadata', 'namespace');
  const name = text(pod, 'metadata', 'name');
  const started = (found: JsonObject): boolean =>
    ['running', 'terminated'].some((state) => object(statusOf(found), 'state')[state] !== undefined);
  const found = yield* waitFor(session, { mapping: pods, name, namespace, object: pod, source: '' }, started, 0);
  if (found === undefined) throw new CommandError('timed out waiting for the condition');
  if (object(statusOf(found), 'state')['terminated'] !== undefined) yield* showLogs(session, found, container);
  else yield* attachOrLogs(session, found, container);
}
