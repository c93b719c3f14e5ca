import { dump } from 'js-yaml';
import type { Device, MemoryFiles } from '../../os/files.ts';
import type { Program } from '../../os/process.ts';
import { rare } from '../../os/rare.ts';
import { encodeText } from '../../api/base64.ts';
import { encode } from '../../os/text.ts';
import { procFiles } from '../proc-files.ts';
import { POD_LOGS } from '../runtime/log-files.ts';
import { CriEndpoint } from './cri-endpoint.ts';
import type { HostParts } from './host-parts.ts';
import type { HostProcesses } from './host-processes.ts';
import { KERNEL_TABLES, KernelTables } from './kernel-tables.ts';
import { PACKAGE_DATABASE } from './packages.ts';
import { aptCache, aptGet, aptMark } from './programs/apt.ts';
import { crictl } from './programs/crictl/crictl.ts';
import { docker, DOCKER_SOCKET } from './programs/docker.ts';
import { iptables, iptablesSave } from './programs/iptables.ts';
import { journalctl } from './programs/journalctl.ts';
import { poweroff, sudo } from './programs/machine.ts';
import { systemctl } from './programs/systemctl.ts';
import { hostProc } from './host-proc.ts';
import { unitFile } from './systemd.ts';
import { JOURNAL, SYSTEM_BUS, type SystemBus } from './system-bus.ts';

/** What a node's Linux brings besides the utilities of its distribution. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  'apt-cache': rare(aptCache),
  'apt-get': rare(aptGet),
  'apt-mark': rare(aptMark),
  apt: rare(aptGet),
  crictl: rare(crictl),
  iptables: rare(iptables),
  'iptables-save': rare(iptablesSave),
  journalctl: rare(journalctl),
  poweroff: rare(poweroff),
  sudo: rare(sudo),
  systemctl: rare(systemctl),
};

/** Daemons: nobody but systemd starts them. */
const DAEMONS = ['kubelet', 'kubeadm'];

/** Puts onto a node's disk what makes it a machine: programs, sockets, configuration. */
export function furnish(files: MemoryFiles, parts: HostParts, processes: HostProcesses, bus: SystemBus): void {
  const { flavour, utilities, runtime, images, name } = parts;
  for (const directory of ['/bin', '/sbin', '/usr/sbin']) {
    if (files.exists(directory)) files.remove(directory, { recursive: true });
    files.symlink('/usr/bin', directory);
  }
  const tools = flavour.name === 'docker' ? { ...PROGRAMS, docker: rare(docker) } : PROGRAMS;
  for (const [program, run] of Object.entries({ ...utilities(), ...tools })) files.device(`/usr/bin/${program}`, executable(run), 0o755);
  for (const daemon of DAEMONS) files.write(`/usr/bin/${daemon}`, encode('\x7fELF'), { mode: 0o644 });

  const socket = (service: unknown): Device => ({ read: () => '', service });
  const cri = new CriEndpoint(runtime, images, (id) => processes.pidOf(id));
  const path = flavour.socket.replace(/^\/var\/run\//, '/run/');
  for (const place of [path, `/var${path}`]) files.device(place, socket(cri));
  if (flavour.name === 'docker') for (const place of [DOCKER_SOCKET, '/run/docker.sock']) files.device(place, socket(cri));
  files.device(SYSTEM_BUS, socket(bus));
  files.device(JOURNAL, { read: () => '', size: () => 8 * 1024 * 1024, service: bus });
  files.mountFiles('/proc', procFiles(hostProc(parts, processes)));
  files.device(KERNEL_TABLES, { read: () => 'nat\nfilter\nmangle\n', service: new KernelTables(parts) });
  files.makeDirectory('/var/lib/dpkg', { parents: true });
  files.device(PACKAGE_DATABASE, { read: () => '', service: parts.packages });
  files.device('/dev/null', { read: () => '' });

  const endpoint = `unix://${flavour.socket}`;
  const texts: Record<string, string> = {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `127.0.0.1\tlocalhost\n${parts.host.addresses[0] ?? ''}\t${name}\n`,
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    '/etc/crictl.yaml': `runtime-endpoint: ${endpoint}\nimage-endpoint: ${endpoint}\ntimeout: 10\n`,
    ...(parts.bare
      ? {}
      : {
          '/etc/kubernetes/kubelet.conf': kubeletConf(parts),
          '/etc/kubernetes/pki/ca.crt': parts.authority,
          '/var/lib/kubelet/config.yaml': kubeletConfig(parts),
        }),
    ...(parts.cni === 'none' ? {} : { '/etc/cni/net.d/10-bridge.conflist': cniConfig(parts) }),
  };
  for (const [file, text] of Object.entries(texts)) {
    files.makeDirectory(file.slice(0, file.lastIndexOf('/')), { parents: true });
    files.write(file, encode(text), { mode: file.endsWith('.conf') ? 0o600 : 0o644 });
  }
  for (const unit of bus.systemd.units()) {
    files.makeDirectory(unit.file.slice(0, unit.file.lastIndexOf('/')), { parents: true });
    files.write(unit.file, encode(unitFile(unit)));
  }
  if (!files.exists(POD_LOGS)) files.makeDirectory(POD_LOGS, { parents: true });
}

function executable(program: Program): Device {
  return { read: () => '\x7fELF', size: () => 1_048_576, program };
}

function kubeletConf({ name, apiserver, authority }: HostParts): string {
  const pem = '/var/lib/kubelet/pki/kubelet-client-current.pem';
  return dump({
    apiVersion: 'v1',
    clusters: [
      { cluster: { 'certificate-authority-data': encodeText(authority), server: `https://${apiserver}:6443` }, name: 'kubernetes' },
    ],
    contexts: [{ context: { cluster: 'kubernetes', user: `system:node:${name}` }, name: `system:node:${name}@kubernetes` }],
    'current-context': `system:node:${name}@kubernetes`,
    kind: 'Config',
    preferences: {},
    users: [{ name: `system:node:${name}`, user: { 'client-certificate': pem, 'client-key': pem } }],
  });
}

function kubeletConfig({ kubelet, clusterDNS, flavour }: HostParts): string {
  return dump({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' } },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'systemd',
    clusterDNS: [clusterDNS],
    clusterDomain: 'cluster.local',
    containerLogMaxFiles: 5,
    containerLogMaxSize: '10Mi',
    containerRuntimeEndpoint: `unix://${flavour.socket}`,
    ...structuredClone(kubelet.options.configuration),
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10248,
    kind: 'KubeletConfiguration',
    rotateCertificates: true,
    staticPodPath: '/etc/kubernetes/manifests',
  });
}

function cniConfig({ podRange, clusterCidr }: HostParts): string {
  return `${JSON.stringify(
    {
      cniVersion: '1.0.0',
      name: 'bridge',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          ipMasq: true,
          ipam: { type: 'host-local', ranges: [[{ subnet: podRange }]], routes: [{ dst: clusterCidr }] },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
    null,
    2,
  )}\n`;
}
