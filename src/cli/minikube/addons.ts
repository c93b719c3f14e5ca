import { loadAll } from 'js-yaml';
import type { ApiObject } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { kubectl, say, table, PROFILE, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';

/** Of minikube's own list, with who looks after each. What is not there to be enabled is refused by name. */
const KNOWN: Readonly<Record<string, string>> = {
  ambassador: '3rd party (Ambassador)',
  'cloud-spanner': 'Google',
  'csi-hostpath-driver': 'Kubernetes',
  dashboard: 'Kubernetes',
  'default-storageclass': 'Kubernetes',
  ingress: 'Kubernetes',
  'ingress-dns': 'minikube',
  istio: '3rd party (Istio)',
  metallb: '3rd party (MetalLB)',
  'metrics-server': 'Kubernetes',
  registry: 'minikube',
  'storage-provisioner': 'minikube',
  volumesnapshots: 'Kubernetes',
};

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

/** Whether the add-on's workload is there. */
export function* isEnabled(process: Process, { addons: manifests }: MinikubeControl, name: string): Task<boolean> {
  if (name === 'default-storageclass') return (yield* kubectl(process, ['get', 'storageclass', '-o', 'name'])).out !== '';
  const manifest = manifests[name];
  if (manifest === undefined) return false;
  const workload = (loadAll(manifest()) as ApiObject[]).find(({ kind }) => kind === 'Deployment')?.metadata;
  return (yield* kubectl(process, ['get', 'deployment', '-n', workload?.namespace ?? '', workload?.name ?? ''])).code === 0;
}
