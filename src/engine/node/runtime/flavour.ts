import type { FileError } from '../../os/process.ts';
import type { SandboxConfig } from './cri.ts';
import { formatReference, repositoryOf, type Reference } from './reference.ts';

export const RUNTIMES = ['containerd', 'cri-o', 'docker'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** Why a registry did not give an image. */
export type PullFault =
  /** The registry has the repository, or tells everybody what it has, but not this tag or digest. */
  | 'manifest unknown'
  /** The registry does not say whether there is such a repository. */
  | 'denied'
  /** It wants credentials, and none were shown. */
  | 'no credentials'
  /** They are not the right ones. */
  | 'unauthorized'
  /** They are good, but not for this repository. */
  | 'forbidden'
  | 'no such host'
  /** Its host is there and nobody answers. */
  | 'unreachable'
  /** It was asked too often. */
  | 'rate limited';

const RATE_LIMIT = 'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit';

/** How a runtime calls itself and words its refusals. The kubelet does not care; who reads its events does. */
export interface RuntimeFlavour {
  readonly name: RuntimeName;
  readonly version: string;
  /** Its systemd unit, what that starts, and the line that describes it. */
  readonly unit: string;
  readonly daemon: string;
  readonly description: string;
  readonly documentation: string;
  /** Before `://` in ids of containers. */
  readonly scheme: string;
  /** Where the CRI is served. */
  readonly socket: string;
  /** The process that looks after a pod's (or a container's) processes. */
  shim(sandbox: string, container: string): string[];
  /** Last part of its address in the log. */
  readonly actor: string;
  /** A container's program is looked up when the container is made, not when it starts (crun, which CRI-O uses). */
  readonly looksUpAtCreation: boolean;
  /** It opens ICMP echoes to everybody in a pod: containerd since 2.0 (enable_unprivileged_icmp), Docker since 20.10. */
  readonly everybodyPings: boolean;
  /** The gRPC code and text of a pull that failed. */
  pullFailed(reference: Reference, fault: PullFault): { code: 'Unknown' | 'NotFound'; message: string };
  /** A pull that found no room on the disk; `digest` is 64 hexadecimal digits. */
  diskFull(reference: Reference, digest: string): string;
  /** A profile of seccomp that is not on the node's disk, or one of AppArmor that is not loaded. */
  profileMissing(kind: 'seccomp' | 'AppArmor', name: string): string;
  programMissing(name: string, error: FileError): string;
  execMissing(name: string, error: FileError, id: string): string;
  noCommand(id: string): string;
  noNetwork(sandbox: SandboxConfig, id: string, why: string): string;
}

export const FLAVOURS: Readonly<Record<RuntimeName, RuntimeFlavour>> = {
  containerd: {
    name: 'containerd',
    version: '2.1.4',
    scheme: 'containerd',
    unit: 'containerd.service',
    daemon: '/usr/bin/containerd',
    description: 'containerd container runtime',
    documentation: 'https://containerd.io',
    socket: '/run/containerd/containerd.sock',
    shim: (sandbox) => [
      '/usr/bin/containerd-shim-runc-v2',
      '-namespace',
      'k8s.io',
      '-id',
      sandbox,
      '-address',
      '/run/containerd/containerd.sock',
    ],
    actor: 'containerd',
    looksUpAtCreation: false,
    everybodyPings: true,
    pullFailed(reference, fault) {
      const name = formatReference(reference);
      const intro = `failed to pull and unpack image "${name}": failed to resolve reference "${name}"`;
      const code = fault === 'manifest unknown' ? 'NotFound' : 'Unknown';
      return { code, message: `${intro}: ${containerdFault(reference, fault)}` };
    },
    diskFull: (reference, digest) =>
      `failed to pull and unpack image "${formatReference(reference)}": failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/${digest}/data: no space left on device`,
    profileMissing: (kind, name) =>
      kind === 'AppArmor'
        ? `failed to get container spec: failed to generate apparmor spec opts: apparmor profile not found ${name}`
        : `failed to create containerd container: cannot load seccomp profile "${name}": open ${name}: no such file or directory`,
    programMissing: (name, error) =>
      `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${runcMissing(name, error)}: unknown`,
    execMissing: (name, error, id) =>
      `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${runcMissing(name, error)}: unknown`,
    noCommand: (id) => `failed to generate container "${id}" spec: failed to generate spec: no command specified`,
    noNetwork: (_sandbox, id, why) => `failed to setup network for sandbox "${id}": ${why}`,
  },
  'cri-o': {
    name: 'cri-o',
    version: '1.36.0',
    scheme: 'cri-o',
    unit: 'crio.service',
    daemon: '/usr/bin/crio',
    description: 'Container Runtime Interface for OCI (CRI-O)',
    documentation: 'https://github.com/cri-o/cri-o',
    socket: '/var/run/crio/crio.sock',
    shim: (_sandbox, container) => [
      '/usr/bin/conmon',
      '-b',
      `/run/containers/storage/overlay-containers/${container}/userdata`,
      '-c',
      container,
    ],
    actor: 'crio',
    looksUpAtCreation: true,
    everybodyPings: false,
    pullFailed(reference, fault) {
      const why = crioFault(reference, fault);
      const name = formatReference(reference);
      return {
        code: 'Unknown',
        message: `unable to pull image or OCI artifact: pull image err: initializing source docker://${name}: ${why}; artifact err: get manifest: build image source: ${why}`,
      };
    },
    diskFull: (_reference, digest) =>
      `unable to pull image or OCI artifact: pull image err: copying system image from manifest list: writing blob: storing blob to file "/var/tmp/container_images_storage${digest.slice(0, 10)}/1": write /var/tmp/container_images_storage${digest.slice(0, 10)}/1: no space left on device`,
    profileMissing: (kind, name) =>
      kind === 'AppArmor'
        ? `AppArmor profile "${name}" specified but not loaded`
        : `setup seccomp: unable to load local profile "${name}": open ${name}: no such file or directory`,
    programMissing: (name, error) => `container create failed: ${crunMissing(name, error)}`,
    execMissing: (name, error) => `command error: ${crunMissing(name, error)}, stdout: , stderr: , exit code -1`,
    noCommand: () => 'no command specified',
    noNetwork: ({ name, namespace, uid, attempt }, id, why) =>
      `failed to create pod network sandbox k8s_${name}_${namespace}_${uid}_${attempt}(${id}): error adding pod ${namespace}_${name} to CNI network "crio": ${why}`,
  },
  // Docker Engine behind cri-dockerd, which took dockershim's place when that left the kubelet (v1.24).
  docker: {
    name: 'docker',
    version: '28.3.3',
    scheme: 'docker',
    unit: 'docker.service',
    daemon: '/usr/bin/dockerd',
    description: 'Docker Application Container Engine',
    documentation: 'https://docs.docker.com',
    socket: '/var/run/cri-dockerd.sock',
    shim: (_sandbox, container) => ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', container],
    actor: 'dockerd',
    looksUpAtCreation: false,
    everybodyPings: true,
    diskFull: (_reference, digest) =>
      `failed to register layer: write /var/lib/docker/tmp/GetImageBlob${digest.slice(0, 10)}: no space left on device`,
    pullFailed: (reference, fault) => ({ code: 'Unknown', message: `Error response from daemon: ${dockerFault(reference, fault)}` }),
    profileMissing: (kind, name) =>
      kind === 'AppArmor'
        ? `apparmor profile "${name}" not found`
        : `opening seccomp profile (${name}) failed: open ${name}: no such file or directory`,
    programMissing: (name, error) =>
      `failed to start container: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${runcMissing(name, error)}: unknown`,
    execMissing: (name, error) =>
      `OCI runtime exec failed: exec failed: unable to start container process: ${runcMissing(name, error)}: unknown`,
    noCommand: () => 'Error response from daemon: no command specified',
    noNetwork: ({ name, namespace }, id, why) =>
      `failed to set up sandbox container "${id}" network for pod "${name}": networkPlugin cni failed to set up pod "${name}_${namespace}" network: ${why}`,
  },
};

function dockerFault(reference: Reference, fault: PullFault): string {
  const repository = repositoryOf(reference).replace(/^docker\.io\/(library\/)?/, '');
  const host = `Get "https://${reference.domain}/v2/"`;
  switch (fault) {
    case 'manifest unknown':
      return `manifest for ${repository}:${reference.tag ?? reference.digest ?? ''} not found: manifest unknown: manifest unknown`;
    case 'denied':
    case 'no credentials':
      return `pull access denied for ${repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
    case 'unauthorized':
      return 'unauthorized: incorrect username or password';
    case 'forbidden':
      return 'denied: requested access to the resource is denied';
    case 'no such host':
      return `${host}: dial tcp: lookup ${hostOf(reference)}: no such host`;
    case 'unreachable':
      return `${host}: dial tcp: connect: connection refused`;
    case 'rate limited':
      return RATE_LIMIT;
  }
}

function containerdFault(reference: Reference, fault: PullFault): string {
  const url = `https://${reference.domain}/v2/${reference.path}/manifests/${reference.tag ?? reference.digest ?? ''}`;
  const denied = 'pull access denied, repository does not exist or may require authorization';
  switch (fault) {
    case 'manifest unknown':
      return `${formatReference(reference)}: not found`;
    case 'denied':
      return `${denied}: server message: insufficient_scope: authorization failed`;
    case 'no credentials':
      return `${denied}: authorization failed: no basic auth credentials`;
    case 'unauthorized':
      return `unexpected status from HEAD request to ${url}: 401 Unauthorized`;
    case 'forbidden':
      return `unexpected status from HEAD request to ${url}: 403 Forbidden`;
    case 'no such host':
      return `failed to do request: Head "${url}": dial tcp: lookup ${hostOf(reference)}: no such host`;
    case 'unreachable':
      return `failed to do request: Head "${url}": dial tcp: connect: connection refused`;
    case 'rate limited':
      return `unexpected status from HEAD request to ${url}: 429 Too Many Requests - Server message: ${RATE_LIMIT}`;
  }
}

function crioFault(reference: Reference, fault: PullFault): string {
  const manifest = `reading manifest ${reference.tag ?? reference.digest ?? ''} in ${repositoryOf(reference)}`;
  const ping = `pinging container registry ${reference.domain}: Get "https://${reference.domain}/v2/"`;
  switch (fault) {
    case 'manifest unknown':
      return `${manifest}: manifest unknown`;
    case 'denied':
      return `${manifest}: requested access to the resource is denied`;
    case 'no credentials':
      return `${manifest}: unauthorized: authentication required`;
    case 'unauthorized':
      return 'unable to retrieve auth token: invalid username/password: unauthorized: authentication required';
    case 'forbidden':
      return `${manifest}: denied: requested access to the resource is denied`;
    case 'no such host':
      return `${ping}: dial tcp: lookup ${hostOf(reference)}: no such host`;
    case 'unreachable':
      return `${ping}: dial tcp: connect: connection refused`;
    case 'rate limited':
      return `${manifest}: ${RATE_LIMIT}`;
  }
}

const hostOf = ({ domain }: Reference): string => domain.replace(/:\d+$/, '');

function runcMissing(name: string, error: FileError): string {
  if (error.code === 'EACCES') return `exec: "${name}": permission denied`;
  return name.includes('/')
    ? `exec: "${name}": stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`;
}

function crunMissing(name: string, error: FileError): string {
  if (error.code === 'EACCES') return 'open executable: Permission denied';
  return name.includes('/')
    ? `executable file \`${name}\` not found: No such file or directory`
    : `executable file \`${name}\` not found in $PATH: No such file or directory`;
}
