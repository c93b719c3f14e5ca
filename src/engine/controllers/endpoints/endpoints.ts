import { isNotFound, StatusError } from '../../api/errors.ts';
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset, Pod, Service } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { ENDPOINTS } from '../../client/resources.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { isPodReady } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import { sameMeaning } from '../semantic.ts';
import type { Task } from '../../os/task.ts';
import { SYNC_TAKES, belongsInEndpoints, endpointsChanged, findPort, hostnameFor, isHeadless, podsOf, servicesOf } from './service-pods.ts';
import { TRIGGER_TIME, TriggerTimes } from './trigger-time.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const CONTROLLER_NAME = 'endpoint-controller';
const HEADLESS = 'service.kubernetes.io/headless';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
// endpoints_controller.go: maxCapacity.
const MAX_CAPACITY = 1000;

/** Writes the legacy Endpoints object of each Service (deprecated since v1.33, but still written). */
export class EndpointsController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #triggers = new TriggerTimes();

  constructor(context: ControllerContext) {
    super(context, 'controller/endpoints', SYNC_TAKES);
    this.#informers = context.informers;
    this.#recorder = context.recorder('endpoint-controller');
    const changed = (pod: Pod): void => servicesOf(this.#informers, pod).forEach((key) => this.queue.add(key));
    const look = (object: Service | Endpoints): void => this.queue.add(keyOf(object));
    this.watch(context.informers.services, { added: look, updated: look, deleted: look });
    this.watch(context.informers.endpoints, { deleted: look });
    this.watch(context.informers.pods, {
      added: changed,
      updated: (pod, old) => {
        const relabelled = pod.metadata.labels !== old.metadata.labels && !sameMeaning(pod.metadata.labels, old.metadata.labels);
        if (relabelled) changed(old);
        if (relabelled || endpointsChanged(pod, old)) changed(pod);
      },
      deleted: changed,
    });
  }

  protected *sync(key: string): Task<void> {
    const service = this.#informers.services.get(key);
    if (service === undefined) return yield* this.#remove(key);
    if (service.spec?.selector === undefined || service.spec.type === 'ExternalName' || service.metadata.deletionTimestamp !== undefined)
      return;

    const pods = podsOf(this.#informers, service);
    const trigger = this.#triggers.since(key, service, pods);
    const current = this.#informers.endpoints.get(key);
    const next = draft(service, pods, current, trigger);
    if (current !== undefined && sameBut(current, next)) return;
    const { ready, notReady } = countOf(next);
    this.decide(`Writes Endpoints of Service ${service.metadata.name ?? ''}: ${ready} ready, ${notReady} not ready.`, service);
    try {
      if (current === undefined) yield* this.client.create(ENDPOINTS, next);
      else yield* this.client.update(ENDPOINTS, next);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (error instanceof StatusError) {
        const [reason, verb] = current === undefined ? ['FailedToCreateEndpoint', 'create'] : ['FailedToUpdateEndpoint', 'update'];
        this.#recorder.event(next, 'Warning', reason, `Failed to ${verb} endpoint ${key}: ${error.message}`);
      }
      throw error;
    }
  }

  *#remove(key: string): Task<void> {
    this.#triggers.forget(key);
    const endpoints = this.#informers.endpoints.get(key);
    if (endpoints === undefined) return;
    try {
      yield* this.client.delete(ENDPOINTS, endpoints.metadata.namespace, endpoints.metadata.name ?? '');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function draft(service: Service, pods: readonly Pod[], current: Endpoints | undefined, trigger: string | undefined): Endpoints {
  const { namespace, name = '', labels } = service.metadata;
  const { subsets, truncated } = truncate(subsetsOf(service, pods));
  const { [TRIGGER_TIME]: _time, [OVER_CAPACITY]: _capacity, ...rest } = current?.metadata.annotations ?? {};
  const annotations = {
    ...rest,
    ...(trigger === undefined ? {} : { [TRIGGER_TIME]: trigger }),
    ...(truncated ? { [OVER_CAPACITY]: 'truncated' } : {}),
  };
  const { annotations: _annotations, ...metadata } = current?.metadata ?? { name, ...(namespace === undefined ? {} : { namespace }) };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      labels: { ...labels, [MANAGED_BY]: CONTROLLER_NAME, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}) },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}

/** One subset for each set of ports, addresses in order (RepackSubsets). */
function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const publish = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, publish)) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const key = ports.map(({ name = '', protocol = '', port, appProtocol = '' }) => `${name}/${protocol}/${port}/${appProtocol}`).join();
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    (publish || isPodReady(pod) ? group.ready : group.notReady).push(addressOf(service, pod));
  }
  const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0);
  return [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length === 0 ? {} : { addresses: ready.sort(byIp) }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byIp) }),
    ...(ports.length === 0 ? {} : { ports }),
  }));
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ ...(name === '' ? {} : { name }), port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameFor(service, pod);
  const nodeName = pod.spec?.nodeName;
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: {
      kind: 'Pod',
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** Past a thousand addresses the rest is left out: the ready ones have precedence. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const sizes = subsets.map(({ addresses = [], notReadyAddresses = [] }) => addresses.length + notReadyAddresses.length);
  if (sizes.reduce((sum, size) => sum + size, 0) <= MAX_CAPACITY) return { subsets, truncated: false };
  let left = MAX_CAPACITY;
  const take = (addresses: readonly EndpointAddress[] | undefined): EndpointAddress[] => {
    const taken = (addresses ?? []).slice(0, left);
    left -= taken.length;
    return taken;
  };
  const ready = subsets.map(({ addresses }) => take(addresses));
  const notReady = subsets.map(({ notReadyAddresses }) => take(notReadyAddresses));
  const cut = subsets.map(({ ports }, i) => ({
    ...((ready[i] ?? []).length === 0 ? {} : { addresses: ready[i] ?? [] }),
    ...((notReady[i] ?? []).length === 0 ? {} : { notReadyAddresses: notReady[i] ?? [] }),
    ...(ports === undefined ? {} : { ports }),
  }));
  return {
    subsets: cut.filter(({ addresses, notReadyAddresses }) => addresses !== undefined || notReadyAddresses !== undefined),
    truncated: true,
  };
}

function sameBut(a: Endpoints, b: Endpoints): boolean {
  const over = (endpoints: Endpoints): string | undefined => endpoints.metadata.annotations?.[OVER_CAPACITY];
  return sameMeaning(a.subsets, b.subsets) && sameMeaning(a.metadata.labels, b.metadata.labels) && over(a) === over(b);
}

function countOf({ subsets = [] }: Endpoints): { ready: number; notReady: number } {
  return {
    ready: subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0),
    notReady: subsets.reduce((sum, { notReadyAddresses = [] }) => sum + notReadyAddresses.length, 0),
  };
}
