import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import type { Info } from '../info.ts';
import { randomTail } from '../random-tail.ts';
import { parseTargets, visitTargets } from '../resources.ts';
import type { Session } from '../session.ts';
import { object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { nameOf, required } from './arguments.ts';

export function* makeDeployment(session: Session): Task<JsonObject> {
  const { flags } = session;
  required(session, 'image');
  const name = yield* nameOf(session);
  const images = flags.slice('image');
  const command = commandOf(session);
  if (images.length > 1 && command.length > 0) throw new CommandError(`cannot specify multiple --image options and command`);
  const port = flags.int('port') >= 0 && flags.has('port') ? { ports: [{ containerPort: flags.int('port') }] } : {};
  const labels = { app: name };
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name, labels },
    spec: {
      replicas: flags.int('replicas'),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: images.map((image, i) => ({
            name: containerName(session, image),
            image,
            ...(command.length > 0 ? { command } : {}),
            ...(i === 0 ? port : {}),
            resources: {},
          })),
        },
      },
      strategy: {},
    },
    status: {},
  };
}

/** The image's own name, without registry and tag; one that had to be changed gets a tail of its own. */
function containerName(session: Session, image: string): string {
  const base = image.replace(/^.*\//, '').replace(/:.*$/, '').replace(/@.*$/, '');
  return /[_.]/.test(base) ? `${base.replace(/[_.]/g, '-')}-${randomTail(session)}` : base;
}

function commandOf(session: Session): string[] {
  const { args, dash } = session.flags;
  return dash < 0 ? args.slice(1) : args.slice(dash);
}

export function* makeJob(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameWithCommand(session);
  const command = commandOf(session);
  if ((flags.string('image') === '') === (flags.string('from') === ''))
    throw new CommandError('either --image or --from must be specified');
  if (command.length > 0 && flags.string('from') !== '') throw new CommandError('cannot specify --from and command');
  if (flags.string('image') !== '') {
    return {
      kind: 'Job',
      apiVersion: 'batch/v1',
      metadata: { name },
      spec: { template: podTemplate(name, flags.string('image'), command, 'Never') },
      status: {},
    };
  }
  const infos: Info[] = [];
  // eslint-disable-next-line require-yield
  yield* visitTargets(session, yield* parseTargets(session, [flags.string('from')], {}), {}, function* (info) {
    infos.push(info);
  });
  const [info] = infos;
  if (info === undefined || infos.length > 1) throw new CommandError('from must be an existing cronjob');
  const { kind, group, version } = info.mapping;
  if (kind !== 'CronJob' || group !== 'batch') throw new CommandError(`unknown object type *${version}.${kind}`);
  const found = info.object;
  const template = object(found, 'spec', 'jobTemplate');
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: {
      name,
      ...(Object.keys(object(template, 'metadata', 'labels')).length > 0 ? { labels: object(template, 'metadata', 'labels') } : {}),
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...object(template, 'metadata', 'annotations') },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: text(found, 'metadata', 'name'),
          uid: text(found, 'metadata', 'uid'),
          controller: true,
        },
      ],
    },
    spec: object(template, 'spec'),
    status: {},
  };
}

export function* makeCronJob(session: Session): Task<JsonObject> {
  const { flags } = session;
  required(session, 'image', 'schedule');
  const name = yield* nameWithCommand(session);
  const template = podTemplate(name, flags.string('image'), commandOf(session), flags.string('restart') || 'OnFailure');
  return {
    kind: 'CronJob',
    apiVersion: 'batch/v1',
    metadata: { name },
    spec: { schedule: flags.string('schedule'), jobTemplate: { metadata: { name }, spec: { template } } },
    status: {},
  };
}

/** A name, then perhaps a command, with or without `--`. */
function* nameWithCommand(session: Session): Task<string> {
  const { args, dash } = session.flags;
  if (args.length === 0 || dash === 0)
    throw new CommandError(`exactly one NAME is required, got 0\nSee '${session.command} -h' for help and examples`);
  return dash > 1 ? yield* nameOf(session) : (args[0] as string);
}

function podTemplate(name: string, image: string, command: string[], restartPolicy: string): JsonObject {
  return {
    metadata: {},
    spec: { containers: [{ name, image, ...(command.length > 0 ? { command } : {}), resources: {} }], restartPolicy },
  };
}
