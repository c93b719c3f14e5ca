import { decodeText } from '../../api/base64.ts';
import { failure } from '../../api/errors.ts';
import { apiVersion, type Kind } from '../../api/kind.ts';
import type { ApiObject, Status } from '../../api/meta.ts';
import type { Store } from '../../etcd/store.ts';
import type { Task } from '../../os/task.ts';
import type { Random } from '../../sim/random.ts';
import { SECOND } from '../../sim/time.ts';
import { OutboundError, resolveService, type Outbound } from '../outbound.ts';
import { isUnknownIn, rememberVersion } from './versions.ts';

// conversion/webhook_converter.go: upstream waits half a minute.
const PATIENCE = 30 * SECOND;

interface Review {
  response?: { uid?: string; convertedObjects?: ApiObject[]; result?: Status };
}

/** Asks the webhook of a definition to turn objects from one version into another (strategy `Webhook`). */
export class Conversions {
  constructor(readonly options: { readonly outbound: Outbound; readonly store: Store; readonly chance: Random }) {}

  /** Makes the versions that a request is about to look at; afterwards `inVersion` has them. Throws `StatusError`. */
  *prepare(kind: Kind, stored: readonly ApiObject[]): Task<void> {
    const unknown = stored.filter((object) => isUnknownIn(kind, object));
    if (unknown.length === 0) return;
    const shown = yield* this.#convert(kind, unknown, apiVersion(kind));
    unknown.forEach((object, i) => rememberVersion(kind, object, shown[i] as ApiObject));
  }

  /** An object in the version in which its kind is stored. */
  *toStored(kind: Kind, object: ApiObject): Task<ApiObject> {
    const { conversion, storedVersion = '' } = kind.custom ?? {};
    if (conversion === undefined || object.apiVersion === storedVersion) return object;
    const [converted] = yield* this.#convert(kind, [object], storedVersion);
    return converted as ApiObject;
  }

  *#convert(kind: Kind, objects: readonly ApiObject[], desiredAPIVersion: string): Task<ApiObject[]> {
    const { outbound, store, chance } = this.options;
    const { conversionReviewVersions = ['v1'], clientConfig } = kind.custom?.conversion ?? {};
    const { url, service, caBundle } = clientConfig ?? {};
    const from = `${objects[0]?.apiVersion ?? ''}, Kind=${kind.kind}`;
    const failed = (why: string): Error => failure(500, '', `conversion webhook for ${from} failed: ${why}`);
    const uid = chance.uuid();
    const version = conversionReviewVersions.find((one) => one === 'v1' || one === 'v1beta1') ?? 'v1';
    const target =
      service === undefined
        ? (url ?? '')
        : `https://${service.name ?? ''}.${service.namespace ?? ''}.svc:${service.port ?? 443}/${(service.path ?? '').replace(/^\//, '')}`;
    const shown = `${target}${target.includes('?') ? '&' : '?'}timeout=${PATIENCE / SECOND}s`;
    let review: Review;
    try {
      const answer = yield* outbound({
        method: 'POST',
        url: shown,
        ...(service === undefined ? {} : { dial: resolveService(store, service.namespace ?? '', service.name ?? '', service.port ?? 443) }),
        headers: { 'content-type': 'application/json', accept: 'application/json, */*' },
        body: JSON.stringify({
          kind: 'ConversionReview',
          apiVersion: `apiextensions.k8s.io/${version}`,
          request: { uid, desiredAPIVersion, objects },
        }),
        ...(caBundle === undefined || caBundle === '' ? {} : { caBundle: decodeText(caBundle) }),
        serverName:
          service === undefined ? (/^https?:\/\/([^/:]+)/.exec(target)?.[1] ?? '') : `${service.name ?? ''}.${service.namespace ?? ''}.svc`,
        timeout: PATIENCE,
      });
      if (answer.status < 200 || answer.status > 299) throw failed(`the server answered with ${answer.status}`);
      review = JSON.parse(answer.body) as Review;
    } catch (error) {
      if (error instanceof OutboundError) throw failed(`Post ${JSON.stringify(shown)}: ${error.message}`);
      if (error instanceof SyntaxError) throw failed(error.message);
      throw error;
    }
    const { response } = review;
    if (response === undefined) throw failed('no response provided');
    if (version === 'v1' && response.uid !== uid)
      throw failed(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
    if (response.result?.status !== 'Success') throw failed(response.result?.message ?? 'response.status was not Success');
    const { convertedObjects = [] } = response;
    if (convertedObjects.length !== objects.length)
      throw failure(500, '', `conversion webhook for ${from} returned ${convertedObjects.length} objects, expected ${objects.length}`);
    return convertedObjects.map((converted, i) => {
      if (converted.apiVersion !== desiredAPIVersion)
        throw failure(
          500,
          '',
          `conversion webhook for ${from} returned invalid converted object at index ${i}: invalid groupVersion (expected ${desiredAPIVersion}, received ${converted.apiVersion})`,
        );
      // Of metadata only labels and annotations are the webhook's to change.
      const { metadata } = objects[i] as ApiObject;
      const { labels, annotations } = converted.metadata;
      const { labels: _labels, annotations: _annotations, ...rest } = metadata;
      return {
        ...converted,
        metadata: { ...rest, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
      };
    });
  }
}
