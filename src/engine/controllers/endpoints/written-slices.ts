import type { EndpointSlice } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { ENDPOINT_SLICES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Changes } from './slices.ts';

/** Slices that a controller wrote and has not seen yet. Acting on an older state would write twice (EndpointSliceTracker). */
export class WrittenSlices {
  /** By key of what the slices are of: uid to resourceVersion, or `gone`. */
  readonly #expected = new Map<string, Map<string, string>>();

  /** Makes the changes, and expects to see them. */
  *write(client: Client, key: string, { create, update, remove }: Changes): Task<void> {
    const wrote = ({ metadata }: EndpointSlice): void => void this.#expect(key).set(metadata.uid ?? '', metadata.resourceVersion ?? '');
    for (const slice of create) wrote(yield* client.create(ENDPOINT_SLICES, slice));
    for (const slice of update) wrote(yield* client.update(ENDPOINT_SLICES, slice));
    for (const { metadata } of remove) {
      yield* client.delete(ENDPOINT_SLICES, metadata.namespace, metadata.name ?? '');
      this.#expect(key).set(metadata.uid ?? '', 'gone');
    }
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }

  /** Whether `existing` is older than what was written. */
  isStale(key: string, existing: readonly EndpointSlice[]): boolean {
    for (const [uid, version] of this.#expected.get(key) ?? []) {
      const seen = existing.find(({ metadata }) => metadata.uid === uid)?.metadata.resourceVersion;
      if (version === 'gone' ? seen !== undefined : seen === undefined || Number(seen) < Number(version)) return true;
    }
    return false;
  }

  /** A slice as the cache has it now. Whether it is as this controller wrote it; what others changed or deleted is not. */
  saw(key: string, slice: EndpointSlice, gone: boolean): boolean {
    const expected = this.#expected.get(key);
    const { uid = '', resourceVersion = '' } = slice.metadata;
    const version = expected?.get(uid);
    const written = version !== undefined && version !== 'gone';
    if (gone || (written && Number(version) <= Number(resourceVersion))) expected?.delete(uid);
    return gone ? version === 'gone' : written && Number(version) >= Number(resourceVersion);
  }

  #expect(key: string): Map<string, string> {
    const expected = this.#expected.get(key) ?? new Map<string, string>();
    this.#expected.set(key, expected);
    return expected;
  }
}
