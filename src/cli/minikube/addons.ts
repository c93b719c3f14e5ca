import { loadAll } from 'js-yaml';
import type { ApiObject } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { kubectl, say, table, PROFILE, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';

/** Of minikube's own list, with who looks after each. What is not there to be enabled is refused by name. */
const KNOWN: Readonly<Record<string, string>> = {
  ambassador: '3rd party (Ambassador)',
  'amd-gpu-device-plugin': '3rd party (AMD)',
  'auto-pause': 'minikube',
  'cloud-spanner': 'Google',
  'csi-hostpath-driver': 'Kubernetes',
  dashboard: 'Kubernetes',
  'default-storageclass': 'Kubernetes',
  efk: '3rd party (Elastic)',
  freshpod: 'Google',
  'gcp-auth': 'Google',
  gvisor: 'minikube',
  headlamp: '3rd party (kinvolk.io)',
  inaccel: '3rd party (InAccel [info@inaccel.com])',
  ingress: 'Kubernetes',
  'ingress-dns': 'minikube',
  'inspektor-gadget': '3rd party (inspektor-gadget.io)',
  istio: '3rd party (Istio)',
  'istio-provisioner': '3rd party (Istio)',
  kong: '3rd party (Kong HQ)',
  kubeflow: '3rd party',
  kubetail: '3rd party (kubetail.com)',
  kubevirt: '3rd party (KubeVirt)',
  logviewer: '3rd party (unknown)',
  metallb: '3rd party (MetalLB)',
  'metrics-server': 'Kubernetes',
  'nvidia-device-plugin': '3rd party (NVIDIA)',
  'nvidia-driver-installer': '3rd party (NVIDIA)',
  'nvidia-gpu-device-plugin': '3rd party (NVIDIA)',
  olm: '3rd party (Operator Framework)',
  'pod-security-policy': '3rd party (unknown)',
  portainer: '3rd party (Portainer.io)',
  registry: 'minikube',
  'registry-aliases': '3rd party (unknown)',
  'registry-creds': '3rd party (UPMC Enterprises)',
  'storage-provisioner': 'minikube',
  'storage-provisioner-rancher': '3rd party (Rancher)',
  volcano: 'third-party (volcano)',
  volumesnapshots: 'Kubernetes',
  yakd: '3rd party (marcnuri.com)',
};

/** The kinds of objects that say whether an add-on is enabled. */
const TELLING = ['Deployment', 'Pod', 'StorageClass'];

/** `minikube addons list|enable|disable`. */
export function* addons(process: Process, control: MinikubeControl, [verb, name]: readonly string[]): Task<number> {
  if (verb === 'list') {
    const rows: string[][] = [];
    for (const [addon, maintainer] of Object.entries(KNOWN))
      rows.push([addon, PROFILE, (yield* isEnabled(process, control, addon)) ? 'enabled ✅' : 'disabled', maintainer]);
    yield* say(process, table(['ADDON NAME', 'PROFILE', 'STATUS', 'MAINTAINER'], rows));
    return 0;
  }
  if (verb !== 'enable' && verb !== 'disable') throw notModelled(`addons ${verb ?? ''}: there are list, enable and disable`);
  if (name === undefined) throw new Failure(14, `❌  Exiting due to MK_USAGE: usage: minikube addons ${verb} ADDON_NAME`);
  if (verb === 'enable') return yield* enable(process, control, name);
  manifestOf(control, name);
  yield* kubectl(process, ['delete', '-f', '-', '--ignore-not-found'], manifestOf(control, name));
  yield* say(process, `🌑  "The '${name}' addon is disabled`);
  return 0;
}

export function* enable(process: Process, control: MinikubeControl, name: string, silent = false): Task<number> {
  const manifest = manifestOf(control, name);
  if (!silent)
    yield* say(process, `💡  ${name} is an addon maintained by ${KNOWN[name] ?? ''}. For any concerns contact minikube on GitHub.`);
  const { code, err } = yield* kubectl(process, ['apply', '-f', '-'], manifest);
  if (code !== 0) throw new Failure(10, `❌  Exiting due to MK_ADDON_ENABLE: enable failed: run callbacks: ${err.trim()}`);
  if (!silent) yield* say(process, `🌟  The '${name}' addon is enabled`);
  return 0;
}

function manifestOf({ addons: manifests }: MinikubeControl, name: string): string {
  const made = manifests[name];
  if (made !== undefined) return made();
  if (KNOWN[name] === undefined)
    throw new Failure(10, `\n❌  Exiting due to MK_ADDON_ENABLE: enable failed: property name "${name}" not found\n`);
  throw notModelled(`the addon ${name} is not modelled here; there is ${Object.keys(manifests).join(', ')}`);
}

/** Whether what the add-on is for is there. */
export function* isEnabled(process: Process, { addons: manifests }: MinikubeControl, name: string): Task<boolean> {
  const manifest = manifests[name];
  if (manifest === undefined) return false;
  const [what] = (loadAll(manifest()) as ApiObject[]).filter(({ kind }) => TELLING.includes(kind ?? ''));
  const { kind = '', metadata } = what ?? {};
  const where = metadata?.namespace === undefined ? [] : ['-n', metadata.namespace];
  return (yield* kubectl(process, ['get', kind.toLowerCase(), ...where, metadata?.name ?? ''])).code === 0;
}
