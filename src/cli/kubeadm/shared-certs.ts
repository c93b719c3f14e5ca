import { decodeBytes, encodeBytes } from '../../engine/api/base64.ts';
import type { Role, RoleBinding, Secret } from '../../engine/api/generated/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode } from '../../engine/os/text.ts';
import { AdminApi, expected } from './api.ts';
import { phaseFailure } from './failure.ts';
import { PKI, say } from './pki-phase.ts';
import { place } from './place.ts';
import { certificateKey, seal, sizeProblem, unseal } from './sealed.ts';
import { newToken, tokenSecret } from './token.ts';

const NAME = 'kubeadm-certs';
const SECRETS = '/api/v1/namespaces/kube-system/secrets';
const ROLE = 'kubeadm:kubeadm-certs';
/** What all control planes of a cluster have in common. */
const SHARED = ['ca.crt', 'ca.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'sa.pub', 'sa.key', 'etcd/ca.crt', 'etcd/ca.key'];

/** Phase `upload-certs`: what all control planes share, hidden by a key, in a Secret that goes with a token of two hours. */
export function* uploadCerts(api: AdminApi, keyText: string): Task<void> {
  const { process } = api;
  yield* say(process, `[upload-certs] Storing the certificates in Secret "${NAME}" in the "kube-system" Namespace`);
  const failed = (why: string): Error => phaseFailure('upload-certs', `error uploading certs: ${why}`);
  const key = certificateKey(keyText);
  if (typeof key === 'string') throw failed(`error decoding certificate key: ${key}`);
  const size = sizeProblem(key);
  if (size !== undefined) throw failed(size);
  const description = 'Proxy for managing TTL for the kubeadm-certs secret';
  const token = tokenSecret(newToken(process), { ttl: '2h0m0s', now: process.now(), description });
  const { 'auth-extra-groups': _groups, 'usage-bootstrap-authentication': _a, 'usage-bootstrap-signing': _s, ...data } = token.data ?? {};
  const { metadata } = expected(yield* api.request('POST', SECRETS, { ...token, data })) as Secret;
  const owner = { apiVersion: 'v1', kind: 'Secret', name: metadata.name ?? '', uid: metadata.uid ?? '', controller: true };
  const files = SHARED.filter((file) => process.files.exists(`${PKI}/${file}`));
  const sealed = files.map((file) => [secretName(file), encodeBytes(seal(process, key, process.files.read(`${PKI}/${file}`)))] as const);
  yield* api.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: NAME, namespace: 'kube-system', ownerReferences: [{ ...owner, blockOwnerDeletion: true }] },
    data: Object.fromEntries(sealed),
  } as Secret);
  const meta = { name: ROLE, namespace: 'kube-system' };
  const group = 'rbac.authorization.k8s.io';
  const [role, binding]: [Role, RoleBinding] = [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: meta, rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [NAME], verbs: ['get'] }] },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: meta,
      roleRef: { apiGroup: group, kind: 'Role', name: ROLE },
      subjects: [{ kind: 'Group', apiGroup: group, name: 'system:bootstrappers:kubeadm:default-node-token' }],
    },
  ]; // prettier-ignore
  yield* api.put(role);
  yield* api.put(binding);
}

/** Phase `download-certs` of `kubeadm join`. */
export function* downloadCerts(api: AdminApi, keyText: string): Task<void> {
  const { process } = api;
  yield* say(process, `[download-certs] Downloading the certificates in Secret "${NAME}" in the "kube-system" Namespace`);
  const failed = (why: string): Error => phaseFailure('control-plane-prepare/download-certs', `error downloading certs: ${why}`);
  const key = certificateKey(keyText);
  if (typeof key === 'string') throw failed(`error decoding certificate key: ${key}`);
  const { code, body } = yield* api.request('GET', `${SECRETS}/${NAME}`);
  if (code === 404)
    throw failed(
      `error downloading the secret: Secret "${NAME}" was not found in the "kube-system" Namespace. This Secret might have expired. Please, run \`kubeadm init phase upload-certs --upload-certs\` on a control plane to generate a new one`,
    );
  if (code >= 400) throw failed(`error downloading the secret: ${(body as Status).message ?? ''}`);
  const secret = body as Secret;
  const size = sizeProblem(key);
  const opened = SHARED.map((file) => {
    const sealed = secret.data?.[secretName(file)];
    if (sealed === undefined)
      throw failed(`the Secret does not include the required certificate or key - name: ${file}, path: ${PKI}/${file}`);
    const text = size === undefined ? unseal(key, decodeBytes(sealed)) : undefined;
    if (text === undefined)
      throw failed(`error decoding secret data with provided key: ${size ?? 'cipher: message authentication failed'}`);
    return [file, decode(text)] as const;
  });
  yield* say(process, `[download-certs] Saving the certificates to the folder: "${PKI}"`);
  for (const [file, text] of opened) place(process, `${PKI}/${file}`, text, file.endsWith('.key') ? 0o600 : 0o644);
}

/** What of the files that all control planes share is not on this machine, in kubeadm's words. */
export function missingShared({ files }: Process): string[] {
  const absent = (file: string): boolean => !files.exists(`${PKI}/${file}`);
  const sentence = (what: string, kind: string, file: string): string =>
    `failure loading ${what}: couldn't load the ${kind} file ${PKI}/${file}: open ${PKI}/${file}: no such file or directory`;
  const authority = (name: string, file: string): string[] => {
    if (absent(`${file}.crt`)) return [sentence(`certificate for ${name}`, 'certificate', `${file}.crt`)];
    return absent(`${file}.key`) ? [sentence(`key for ${name}`, 'private key', `${file}.key`)] : [];
  };
  return [
    ...authority('CA', 'ca'),
    ...(absent('sa.key') ? [sentence('key for service account', 'private key', 'sa.key')] : []),
    ...authority('front-proxy CA', 'front-proxy-ca'),
    ...authority('etcd CA', 'etcd/ca'),
  ];
}

const secretName = (file: string): string => file.replace('/', '-');
