import type { Component } from '../component.ts';
import { untilSignal } from '../os/daemon.ts';
import type { Image } from '../os/image.ts';
import { RBAC, clusterRoleBinding, manifestsYaml } from './addon-manifests.ts';

const account = { name: 'storage-provisioner', namespace: 'kube-system' };
const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
const PROVISIONER = 'k8s.io/minikube-hostpath';

/** minikube's add-on `storage-provisioner`: a bare pod on the network of its node. */
export function storageProvisionerYaml(): string {
  return manifestsYaml([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
    clusterRoleBinding(account.name, 'system:persistent-volume-provisioner', account, labels),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: { name: 'system:persistent-volume-provisioner', namespace: account.namespace, labels },
      rules: [{ apiGroups: [''], resources: ['endpoints'], verbs: ['get', 'create', 'list', 'watch', 'update'] }],
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...account, labels: { 'integration-test': 'storage-provisioner', ...labels } },
      spec: {
        serviceAccountName: account.name,
        hostNetwork: true,
        containers: [
          {
            name: account.name,
            image: 'gcr.io/k8s-minikube/storage-provisioner:v5',
            command: ['/storage-provisioner'],
            imagePullPolicy: 'IfNotPresent',
            volumeMounts: [{ mountPath: '/tmp', name: 'tmp' }],
          },
        ],
        volumes: [{ name: 'tmp', hostPath: { path: '/tmp', type: 'Directory' } }],
      },
    },
  ]);
}

/** minikube's add-on `default-storageclass`. */
export function defaultStorageClassYaml(): string {
  return manifestsYaml([
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' }, labels },
      provisioner: PROVISIONER,
    },
  ]);
}

/** `gcr.io/k8s-minikube/storage-provisioner`: its program keeps the provisioner up. */
export function storageProvisionerImage(provisioner: (name: typeof PROVISIONER) => Component): Image {
  return {
    repository: 'gcr.io/k8s-minikube/storage-provisioner',
    hasTag: (tag) => tag === 'v5',
    size: 9_000_000,
    entrypoint: ['/storage-provisioner'],
    programs: {
      *'/storage-provisioner'(process) {
        const part = provisioner(PROVISIONER);
        part.start();
        try {
          yield* untilSignal(process, ['TERM', 'INT']);
          return 0;
        } finally {
          part.stop();
        }
      },
    },
  };
}
