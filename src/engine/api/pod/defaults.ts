import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  Pod,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Volume,
} from '../generated/types.ts';
import { addQuantities, compareQuantities } from '../quantity.ts';

/** Fills in what a Pod leaves out. In place. */
export function setPodDefaults(pod: Pod): void {
  if (pod.status !== undefined) syncAddresses(pod.status);
  const spec = pod.spec;
  if (spec === undefined) return;
  setPodSpecDefaults(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) requestsFromLimits(container);
  podLevelRequests(spec);
  if (spec.hostNetwork) {
    for (const { ports = [] } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      for (const port of ports) if (!port.hostPort) port.hostPort = port.containerPort;
    }
  }
}

// The first address stands in a field of its own, too.
function syncAddresses(status: PodStatus): void {
  if (status.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  const first = status.podIPs?.[0]?.ip;
  if (first) status.podIP = first;
}

/** A template gets the same, but for what is settled only when a Pod is made of it. */
export function setPodTemplateDefaults(template: PodTemplateSpec): void {
  if (template.spec !== undefined) setPodSpecDefaults(template.spec);
}

function setPodSpecDefaults(spec: PodSpec): void {
  // The old name of the field is kept in step with the new.
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  dropDisabled(spec);
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume);
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])])
    setContainerDefaults(container);
}

// Fields of features that are off by default are dropped before anybody looks at them.
function dropDisabled(spec: PodSpec): void {
  delete (spec as { schedulingGroup?: unknown }).schedulingGroup;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]) {
    if (container.lifecycle?.stopSignal === undefined) continue;
    delete container.lifecycle.stopSignal;
    if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
  }
  for (const { projected } of spec.volumes ?? []) for (const source of projected?.sources ?? []) delete source.clusterTrustBundle;
}

function setContainerDefaults(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ||= 'v1';
    if (valueFrom?.resourceFieldRef !== undefined) valueFrom.resourceFieldRef.divisor ??= '0';
    if (valueFrom?.fileKeyRef !== undefined) valueFrom.fileKeyRef.optional ??= false;
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe !== undefined) setProbeDefaults(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) setHttpGetDefaults(handler?.httpGet);
}

function setProbeDefaults(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  setHttpGetDefaults(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function setHttpGetDefaults(get: HTTPGetAction | undefined): void {
  if (get === undefined) return;
  get.path ||= '/';
  get.scheme ||= 'HTTP';
}

/** Whether the image is named without tag and digest, or by the tag `latest`. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const last = image.slice(image.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  const tag = colon < 0 ? 'latest' : last.slice(colon + 1);
  // What is no image name at all has no tag either.
  if (!/^[a-zA-Z0-9]/.test(image) || /[^\w./:-]/.test(image) || /[A-Z]/.test(last.slice(0, colon < 0 ? undefined : colon))) return false;
  return tag === 'latest';
}

const NOT_A_SOURCE = new Set(['name']);

function setVolumeDefaults(volume: Volume): void {
  if (Object.keys(volume).every((key) => NOT_A_SOURCE.has(key))) volume.emptyDir = {};
  if (volume.secret !== undefined) volume.secret.defaultMode ??= 420;
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= 420;
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= 420;
    for (const item of volume.downwardAPI.items ?? []) setDownwardDefaults(item);
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= 420;
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600;
      for (const item of source.downwardAPI?.items ?? []) setDownwardDefaults(item);
    }
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.iscsi !== undefined) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.rbd !== undefined) {
    volume.rbd.pool ||= 'rbd';
    volume.rbd.user ||= 'admin';
    volume.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (volume.azureDisk !== undefined) {
    volume.azureDisk.cachingMode ??= 'ReadWrite';
    volume.azureDisk.kind ??= 'Shared';
    volume.azureDisk.fsType ??= 'ext4';
    volume.azureDisk.readOnly ??= false;
  }
  if (volume.scaleIO !== undefined) {
    volume.scaleIO.storageMode ||= 'ThinProvisioned';
    volume.scaleIO.fsType ||= 'xfs';
  }
  if (volume.image !== undefined) volume.image.pullPolicy ||= isLatest(volume.image.reference ?? '') ? 'Always' : 'IfNotPresent';
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
  if (claim !== undefined) claim.volumeMode ??= 'Filesystem';
}

function setDownwardDefaults({
  fieldRef,
  resourceFieldRef,
}: {
  fieldRef?: { apiVersion?: string };
  resourceFieldRef?: { divisor?: string };
}): void {
  if (fieldRef !== undefined) fieldRef.apiVersion ||= 'v1';
  if (resourceFieldRef !== undefined) resourceFieldRef.divisor ??= '0';
}

function requestsFromLimits({ resources }: Container): void {
  if (resources?.limits === undefined) return;
  const requests = { ...resources.limits, ...resources.requests };
  resources.requests = requests;
}

// KEP-2837: a limit of the whole pod without a request is requested, or what its containers request together.
function podLevelRequests(spec: PodSpec): void {
  const resources: ResourceRequirements | undefined = spec.resources;
  if (resources?.limits === undefined) return;
  const requests: Record<string, string> = { ...resources.requests };
  const sums = containerRequests(spec);
  for (const [name, amount] of Object.entries(sums)) {
    if ((name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) && requests[name] === undefined) requests[name] = amount;
  }
  for (const [name, amount] of Object.entries(resources.limits ?? {})) requests[name] ??= amount;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

function containerRequests(spec: PodSpec): Record<string, string> {
  const sums: Record<string, string> = {};
  const sidecars: Record<string, string> = {};
  const peak: Record<string, string> = {};
  for (const { resources } of spec.containers ?? []) addTo(sums, resources?.requests);
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    if (restartPolicy === 'Always') {
      addTo(sums, resources?.requests);
      addTo(sidecars, resources?.requests);
      maxInto(peak, sidecars);
    } else {
      const together = { ...sidecars };
      addTo(together, resources?.requests);
      maxInto(peak, together);
    }
  }
  maxInto(sums, peak);
  return sums;
}

function addTo(sums: Record<string, string>, more: Readonly<Record<string, string>> = {}): void {
  for (const [name, amount] of Object.entries(more)) sums[name] = addQuantities(sums[name] ?? '0', amount);
}
function maxInto(most: Record<string, string>, other: Readonly<Record<string, string>>): void {
  for (const [name, amount] of Object.entries(other))
    if (most[name] === undefined || compareQuantities(amount, most[name]) > 0) most[name] = amount;
}
