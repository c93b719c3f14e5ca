import type { Container, Volume, VolumeDevice, VolumeMount } from '../generated/types.ts';
import type { Findings } from '../validation.ts';
import { hasBacksteps, localDescendingPath } from './validate-paths.ts';

/** Where a container sees the pod's volumes. */

type Mounting = Pick<Container, 'volumeMounts' | 'volumeDevices' | 'securityContext'>;
export type Volumes = ReadonlyMap<string, Volume>;

export function validateMounts(container: Mounting, volumes: Volumes, path: string, findings: Findings): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (!mount.name) findings.required(`${at}.name`);
    if (!volumes.has(mount.name ?? '')) findings.notFound(`${at}.name`, mount.name ?? '');
    if (!mount.mountPath) findings.required(`${at}.mountPath`);
    if (paths.has(mount.mountPath)) findings.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique');
    paths.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name))
      findings.invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices');
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath)) {
      findings.invalid(`${at}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices');
    }
    // The paths of these findings name the list, not its item.
    if (mount.subPath) localDescendingPath(mount.subPath, `${path}.subPath`, findings);
    if (mount.subPathExpr) {
      if (mount.subPath) findings.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      localDescendingPath(mount.subPathExpr, `${path}.subPathExpr`, findings);
    }
    validatePropagation(mount, container, path, findings);
  }
}

export function validateDevices(container: Mounting, volumes: Volumes, path: string, findings: Findings): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  for (const [index, { name = '', devicePath = '' }] of ((container.volumeDevices ?? []) as Partial<VolumeDevice>[]).entries()) {
    const at = `${path}[${index}]`;
    if (name === '') findings.required(`${at}.name`);
    if (names.has(name)) findings.invalid(`${at}.name`, name, 'must be unique');
    const volume = volumes.get(name);
    if (volume === undefined) findings.notFound(`${at}.name`, name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      findings.invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    }
    if (devicePath === '') findings.required(`${at}.devicePath`);
    if (paths.has(devicePath)) findings.invalid(`${at}.devicePath`, devicePath, 'must be unique');
    if (hasBacksteps(devicePath)) findings.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) findings.invalid(`${at}.name`, name, 'must not already exist in volumeMounts');
    if (mounts.some(({ mountPath }) => mountPath === devicePath)) {
      findings.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name !== '') names.add(name);
  }
}

function validatePropagation(mount: VolumeMount, container: Mounting, path: string, findings: Findings): void {
  const { mountPropagation: propagation, recursiveReadOnly: recursive, readOnly } = mount;
  if (propagation !== undefined) {
    const supported = ['Bidirectional', 'HostToContainer', 'None'];
    if (!supported.includes(propagation)) findings.notSupported(`${path}.mountPropagation`, propagation, supported);
    if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      findings.forbidden(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers');
    }
  }
  if (recursive === undefined || recursive === 'Disabled') return;
  if (recursive !== 'Enabled' && recursive !== 'IfPossible') {
    return findings.notSupported(`${path}.recursiveReadOnly`, recursive, ['Disabled', 'Enabled', 'IfPossible']);
  }
  if (!readOnly) findings.forbidden(`${path}.recursiveReadOnly`, 'may only be specified when readOnly is true');
  if (propagation !== undefined && propagation !== 'None') {
    findings.forbidden(`${path}.recursiveReadOnly`, 'may only be specified when mountPropagation is None or not specified');
  }
}
