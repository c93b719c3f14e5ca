import type { Container, Pod, ServiceAccount } from '../../api/generated/types.ts';
import type { Random } from '../../sim/random.ts';
import { isPodCreation, refuse, type AdmissionPlugin, type Operation } from './admission.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
// One hour and seven seconds: tells such tokens from those that ask for an hour themselves.
const TOKEN_EXPIRATION = 3607;

/** Gives each pod its account, the account's pull secrets, and a volume with a token. */
export function serviceAccount(
  accountOf: (namespace: string, name: string) => ServiceAccount | undefined,
  chance: Random,
): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    admit(operation: Operation): void {
      if (!isPodCreation(operation)) return;
      const pod = operation.object as Pod;
      const { spec } = pod;
      if (spec === undefined) return;
      if (pod.metadata.annotations?.[MIRROR] !== undefined) {
        refuseMirror(operation, pod);
        return;
      }
      const name = (spec.serviceAccountName || spec.serviceAccount) ?? '';
      spec.serviceAccountName = name === '' ? 'default' : name;
      spec.serviceAccount = spec.serviceAccountName;
      const account = accountOf(operation.namespace, spec.serviceAccountName);
      if (account === undefined) {
        const wanted = spec.serviceAccountName;
        throw refuse(operation, `error looking up service account ${operation.namespace}/${wanted}: serviceaccount "${wanted}" not found`);
      }
      if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
        spec.imagePullSecrets = (account.imagePullSecrets ?? []).map(({ name: secret }) => ({ name: secret ?? '' }));
      }
      if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken) !== false) mountToken(pod, chance);
      if (account.metadata.annotations?.[ENFORCE]?.toLowerCase() === 'true') limitReferences(operation, pod, account);
    },
  };
}

function mountToken(pod: Pod, chance: Random): void {
  const { spec } = pod;
  if (spec === undefined) return;
  const containers: Container[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const without = containers.filter((container) => container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH) !== true);
  if (without.length === 0) return;
  const name = `kube-api-access-${chance.suffix()}`;
  // Every pod keeps these lists: `concat` makes them as long as they are, a spread with room for more.
  for (const container of without)
    container.volumeMounts = (container.volumeMounts ?? []).concat({ name, readOnly: true, mountPath: MOUNT_PATH });
  const sources = [
    { serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ];
  spec.volumes = (spec.volumes ?? []).concat({ name, projected: { sources, defaultMode: 0o644 } });
}

function refuseMirror(operation: Operation, pod: Pod): void {
  const { spec } = pod;
  if ((spec?.serviceAccountName ?? '') !== '') throw refuse(operation, 'a mirror pod may not reference service accounts');
  for (const volume of spec?.volumes ?? []) {
    if (volume.secret !== undefined) throw refuse(operation, 'a mirror pod may not reference secrets');
    if (volume.projected?.sources?.some((source) => source.serviceAccountToken !== undefined) === true) {
      throw refuse(operation, 'a mirror pod may not use ServiceAccountToken volume projections');
    }
  }
}

/** The annotation kubernetes.io/enforce-mountable-secrets: only secrets that the account lists. */
function limitReferences(operation: Operation, pod: Pod, account: ServiceAccount): void {
  const name = account.metadata.name ?? '';
  const secrets = new Set((account.secrets ?? []).map((secret) => secret.name ?? ''));
  const pulls = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name ?? ''));
  const not = `is not allowed because service account ${name} does not reference that`;
  for (const { secret } of pod.spec?.volumes ?? []) {
    if (secret !== undefined && !secrets.has(secret.secretName ?? ''))
      throw refuse(operation, `volume with secret.secretName="${secret.secretName ?? ''}" ${not} secret`);
  }
  const check = (what: string, container: Container): void => {
    for (const env of container.env ?? []) {
      const secret = env.valueFrom?.secretKeyRef?.name;
      if (secret === undefined || secrets.has(secret)) continue;
      throw refuse(operation, `${what} ${container.name} with envVar ${env.name} referencing secret.secretName="${secret}" ${not} secret`);
    }
    for (const source of container.envFrom ?? []) {
      const secret = source.secretRef?.name;
      if (secret === undefined || secrets.has(secret)) continue;
      throw refuse(operation, `${what} ${container.name} with envFrom referencing secret.secretName="${secret}" ${not} secret`);
    }
  };
  for (const container of pod.spec?.initContainers ?? []) check('init container', container);
  for (const container of pod.spec?.containers ?? []) check('container', container);
  (pod.spec?.imagePullSecrets ?? []).forEach(({ name: pull = '' }, index) => {
    if (!pulls.has(pull)) throw refuse(operation, `imagePullSecrets[${index}].name="${pull}" ${not} imagePullSecret`);
  });
}
