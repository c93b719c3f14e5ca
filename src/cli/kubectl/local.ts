import { CommandError } from './errors.ts';
import { manifestSources } from './manifests.ts';
import { dryRunOf } from './printers.ts';
import type { Session } from './session.ts';
import { copy, list, object, put } from './values.ts';
import type { JsonObject } from './values.ts';

/** `--local`: what files hold is changed and printed, and no server is asked. */
export const LOCAL_FLAG = 'local:bool';

export function isLocal({ flags }: Session): boolean {
  return flags.has('local') && flags.bool('local');
}

export function refuseServerDryRun(session: Session): void {
  if (isLocal(session) && dryRunOf(session) === 'server')
    throw new CommandError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
}

/** Nothing can be named without a server. */
export function refuseLocalNames(session: Session, resources: readonly string[]): void {
  if (isLocal(session) && resources.length > 0)
    throw new CommandError(
      "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
}

/** `label` and `annotate` have sentences of their own; `example` is the file they name. */
export function checkLocalFiles(session: Session, resources: readonly string[], example: string): void {
  if (!isLocal(session)) {
    if (resources.length === 0 && manifestSources(session).length === 0)
      throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    return;
  }
  refuseServerDryRun(session);
  if (resources.length > 0)
    throw new CommandError(`can only use local files by -f ${example}.yaml or --filename=${example}.json when --local=true is set`);
  if (manifestSources(session).length === 0)
    throw new CommandError(`one or more files must be specified as -f ${example}.yaml or --filename=${example}.json`);
}

// Fields that Go writes although nothing was said of them.
const STATUS: Readonly<Record<string, JsonObject>> = {
  Pod: {}, Deployment: {}, Job: {}, CronJob: {}, PersistentVolumeClaim: {},
  Service: { loadBalancer: {} },
  StatefulSet: { availableReplicas: 0, replicas: 0 },
  ReplicaSet: { replicas: 0 },
  ReplicationController: { replicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
}; // prettier-ignore
const STRATEGY: Readonly<Record<string, string>> = {
  Deployment: 'strategy',
  StatefulSet: 'updateStrategy',
  DaemonSet: 'updateStrategy',
};

/** An object as a command writes it that has read it into its Go type. */
export function typed(value: JsonObject): JsonObject {
  const draft = copy(value);
  const kind = String(draft['kind']);
  draft['metadata'] ??= {};
  const status = STATUS[kind];
  if (status !== undefined) draft['status'] = { ...status, ...object(draft, 'status') };
  const strategy = STRATEGY[kind];
  if (strategy !== undefined) put(draft, object(draft, 'spec', strategy), 'spec', strategy);
  if (kind === 'Service') for (const port of list(draft, 'spec', 'ports')) (port as JsonObject)['targetPort'] ??= 0;
  for (const claim of list(draft, 'spec', 'volumeClaimTemplates')) (claim as JsonObject)['status'] ??= {};
  fillTemplates(draft);
  return draft;
}

function fillTemplates(value: JsonObject): void {
  const spec = object(value, 'spec');
  for (const field of ['template', 'jobTemplate']) {
    if (spec[field] === undefined) continue;
    const template = spec[field] as JsonObject;
    template['metadata'] ??= {};
    fillTemplates(template);
  }
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const container of list(spec, field)) (container as JsonObject)['resources'] ??= {};
}
