import { decodeText } from '../../api/base64.ts';
import type { Secret } from '../../api/generated/types.ts';
import type { Store } from '../../etcd/store.ts';
import { parseTime, type Millis } from '../../sim/time.ts';
import type { UserInfo } from './user.ts';

const FORM = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** Whom a bootstrap token (`kubeadm token create`) stands for: it is kept as Secret bootstrap-token-ID in kube-system. */
export function bootstrapTokenUser(token: string, store: Store, now: Millis): UserInfo | undefined {
  const [, id = '', secret = ''] = FORM.exec(token) ?? [];
  if (id === '') return undefined;
  const stored = store.get<Secret>(`/registry/secrets/kube-system/bootstrap-token-${id}`)?.value;
  if (stored?.type !== 'bootstrap.kubernetes.io/token' || stored.metadata.deletionTimestamp !== undefined) return undefined;
  const value = (key: string): string => decodeText(stored.data?.[key] ?? '');
  if (value('token-secret') !== secret || value('token-id') !== id) return undefined;
  const expiration = value('expiration');
  // What cannot be read as a time counts as over.
  if (expiration !== '' && !(parseTime(expiration) > now)) return undefined;
  if (value('usage-bootstrap-authentication') !== 'true') return undefined;
  const extra = value('auth-extra-groups')
    .split(',')
    .filter((group) => group !== '');
  if (extra.some((group) => !GROUP.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...[...new Set(extra)].sort()] };
}
