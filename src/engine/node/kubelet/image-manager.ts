import type { Container, Pod } from '../../api/generated/types.ts';
import type { EventRecorder } from '../../client/events.ts';
import { suspend, type Task } from '../../os/task.ts';
import { goDuration } from '../../sim/duration.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { CriError, type AuthConfig, type ImageInfo, type ImageService } from '../runtime/cri.ts';
import { parseReference } from '../runtime/reference.ts';
import type { Backoff } from './backoff.ts';
import type { KubeletConfiguration } from './configuration.ts';
import { ContainerError } from './errors.ts';
import { pullSecretsOf } from './pull-secrets.ts';
import type { Sources } from './sources.ts';

/**
 * Sees to it that an image is on the node, by the container's pull policy; pulls one image after the other unless
 * `serializeImagePulls` is off. What was pulled with credentials only those get who have them (KEP-2535).
 */
export class ImageManager {
  readonly #waiting: (() => void)[] = [];
  readonly #lastError = new Map<string, string>();
  /** Credentials that opened an image, by its reference. */
  readonly #opened = new Map<string, Set<string>>();
  #pulling = 0;

  constructor(
    readonly sim: Simulation,
    readonly service: ImageService,
    readonly recorder: EventRecorder,
    readonly backoff: Backoff,
    readonly sources: Sources,
    readonly configuration: KubeletConfiguration,
  ) {}

  /** Throws `ContainerError` after the events that tell why. */
  *ensure(pod: Pod, container: Container, fieldPath: string): Task<ImageInfo> {
    try {
      return yield* this.#ensure(pod, container, fieldPath);
    } catch (error) {
      if (error instanceof ContainerError) this.recorder.event(pod, 'Warning', 'Failed', `Error: ${error.reason}`, { fieldPath });
      throw error;
    }
  }

  *#ensure(pod: Pod, container: Container, fieldPath: string): Task<ImageInfo> {
    const image = container.image ?? '';
    const reference = parseReference(image);
    const event = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
      this.recorder.event(pod, type, reason, message, { fieldPath });
    if (typeof reference === 'string') {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${reference}`;
      event('Warning', 'InspectFailed', message);
      throw new ContainerError('InvalidImageName', message);
    }
    const { missing, auths } = pullSecretsOf(this.sources, pod, image);
    if (missing.length > 0) {
      const names = missing.join(', ');
      const message = `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`;
      this.recorder.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', message);
    }
    const present = this.service.imageStatus(image);
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    const may = present !== undefined && this.#mayUse(present, auths);
    if (present !== undefined && may && policy !== 'Always') {
      event('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
      return present;
    }
    if (policy === 'Never') {
      const message =
        present === undefined
          ? `Container image "${image}" is not present with pull policy of Never`
          : `Container image "${image}" is present with pull policy of Never but does not have the proper auth to access the image`;
      event('Warning', 'ErrImageNeverPull', message);
      throw new ContainerError('ErrImageNeverPull', message);
    }
    const key = `${pod.metadata.uid ?? ''}_${image}`;
    if (this.backoff.waitsSinceFailure(key)) {
      const message = `Back-off pulling image "${image}"`;
      event('Normal', 'BackOff', message);
      const last = this.#lastError.get(key);
      throw new ContainerError(
        'ImagePullBackOff',
        last === undefined ? message : `${message}: ErrImagePull: ${last}`,
        this.backoff.lastFailure(key) + this.backoff.delay(key),
      );
    }
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    const asked = this.sim.now;
    yield* this.#turn();
    const began = this.sim.now;
    let result: ImageInfo | string;
    try {
      result = yield* this.#pull(image, auths);
    } finally {
      this.#pulling--;
      this.#waiting.shift()?.();
    }
    if (typeof result === 'string') {
      event('Warning', 'Failed', `Failed to pull image "${image}": ${result}`);
      this.backoff.next(key, this.sim.now);
      this.#lastError.set(key, result);
      throw new ContainerError('ErrImagePull', result);
    }
    this.#lastError.delete(key);
    event(
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${goDuration(this.sim.now - began)} (${goDuration(this.sim.now - asked)} including waiting). Image size: ${result.size} bytes.`,
    );
    return result;
  }

  /** Tries one credential after the other, or none where there are none; what went wrong when no one will do. */
  *#pull(image: string, auths: readonly AuthConfig[]): Task<ImageInfo | string> {
    const errors = new Set<string>();
    for (const auth of auths.length === 0 ? [undefined] : auths) {
      const result = yield* suspend<ImageInfo | CriError>((resume) => this.service.pullImage(image, resume, auth));
      if (!(result instanceof CriError)) {
        if (auth !== undefined) this.#opened.set(result.reference, (this.#opened.get(result.reference) ?? new Set()).add(keyOf(auth)));
        return result;
      }
      errors.add(result.rpc);
    }
    const [first = '', ...rest] = errors;
    return rest.length === 0 ? first : `[${[first, ...rest].join(', ')}]`;
  }

  #mayUse({ guarded, reference }: ImageInfo, auths: readonly AuthConfig[]): boolean {
    if (!guarded) return true;
    const opened = this.#opened.get(reference);
    return auths.some((auth) => opened?.has(keyOf(auth)) === true);
  }

  *#turn(): Task<void> {
    const { serializeImagePulls, maxParallelImagePulls } = this.configuration;
    const most = serializeImagePulls ? 1 : maxParallelImagePulls === 0 ? Infinity : maxParallelImagePulls;
    while (this.#pulling >= most) {
      yield* suspend<void>((resume) => {
        const mine = (): void => resume();
        this.#waiting.push(mine);
        return () => {
          const index = this.#waiting.indexOf(mine);
          if (index >= 0) this.#waiting.splice(index, 1);
        };
      });
    }
    this.#pulling++;
  }
}

function keyOf({ username, password }: AuthConfig): string {
  return `${username}:${password}`;
}
