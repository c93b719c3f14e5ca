import type { DeviceClass } from '../../api/generated/types.ts';

/** Each class can be asked for by a name made of its own, even where it names no extended resource. */
const IMPLICIT = 'deviceclass.resource.kubernetes.io/';

/** Which class of devices stands behind an extended resource (KEP-5004; extendedresourcecache). */
export class ExtendedResources {
  readonly #classes = new Map<string, DeviceClass>();

  classFor(resource: string): DeviceClass | undefined {
    return this.#classes.get(resource);
  }

  /** Of classes with the same extended resource the newest counts, of equally old ones the first by name. */
  see(now: DeviceClass, old?: DeviceClass): void {
    const explicit = now.spec.extendedResourceName;
    const rival = explicit === undefined ? undefined : this.#classes.get(explicit);
    if (rival !== undefined && !outranks(now, rival)) return;
    if (old !== undefined) this.forget(old);
    if (explicit !== undefined) this.#classes.set(explicit, now);
    this.#classes.set(implicitResource(now), now);
  }

  forget(gone: DeviceClass): void {
    this.#classes.delete(implicitResource(gone));
    if (gone.spec.extendedResourceName !== undefined) this.#classes.delete(gone.spec.extendedResourceName);
  }
}

export function implicitResource({ metadata }: DeviceClass): string {
  return `${IMPLICIT}${metadata.name ?? ''}`;
}

export function isImplicitResource(resource: string): boolean {
  return resource.startsWith(IMPLICIT);
}

function outranks({ metadata }: DeviceClass, rival: DeviceClass): boolean {
  const [made, known] = [metadata.creationTimestamp ?? '', rival.metadata.creationTimestamp ?? ''];
  return made === known ? (metadata.name ?? '') < (rival.metadata.name ?? '') : made > known;
}
