import { failure, type StatusError } from '../api/errors.ts';
import { apiVersion } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Client, DiscoveredResource, Resource } from '../client/client.ts';
import type { Task } from '../os/task.ts';
import type { ResourceMap } from './garbage-collector/resource-map.ts';

/** `autoscaling/v1` Scale: how any kind that counts replicas is asked and told. */
export interface Scale extends ApiObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

/** client-go's scale client: the `/scale` subresource of any resource. */
export class ScaleClient {
  constructor(
    readonly client: Client,
    readonly kinds: ResourceMap,
  ) {}

  /** The resource that serves a kind; asks the server anew where none is known. */
  resourceOf(version: string, kind: string): DiscoveredResource | undefined {
    const known = this.kinds.of(version, kind);
    if (known !== undefined) return known;
    this.kinds.refresh();
    return this.kinds.of(version, kind);
  }

  get(resource: Resource<ApiObject>, namespace: string, name: string): Task<Scale> {
    const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${apiVersion(resource)}`;
    return this.client.perform({
      method: 'GET',
      path: `${root}/namespaces/${namespace}/${resource.resource}/${name}/scale`,
      read: ({ body }) => body as unknown as Scale,
    });
  }

  set(resource: Resource<ApiObject>, scale: Scale, replicas: number): Task<Scale> {
    return this.client.updateSub(resource as Resource<Scale>, { ...scale, spec: { ...scale.spec, replicas } }, 'scale');
  }
}

/** apimachinery's NoKindMatchError of a kind that nothing serves. `version` is left out where any would do. */
export function noKindMatch(kind: string, group: string, version?: string): StatusError {
  const where = version === undefined ? `group "${group}"` : `version "${group === '' ? version : `${group}/${version}`}"`;
  return failure(404, '', `no matches for kind "${kind}" in ${where}`);
}

/** The group and version of an `apiVersion`. */
export function groupVersion(text: string): { group: string; version: string } {
  const [first = '', second] = text.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}
