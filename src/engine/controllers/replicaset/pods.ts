import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Pod, PodTemplateSpec } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import { PODS } from '../../client/resources.ts';
import { newControllerRef } from '../controller-ref.ts';
import type { Task } from '../../os/task.ts';

/** Makes one pod of the owner's template, or of another (RealPodControl.CreatePods), and tells of it in an event on the owner. */
export function* createPod(
  client: Client,
  recorder: EventRecorder,
  owner: ApiObject & { spec?: { template?: PodTemplateSpec } },
  template = owner.spec?.template,
  generateName = `${owner.metadata.name ?? ''}-`,
): Task<Pod> {
  const { namespace = '' } = owner.metadata;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [newControllerRef(owner)],
    },
    ...(template?.spec === undefined ? {} : { spec: template.spec }),
  };
  try {
    const created = yield* client.create(PODS, pod);
    recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name ?? ''}`);
    return created;
  } catch (error) {
    if (error instanceof StatusError && !isNamespaceTerminating(error)) {
      recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    }
    throw error;
  }
}

/** Deletes one pod, and tells of it. Returns why it could not; `gone` when it was not there any more. */
export function* deletePod(client: Client, recorder: EventRecorder, owner: ApiObject, pod: Pod): Task<Error | 'gone' | undefined> {
  const { namespace, name = '' } = pod.metadata;
  try {
    yield* client.delete(PODS, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if (!(error instanceof StatusError)) throw error;
    recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
    return new StatusError({ ...error.status, message: `unable to delete pods: ${error.message}` });
  }
  recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  return undefined;
}

/** The refusal of a creation in a namespace that is being deleted. */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof StatusError && (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');
}
