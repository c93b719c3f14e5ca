import { dump } from 'js-yaml';
import { writeText } from '../../../../os/text.ts';
import type { Task } from '../../../../os/task.ts';
import type { ImageInfo, RuntimeContainer, Sandbox } from '../../../runtime/cri.ts';
import { humanDuration, humanSize, table } from '../units.ts';
import { digestOf, Fatal, labelsOf, sandboxOf, shortId, type Run } from './context.ts';

const STATES = { created: 'Created', running: 'Running', exited: 'Exited' } as const;
const least = 20;
const padding = 3;

/** `crictl ps`: containers, the newest first; those that run unless asked for all. */
export function* ps(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const { given } = flags;
  const state = given.get('state')?.toLowerCase();
  if (state !== undefined && !(state in STATES))
    throw new Fatal(`listing containers: --state should be one of created, running, exited or unknown`);
  const name = pattern(given.get('name'));
  const latest = given.has('latest') ? 1 : Number(given.get('last') ?? Number.POSITIVE_INFINITY);
  const shown = Array.from(cri.runtime.listContainers())
    .filter(
      (each) =>
        (state === undefined
          ? given.has('all') || latest !== Number.POSITIVE_INFINITY || each.state === 'running'
          : each.state === state) &&
        each.id.startsWith(given.get('id') ?? '') &&
        each.sandboxId.startsWith(given.get('pod') ?? '') &&
        (given.get('image') === undefined || each.image.includes(given.get('image') as string)) &&
        (given.get('namespace') === undefined || sandboxOf(run, each.sandboxId)?.config.namespace === given.get('namespace')) &&
        name.test(each.config.name),
    )
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, latest);
  if (given.has('quiet')) return yield* print(process, shown.map(({ id }) => `${id}\n`).join(''));
  if (given.has('output')) return yield* structured(run, { containers: shown.map((each) => containerItem(run, each)) });
  const whole = given.has('no-trunc');
  const rows = shown.map((each) => {
    const sandbox = sandboxOf(run, each.sandboxId);
    return [
      whole ? each.id : shortId(each.id),
      whole ? digestOf(each.imageId) : shortId(each.imageId),
      `${humanDuration(process.now() - each.createdAt)} ago`,
      STATES[each.state],
      each.config.name,
      String(each.config.attempt),
      whole ? each.sandboxId : shortId(each.sandboxId),
      sandbox?.config.name ?? 'unknown',
      sandbox?.config.namespace ?? 'unknown',
    ];
  });
  const heading = ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'];
  return yield* print(process, table([heading, ...rows], least, padding));
}

export function* pods(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const { given } = flags;
  const name = pattern(given.get('name'));
  const space = pattern(given.get('namespace'));
  const state = given.get('state')?.toLowerCase();
  const shown = Array.from(cri.runtime.listPodSandbox())
    .filter(
      (each) =>
        name.test(each.config.name) &&
        space.test(each.config.namespace) &&
        each.id.startsWith(given.get('id') ?? '') &&
        (state === undefined || state === (each.ready ? 'ready' : 'notready')),
    )
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, given.has('latest') ? 1 : Number(given.get('last') ?? Number.POSITIVE_INFINITY));
  if (given.has('quiet')) return yield* print(process, shown.map(({ id }) => `${id}\n`).join(''));
  if (given.has('output')) return yield* structured(run, { items: shown.map(sandboxItem) });
  const rows = shown.map(({ id, createdAt, ready, config }) => [
    given.has('no-trunc') ? id : shortId(id),
    `${humanDuration(process.now() - createdAt)} ago`,
    ready ? 'Ready' : 'NotReady',
    config.name,
    config.namespace,
    String(config.attempt),
    '(default)',
  ]);
  const heading = ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'];
  return yield* print(process, table([heading, ...rows], least, padding));
}

export function* images(run: Run): Task<number> {
  const { process, cri, flags } = run;
  const { given, operands } = flags;
  const shown = cri.images
    .listImages()
    .filter(({ reference }) => operands[0] === undefined || reference.includes(operands[0]))
    .toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  if (given.has('quiet')) return yield* print(process, shown.map(({ id }) => `${digestOf(id)}\n`).join(''));
  if (given.has('output')) return yield* structured(run, { images: shown.map(imageItem) });
  const rows = shown.map(({ id, reference, size }) => {
    const { repository, tag } = split(reference);
    return [repository, tag, given.has('no-trunc') ? digestOf(id) : shortId(id), humanSize(size, 3)];
  });
  return yield* print(process, table([['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], ...rows], least, padding));
}

export function split(reference: string): { repository: string; tag: string } {
  const [, repository = reference, tag = '<none>'] = /^([^@]+?)(?::([^/:@]+))?(?:@.*)?$/.exec(reference) ?? [];
  return { repository, tag };
}

export function* structured({ process, flags }: Run, value: unknown, unless = 'table'): Task<number> {
  const format = flags.given.get('output') ?? unless;
  if (format === 'json') return yield* print(process, `${JSON.stringify(value, null, 2)}\n`);
  if (format === 'yaml') return yield* print(process, dump(value));
  throw new Fatal(`unsupported output format ${JSON.stringify(format)}: json and yaml are modelled here`);
}

export function* print(process: Run['process'], text: string): Task<number> {
  yield* writeText(process.stdout, text);
  return 0;
}

function containerItem(run: Run, { id, sandboxId, config, image, imageId, state, createdAt }: RuntimeContainer): unknown {
  return {
    id,
    podSandboxId: sandboxId,
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: digestOf(imageId), annotations: {}, userSpecifiedImage: image, runtimeHandler: '' },
    imageRef: imageId,
    state: `CONTAINER_${state.toUpperCase()}`,
    createdAt: `${createdAt}000000`,
    labels: labelsOf(sandboxOf(run, sandboxId), config.name),
    annotations: {},
  };
}

function sandboxItem(sandbox: Sandbox): unknown {
  const { id, config, ready, createdAt } = sandbox;
  return {
    id,
    metadata: { name: config.name, uid: config.uid, namespace: config.namespace, attempt: config.attempt },
    state: ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
    createdAt: `${createdAt}000000`,
    labels: labelsOf(sandbox),
    annotations: {},
    runtimeHandler: '',
  };
}

export function imageItem({ id, reference, size, user }: ImageInfo): unknown {
  return {
    id: digestOf(id),
    repoTags: [reference],
    repoDigests: id.includes('@') ? [id] : [],
    size: String(size),
    uid: null,
    username: user,
    spec: null,
    pinned: /\/pause:/.test(reference),
  };
}

function pattern(text: string | undefined): RegExp {
  try {
    return new RegExp(text ?? '');
  } catch {
    throw new Fatal(`error parsing regexp: ${JSON.stringify(text)}`);
  }
}
