import { isNotFound } from '../../api/errors.ts';
import type { Endpoints, EndpointSlice, Service } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Task } from '../../os/task.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import { MAX_PER_SUBSET, MIRRORING_NAME, mirrorEndpoints } from './mirrored-slices.ts';
import { MANAGED_BY, SERVICE_NAME, type Changes } from './slices.ts';
import { WrittenSlices } from './written-slices.ts';

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints once were where leaders were elected. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Makes EndpointSlices of Endpoints that somebody wrote by hand for a Service without a selector. */
export class EndpointSliceMirroringController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #written = new WrittenSlices();

  constructor(context: ControllerContext) {
    super(context, 'controller/endpointslice-mirroring');
    const { informers } = context;
    this.#informers = informers;
    this.#recorder = context.recorder('endpoint-slice-mirroring-controller');
    this.watch(informers.endpoints, {
      added: (endpoints) => this.#endpointsChanged(endpoints, endpoints),
      updated: (endpoints, old) => this.#endpointsChanged(endpoints, old),
      deleted: (endpoints) => this.#endpointsChanged(endpoints, endpoints),
    });
    const serviceChanged = (service: Service): void => {
      if (service.spec?.selector === undefined) this.queue.add(keyOf(service));
    };
    this.watch(informers.services, {
      added: serviceChanged,
      updated: (service, old) => {
        if (service.spec?.selector === undefined || old.spec?.selector === undefined) this.queue.add(keyOf(service));
      },
      deleted: serviceChanged,
    });
    this.watch(informers.endpointSlices, {
      added: (slice) => this.#sliceChanged(slice, false),
      updated: (slice) => this.#sliceChanged(slice, false),
      deleted: (slice) => this.#sliceChanged(slice, true),
    });
  }

  protected *sync(key: string): Task<void> {
    const endpoints = this.#informers.endpoints.get(key);
    const service = this.#informers.services.get(key);
    const slices = this.#informers.endpointSlices.by('service', key).filter(isOurs);
    if (endpoints === undefined || !isMirrored(endpoints) || service === undefined || service.spec?.selector !== undefined) {
      yield* this.#write(key, { create: [], update: [], remove: slices });
      this.#written.forget(key);
      return;
    }
    if (this.#written.isStale(key, slices)) throw new SyncError('EndpointSlice informer cache is out of date');
    const { changes, invalid, skipped } = mirrorEndpoints(endpoints, slices);
    const recorder = this.#recorder;
    if (invalid > 0)
      recorder.event(endpoints, 'Warning', 'InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
    if (skipped > invalid)
      recorder.event(
        endpoints,
        'Warning',
        'TooManyAddressesToMirror',
        `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints resource. ${skipped} addresses were skipped`,
      );
    const writes = changes.create.length + changes.update.length + changes.remove.length;
    if (writes === 0) return;
    this.decide(`Endpoints ${endpoints.metadata.name ?? ''} were written by hand: mirrors them into EndpointSlices.`, endpoints);
    // What is about to go needs no new slices.
    yield* this.#write(key, endpoints.metadata.deletionTimestamp === undefined ? changes : { ...changes, create: [] });
  }

  *#write(key: string, changes: Changes): Task<void> {
    try {
      yield* this.#written.write(this.client, key, changes);
    } catch (error) {
      if (!isNamespaceTerminating(error) && !isNotFound(error)) throw error;
    }
  }

  #endpointsChanged(endpoints: Endpoints, old: Endpoints): void {
    const key = keyOf(endpoints);
    // Upstream looks at each; those that the endpoints controller writes are none of ours, unless there is something to clean up.
    const { services, endpointSlices } = this.#informers;
    const selects = services.get(key)?.spec?.selector !== undefined && !endpointSlices.by('service', key).some(isOurs);
    if (!selects && (isMirrored(endpoints) || isMirrored(old))) this.queue.add(key);
  }

  #sliceChanged(slice: EndpointSlice, gone: boolean): void {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    if (name === undefined || !isOurs(slice)) return;
    const key = `${slice.metadata.namespace ?? ''}/${name}`;
    if (!this.#written.saw(key, slice, gone)) this.queue.add(key);
  }
}

function isMirrored({ metadata }: Endpoints): boolean {
  return metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined;
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[MANAGED_BY] === MIRRORING_NAME;
}
