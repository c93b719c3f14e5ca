import { isConflict, isNotFound } from '../../api/errors.ts';
import type { DiscoveryEndpointPort, Endpoint, EndpointSlice, Pod, Service } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { isPodReady } from '../pod-state.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import { sameMeaning } from '../semantic.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import type { Task } from '../../os/task.ts';
import { SYNC_TAKES, belongsInEndpoints, endpointsChanged, findPort, hostnameFor, isHeadless, podsOf, servicesOf } from './service-pods.ts';
import { inSliceOrder } from './port-order.ts';
import { CONTROLLER_NAME, MANAGED_BY, SERVICE_NAME, addressTypeOf, reconcileSlices, type Changes, type Desired } from './slices.ts';
import { TriggerTimes } from './trigger-time.ts';
import { WrittenSlices } from './written-slices.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** Lists the pods behind each Service in EndpointSlices, which proxies and DNS read. */
export class EndpointSliceController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #triggers = new TriggerTimes();
  readonly #written = new WrittenSlices();

  constructor(context: ControllerContext) {
    super(context, 'controller/endpointslice', SYNC_TAKES);
    this.#informers = context.informers;
    this.#recorder = context.recorder('endpoint-slice-controller');
    const { pods, services, endpointSlices, nodes } = context.informers;
    this.watch(services, {
      added: (service) => this.queue.add(keyOf(service)),
      updated: (service) => this.queue.add(keyOf(service)),
      deleted: (service) => this.queue.add(keyOf(service)),
    });
    this.watch(pods, {
      added: (pod) => this.#podChanged(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podChanged(pod),
    });
    this.watch(endpointSlices, {
      added: (slice) => this.#sliceChanged(slice, false),
      updated: (slice) => this.#sliceChanged(slice, false),
      deleted: (slice) => this.#sliceChanged(slice, true),
    });
    // A node's zone is part of its pods' endpoints.
    this.watch(nodes, {
      updated: (node, old) => {
        if (node.metadata.labels?.[ZONE] === old.metadata.labels?.[ZONE]) return;
        for (const pod of pods.by('node', node.metadata.name ?? '')) this.#podChanged(pod);
      },
    });
  }

  protected *sync(key: string): Task<void> {
    const service = this.#informers.services.get(key);
    if (service === undefined) {
      this.#triggers.forget(key);
      this.#written.forget(key);
      return;
    }
    // Without a selector somebody else lists the endpoints; a Service of type ExternalName has none.
    if (service.spec?.selector === undefined || service.spec.type === 'ExternalName' || service.metadata.deletionTimestamp !== undefined)
      return;
    const existing = this.#slicesOf(key);
    if (this.#written.isStale(key, existing)) throw new SyncError('EndpointSlice informer cache is out of date');

    const pods = podsOf(this.#informers, service);
    const trigger = this.#triggers.since(key, service, pods);
    yield* this.#write(key, service, reconcileSlices(service, existing, this.#desired(service, pods), trigger));
  }

  #desired(service: Service, pods: readonly Pod[]): Desired[] {
    const groups = new Map<string, { ports: DiscoveryEndpointPort[]; addressType: string; endpoints: Endpoint[] }>();
    for (const addressType of service.spec?.ipFamilies ?? [addressTypeOf(service)]) {
      for (const pod of pods) {
        if (!belongsInEndpoints(pod, true)) continue;
        const addresses = addressesOf(pod, addressType);
        const ports = portsOf(service, pod);
        // A pod that declares none of the named ports serves nothing.
        if (addresses.length === 0 || (ports.length === 0 && (service.spec?.ports ?? []).length > 0)) continue;
        const key = `${addressType}|${portsText(ports)}`;
        const group = groups.get(key) ?? { ports: inSliceOrder(ports), addressType, endpoints: [] };
        groups.set(key, group);
        group.endpoints.push(this.#endpointOf(service, pod, addresses));
      }
    }
    return [...groups.values()];
  }

  #endpointOf(service: Service, pod: Pod, addresses: string[]): Endpoint {
    const serving = isPodReady(pod);
    const terminating = pod.metadata.deletionTimestamp !== undefined;
    const { namespace, name, uid } = pod.metadata;
    const nodeName = pod.spec?.nodeName;
    const zone = nodeName === undefined ? undefined : this.#informers.nodes.get(nodeName)?.metadata.labels?.[ZONE];
    const hostname = hostnameFor(service, pod);
    return {
      addresses,
      conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
      ...(hostname === undefined ? {} : { hostname }),
      targetRef: {
        kind: 'Pod',
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(uid === undefined ? {} : { uid }),
      },
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(zone === undefined ? {} : { zone }),
    };
  }

  *#write(key: string, service: Service, changes: Changes): Task<void> {
    const { create, update, remove } = changes;
    if (create.length + update.length + remove.length === 0) return;
    const parts = [count(create, 'creates'), count(update, 'updates'), count(remove, 'deletes')].filter((part) => part !== '');
    this.decide(
      `The pods behind Service ${service.metadata.name ?? ''} changed: ${parts.join(', ')} (${total([...create, ...update])} endpoints written).`,
      service,
    );
    try {
      yield* this.#written.write(this.client, key, changes);
    } catch (error) {
      if (isNamespaceTerminating(error) || isNotFound(error)) return;
      if (!isConflict(error) && error instanceof Error) {
        const message = `Error updating Endpoint Slices for Service ${key}: ${error.message}`;
        this.#recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      }
      throw error;
    }
  }

  #slicesOf(key: string): EndpointSlice[] {
    return this.#informers.endpointSlices.by('service', key).filter(isOurs);
  }

  #sliceChanged(slice: EndpointSlice, gone: boolean): void {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    if (name === undefined || !isOurs(slice)) return;
    const key = `${slice.metadata.namespace ?? ''}/${name}`;
    // What this controller wrote itself needs no second look; what others changed or deleted does.
    if (!this.#written.saw(key, slice, gone)) this.queue.add(key);
  }

  #podChanged(pod: Pod): void {
    for (const key of servicesOf(this.#informers, pod)) this.queue.add(key);
  }

  #podUpdated(pod: Pod, old: Pod): void {
    const relabelled = pod.metadata.labels !== old.metadata.labels && !sameMeaning(pod.metadata.labels, old.metadata.labels);
    if (relabelled) for (const key of servicesOf(this.#informers, old)) this.queue.add(key);
    if (relabelled || endpointsChanged(pod, old)) this.#podChanged(pod);
  }
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[MANAGED_BY] === CONTROLLER_NAME;
}

function portsOf(service: Service, pod: Pod): DiscoveryEndpointPort[] {
  const ports = service.spec?.ports ?? [];
  if (isHeadless(service) && ports.length === 0) return [];
  return ports.flatMap((port): DiscoveryEndpointPort[] => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function portsText(ports: readonly DiscoveryEndpointPort[]): string {
  return ports.map(({ name = '', protocol = '', port = 0, appProtocol = '' }) => `${name}/${protocol}/${port}/${appProtocol}`).join();
}

function addressesOf(pod: Pod, addressType: string): string[] {
  const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
  return ips.filter((ip) => ip !== '' && (addressType === 'IPv6') === ip.includes(':'));
}

function count(slices: readonly EndpointSlice[], verb: string): string {
  return slices.length === 0 ? '' : `${verb} ${slices.length} ${slices.length === 1 ? 'slice' : 'slices'}`;
}

function total(slices: readonly EndpointSlice[]): number {
  return slices.reduce((sum, { endpoints = [] }) => sum + endpoints.length, 0);
}
