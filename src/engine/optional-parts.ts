import { CsiDriver } from './addons/csi-driver.ts';
import { DeviceDriver, deviceDriverAccess, type DeviceDriverOptions } from './addons/device-driver.ts';
import {
  PROVISIONER_USER,
  StorageProvisioner,
  isDriver,
  knownProvisioners,
  provisionerAccess,
  type ProvisionerName,
  type StorageProvisionerOptions,
} from './addons/storage-provisioner.ts';
import type { ApiObject } from './api/meta.ts';
import type { Transport } from './apiserver/types.ts';
import type { Cloud } from './cloud/cloud.ts';
import { CloudNodeLifecycle, cloudControllerAccess } from './cloud/node-lifecycle.ts';
import type { Component } from './component.ts';
import type { Machine } from './node/machine.ts';
import type { MemoryFiles } from './os/files.ts';
import type { Scenario } from './scenario.ts';
import type { Simulation } from './sim/simulation.ts';

/** What those parts are hung on that only some scenarios call for. */
export interface ClusterFrame {
  readonly sim: Simulation;
  readonly apiserver: Transport;
  readonly scenario: Scenario;
  readonly machines: ReadonlyMap<string, Machine>;
  /** By the names that faults use. */
  readonly components: Map<string, Component>;
  create(object: ApiObject): void;
}

/** A provisioner of directories of nodes, in no zone of a cloud. */
export function hostPathProvisioner(
  frame: Pick<ClusterFrame, 'sim' | 'apiserver' | 'machines'>,
  provisioner: ProvisionerName,
): StorageProvisioner {
  const { sim, apiserver: transport, machines } = frame;
  const erase = eraser(machines);
  return new StorageProvisioner({ sim, transport, provisioner, erase, zoneOf: () => undefined, zones: [] });
}

function eraser(machines: ClusterFrame['machines']): StorageProvisionerOptions['erase'] {
  return (path, node) => {
    for (const { name, kubelet } of machines.values()) if (node === undefined || name === node) kubelet.disk.erase(path);
  };
}

/** The provisioners that the scenario's StorageClasses call for, as small clusters come with them. */
export function openStorageDrivers(frame: ClusterFrame): void {
  const { sim, apiserver: transport, scenario, machines } = frame;
  const erase = eraser(machines);
  const specs = [...(scenario.controlPlane === undefined ? [] : [scenario.controlPlane]), ...scenario.nodes];
  const zoneOf = (node: string): string | undefined => specs.find(({ name }) => name === node)?.labels['topology.kubernetes.io/zone'];
  const zones = new Set(specs.map(({ labels }) => labels['topology.kubernetes.io/zone']).filter((zone) => zone !== undefined));
  const mount = (node: string, path: string, files: MemoryFiles | undefined): void =>
    machines.get(node)?.kubelet.mountDirectory(path, files);
  const nodes = [...machines.values()].filter(({ joined }) => joined).map(({ name }) => name);
  const called = knownProvisioners(scenario.manifests);
  if (called.length > 0) for (const object of provisionerAccess()) frame.create(object);
  for (const name of called) {
    const parts: Component[] = [new StorageProvisioner({ sim, transport, provisioner: name, erase, zoneOf, zones: [...zones] })];
    if (isDriver(name)) parts.push(new CsiDriver({ sim, transport, driver: name, user: PROVISIONER_USER, nodes, mount }));
    for (const part of parts) open(frame, part);
  }
}

/** The drivers of the scenario's devices. */
export function openDeviceDrivers(frame: ClusterFrame): void {
  const { sim, apiserver: transport, scenario, machines } = frame;
  if (scenario.devices.length === 0) return;
  for (const object of deviceDriverAccess()) frame.create(object);
  for (const driver of new Set(scenario.devices.map((each) => each.driver))) {
    const register: DeviceDriverOptions['register'] = (node, prepare) =>
      machines.get(node)?.kubelet.registerDevicePlugin(driver, prepare && { prepare });
    const nodes = scenario.devices.filter((each) => each.driver === driver);
    open(frame, new DeviceDriver({ sim, transport, driver, nodes, register }));
  }
}

/** The machines that run from the start, and who looks after the Nodes of those that are gone. */
export function openCloud(frame: ClusterFrame, cloud: Cloud): void {
  const { sim, apiserver: transport, scenario } = frame;
  if (scenario.nodeGroups.length === 0) return;
  for (const object of cloudControllerAccess()) frame.create(object);
  open(frame, new CloudNodeLifecycle({ sim, transport, cloud }));
  cloud.open();
}

function open({ components }: ClusterFrame, part: Component): void {
  components.set(part.name, part);
  part.start();
}
