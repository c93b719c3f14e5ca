import type { Pod, ServiceAccount } from '../../api/generated/types.ts';
import type { Client, Resource } from '../../client/client.ts';
import type { Task } from '../../os/task.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

const SERVICE_ACCOUNTS: Resource<ServiceAccount> = {
  group: '',
  version: 'v1',
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};
const DAY: Millis = 24 * 3600 * SECOND;

/** Tokens of pods in use, by pod, audience and lifetime (the kubelet's token manager). */
export class PodTokens {
  readonly #tokens = new Map<string, { token: string; renewAt: Millis }>();
  /** Tokens that have been asked for and not come yet. */
  readonly #asked = new Set<string>();

  constructor(
    readonly client: Client,
    readonly now: () => Millis,
    /** Begins what takes its time at the API server. */
    readonly start: (task: Task<void>) => void,
  ) {}

  /** Undefined where the server gives none out. */
  get(pod: Pod, audience: string | undefined, seconds = 3607): string | undefined {
    const key = `${pod.metadata.uid ?? ''}/${audience ?? ''}/${seconds}`;
    const known = this.#tokens.get(key);
    if (known !== undefined && this.now() < known.renewAt) return known.token;
    // Where the server asks others before it gives one, the old one, or none, has to do until then.
    if (this.#asked.has(key)) return known?.token;
    this.#asked.add(key);
    this.start(this.#ask(pod, audience, seconds, key));
    return this.#tokens.get(key)?.token;
  }

  forget(uid: string): void {
    for (const key of this.#tokens.keys()) if (key.startsWith(uid)) this.#tokens.delete(key);
  }

  *#ask(pod: Pod, audience: string | undefined, seconds: number, key: string): Task<void> {
    const now = this.now();
    const ask = this.client.createSub(SERVICE_ACCOUNTS, pod.metadata.namespace, pod.spec?.serviceAccountName ?? 'default', 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds: seconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
      },
    });
    let token: string | undefined;
    try {
      token = ((yield* ask) as { status?: { token?: string } }).status?.token;
    } finally {
      this.#asked.delete(key);
    }
    // A new one is asked for when four fifths of its time are over, and once a day.
    if (token !== undefined) this.#tokens.set(key, { token, renewAt: now + Math.min(0.8 * seconds * SECOND, DAY) });
  }
}
