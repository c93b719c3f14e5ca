import type { FlowSchema, FlowSchemaCondition } from '../../api/generated/types.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import type { ApiRequest } from '../types.ts';
import type { Configuration } from './configuration.ts';

const CONSUMER = 'api-priority-and-fairness-config-consumer-v1';
// The informers of the server itself learn of a change as other watchers do.
const LATENCY: Millis = 4;

/**
 * Says in each FlowSchema whether its level exists. kube-apiserver does that itself, as a client of its own: the condition `Dangling`
 * is applied to the status, so that the field manager can be read there.
 */
export class DanglingConditions {
  #timer: Timer | undefined;
  #seen = -1;

  constructor(
    readonly sim: Simulation,
    readonly configuration: Configuration,
    /** Sends a request of the server's own. */
    readonly send: (request: ApiRequest) => void,
  ) {}

  /** Looks soon, if anything has changed since it last looked. */
  notice(): void {
    if (this.#seen === this.configuration.revision || this.#timer?.pending === true || this.#nothingToDo()) return;
    this.#timer = this.sim.after(LATENCY, () => this.#sync());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#seen = -1;
  }

  /** Objects that come as a fresh cluster has them say the truth already: no event is spent on them. */
  #nothingToDo(): boolean {
    const levels = this.configuration.levels();
    for (const schema of this.configuration.stored) if (wanted(schema, levels.has(levelOf(schema)), '') !== undefined) return false;
    return true;
  }

  #sync(): void {
    this.#seen = this.configuration.revision;
    const levels = this.configuration.levels();
    for (const schema of this.configuration.stored) {
      const condition = wanted(schema, levels.has(levelOf(schema)), formatTime(this.sim.now));
      if (condition === undefined) continue;
      const { name = '' } = schema.metadata;
      this.send({
        method: 'PATCH',
        path: `/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/${name}/status`,
        query: { fieldManager: CONSUMER, force: 'true' },
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({
          apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
          kind: 'FlowSchema',
          metadata: { name },
          status: { conditions: [condition] },
        }),
        actor: 'apiserver',
      });
    }
  }
}

const levelOf = ({ spec }: FlowSchema): string => spec?.priorityLevelConfiguration.name ?? '';

/** The condition the schema should have; undefined where it has it. */
export function wanted(schema: FlowSchema, found: boolean, now: string): FlowSchemaCondition | undefined {
  const old = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  const status = found ? 'False' : 'True';
  const reason = found ? 'Found' : 'NotFound';
  const object = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(levelOf(schema))}`;
  const message = found ? `${object} and it exists` : `${object} but there is no such object`;
  if (old?.status === status && old.reason === reason && old.message === message) return undefined;
  return { type: 'Dangling', status, lastTransitionTime: now, reason, message };
}
