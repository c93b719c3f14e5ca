import { StatusError } from '../../api/errors.ts';
import type { Client } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import { failed, type BindPlugin, type CycleState, type Verdict } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Task } from '../../os/task.ts';

/** Tells the API server where the pod goes: a Binding. */
export function defaultBinder(client: Client): BindPlugin {
  return {
    name: 'DefaultBinder',
    *bind(_state: CycleState, { pod }: PodInfo, nodeName: string): Task<Verdict> {
      const { name = '', namespace, uid } = pod.metadata;
      try {
        yield* client.createSub(PODS, namespace, name, 'binding', {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
          target: { kind: 'Node', name: nodeName },
        });
        return undefined;
      } catch (error) {
        if (error instanceof StatusError) return failed('DefaultBinder', error.message);
        throw error;
      }
    },
  };
}
