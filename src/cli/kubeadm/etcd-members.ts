import type { Pod } from '../../engine/api/generated/types.ts';
import type { Task } from '../../engine/os/task.ts';
import { Client, type Message } from '../etcdctl/client.ts';
import { Failure as EtcdFailure } from '../etcdctl/flags.ts';
import { expected, type AdminApi } from './api.ts';
import { Failure, trace } from './failure.ts';
import { PKI } from './pki-phase.ts';

export interface Member {
  readonly ID: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
}

const PODS = '/api/v1/namespaces/kube-system/pods?labelSelector=component%3Detcd%2Ctier%3Dcontrol-plane';
const ENDPOINT = 'kubeadm.kubernetes.io/etcd.advertise-client-urls';
/** `timeouts.etcdAPICall`, and how often it is tried. */
const TRIES = 240;
const PAUSE = 500;

/** etcd's members as kubeadm reaches them: where the annotations of their pods say, with the certificate for health checks. */
export class EtcdMembers {
  readonly #api: AdminApi;
  readonly #client: Client;

  private constructor(api: AdminApi, endpoints: readonly string[]) {
    this.#api = api;
    const pair = `${PKI}/etcd/healthcheck-client`;
    const flags = { endpoints: endpoints.join(), cacert: `${PKI}/etcd/ca.crt`, cert: `${pair}.crt`, key: `${pair}.key` };
    this.#client = new Client(api.process, new Map(Object.entries({ ...flags, 'command-timeout': '5s' })));
  }

  /** Throws `Failure` where no pod says where etcd is. */
  static *find(api: AdminApi): Task<EtcdMembers> {
    const { items } = expected(yield* api.request('GET', PODS)) as { items: readonly Pod[] };
    const endpoints = items.flatMap(({ metadata }) => metadata.annotations?.[ENDPOINT] ?? []);
    if (endpoints.length === 0) throw new Failure(trace('could not retrieve the list of etcd endpoints'));
    return new EtcdMembers(api, endpoints);
  }

  *list(): Task<readonly Member[]> {
    return membersOf(yield* this.#call('member/list', { linearizable: true }));
  }

  /** Who is announced has no vote yet. */
  *addLearner(peerURL: string): Task<readonly Member[]> {
    return membersOf(yield* this.#again('member/add', { peerURLs: [peerURL], isLearner: true }));
  }

  *promote(peerURL: string): Task<void> {
    const found = (yield* this.list()).find(({ peerURLs }) => peerURLs.includes(peerURL));
    if (found !== undefined) yield* this.#again('member/promote', { ID: found.ID });
  }

  *remove({ ID }: Member): Task<void> {
    yield* this.#again('member/remove', { ID });
  }

  /** Tried until it goes, as long as kubeadm does. */
  *#again(method: string, message: Message): Task<Message> {
    for (let tries = 1; ; tries++) {
      try {
        return yield* this.#call(method, message);
      } catch (error) {
        if (!(error instanceof Failure) || tries >= TRIES) throw error;
        yield* this.#api.process.sleep(PAUSE);
      }
    }
  }

  *#call(method: string, message: Message): Task<Message> {
    try {
      return yield* this.#client.call(method, `/v3/cluster/${method}`, message);
    } catch (error) {
      if (error instanceof EtcdFailure) throw new Failure(trace(`etcdserver: ${error.message.replace(/^etcdserver: /, '')}`));
      throw error;
    }
  }
}

function membersOf(message: Message): readonly Member[] {
  return ((message['members'] ?? []) as readonly Partial<Member>[]).map(({ ID = '', name = '', peerURLs = [] }) => ({
    ID,
    name,
    peerURLs,
  }));
}
