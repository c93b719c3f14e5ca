import type { Task } from '../../../engine/os/task.ts';
import { mappingFor } from '../discovery.ts';
import { CommandError } from '../errors.ts';
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
  const port = flags.int('port');
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { labels, name },
    spec: {
      replicas: flags.int('replicas'),
      selector: { matchLabels: labels },
      strategy: {},
      template: {
        metadata: { labels },
        spec: {
          containers: images.map((image) => ({
            name: containerName(image),
            image,
            resources: {},
            ...(command.length > 0 ? { command } : {}),
            ...(port >= 0 && flags.has('port') ? { ports: [{ containerPort: port }] } : {}),
          })),
        },
      },
    },
    status: {},
  };
}

/** The image's own name, without registry, tag and characters that a name may not have. */
function containerName(image: string): string {
  const base = image.replace(/^.*\//, '').replace(/@.*$/, '').replace(/:.*$/, '');
  return base.replace(/[^a-zA-Z0-9-]/g, '-').toLowerCase();
}

function commandOf(session: Session): string[] {
  const { args, dash } = session.flags;
  return dash < 0 ? args.slice(1) : args.slice(dash);
}

export function* makeJob(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameWithCommand(session);
  const command = commandOf(session);
  if (flags.has('image') === flags.has('from')) throw new CommandError('either --image or --from must be specified');
  if (flags.has('image')) {
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: podTemplate(name, flags.string('image'), command, 'Never') },
      status: {},
    };
  }
  if (command.length > 0) throw new CommandError('cannot specify --from and command');
  const [type = '', cronJob = ''] = flags.string('from').split('/');
  const mapping = yield* mappingFor(session, type);
  if (mapping.resource !== 'cronjobs' || mapping.group !== 'batch' || cronJob === '')
    throw new CommandError('from must be an existing cronjob');
  const found = yield* session.json('GET', `/apis/batch/v1/namespaces/${session.namespace}/cronjobs/${cronJob}`);
  const template = object(found, 'spec', 'jobTemplate');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { ...object(template, 'metadata', 'annotations'), 'cronjob.kubernetes.io/instantiate': 'manual' },
      ...(Object.keys(object(template, 'metadata', 'labels')).length > 0 ? { labels: object(template, 'metadata', 'labels') } : {}),
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
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: { jobTemplate: { metadata: { name }, spec: { template } }, schedule: flags.string('schedule') },
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
    spec: { containers: [{ name, image, resources: {}, ...(command.length > 0 ? { command } : {}) }], restartPolicy },
  };
}
