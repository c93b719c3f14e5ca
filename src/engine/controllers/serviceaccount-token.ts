import { encodeText } from '../api/base64.ts';
import { isNotFound } from '../api/errors.ts';
import type { Secret, ServiceAccount } from '../api/generated/types.ts';
import { JsonWebTokens, SERVICE_ACCOUNT_KEY } from '../api/json-web-tokens.ts';
import type { Informer } from '../client/informer.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../client/resources.ts';
import type { Task } from '../os/task.ts';
import type { ControllerContext } from './controller.ts';
import { Reconciler } from './reconciler.ts';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const CLAIM = 'kubernetes.io/serviceaccount';

/** Puts a token into each Secret that was made for one (`type: kubernetes.io/service-account-token`); without its account the Secret goes. */
export class ServiceAccountTokens extends Reconciler {
  readonly #secrets: Informer<Secret>;
  readonly #tokens: JsonWebTokens;

  constructor(context: ControllerContext) {
    super(context, 'controller/serviceaccount-token');
    this.#tokens = new JsonWebTokens(context.sim.random(SERVICE_ACCOUNT_KEY).hex(64));
    const key = ({ metadata }: Secret): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    const owner = ({ type, metadata }: Secret): string[] =>
      type === TYPE ? [`${metadata.namespace ?? ''}/${metadata.annotations?.[ACCOUNT] ?? ''}`] : [];
    this.#secrets = context.informers.of(SECRETS, { account: owner });
    const changed = (secret: Secret): void => {
      if (secret.type === TYPE) this.queue.add(key(secret));
    };
    this.watch(this.#secrets, { added: changed, updated: changed });
    this.watch(context.informers.serviceAccounts, {
      deleted: ({ metadata }) => {
        for (const secret of this.#secrets.by('account', `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)) this.queue.add(key(secret));
      },
    });
  }

  protected *sync(key: string): Task<void> {
    const secret = this.#secrets.get(key);
    if (secret === undefined || secret.type !== TYPE) return;
    const { namespace = '', name = '', annotations } = secret.metadata;
    const account = yield* this.#account(namespace, annotations?.[ACCOUNT] ?? '');
    const uid = account?.metadata.uid ?? '';
    if (account === undefined || (annotations?.[UID] ?? uid) !== uid) {
      this.decide(`Secret "${name}" holds a token of a ServiceAccount that is no more: deletes it.`, secret);
      return yield* this.client.delete(SECRETS, namespace, name);
    }
    const data: Record<string, string> = {
      'ca.crt': encodeText(this.context.settings.rootCa),
      namespace: encodeText(namespace),
      ...secret.data,
    };
    if ((data['token'] ?? '') !== '' && annotations?.[UID] === uid && Object.keys(data).length === Object.keys(secret.data ?? {}).length)
      return;
    this.decide(`Secret "${name}" asks for a token of ServiceAccount "${account.metadata.name ?? ''}": signs one.`, secret);
    data['token'] ||= encodeText(this.#sign(namespace, name, account.metadata.name ?? '', uid));
    const metadata = { ...secret.metadata, annotations: { ...annotations, [UID]: uid } };
    yield* this.client.update(SECRETS, { ...secret, metadata, data });
  }

  *#account(namespace: string, name: string): Task<ServiceAccount | undefined> {
    const known = this.context.informers.serviceAccounts.get(`${namespace}/${name}`);
    if (known !== undefined) return known;
    // Made together with its Secret, it may not have been told of yet.
    try {
      return yield* this.client.get(SERVICE_ACCOUNTS, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }

  #sign(namespace: string, secret: string, account: string, uid: string): string {
    return this.#tokens.sign({
      iss: 'kubernetes/serviceaccount',
      [`${CLAIM}/namespace`]: namespace,
      [`${CLAIM}/secret.name`]: secret,
      [`${CLAIM}/service-account.name`]: account,
      [`${CLAIM}/service-account.uid`]: uid,
      sub: `system:serviceaccount:${namespace}:${account}`,
    });
  }
}
