import { addDevices } from '../../os/devices.ts';
import type { DiskUse } from '../../os/disk-use.ts';
import { MemoryFiles, type Device } from '../../os/files.ts';
import { normalizePath } from '../../os/path.ts';
import { concat, decode } from '../../os/text.ts';
import { resolvConf } from '../../os/resolv-conf.ts';
import type { Random } from '../../sim/random.ts';
import type { Millis } from '../../sim/time.ts';
import { procFiles } from '../proc-files.ts';
import { cgroupFiles, containerProc, type MachineView } from './container-proc.ts';
import { userOf, type Container, type PodSandbox } from './container.ts';
import { confinementOf } from './confinement.ts';
import type { ContainerConfig } from './cri.ts';
import type { ImageStore, Unpacked } from './image-store.ts';
import type { RootFiles } from './lazy-files.ts';

export interface FilesHost {
  readonly now: () => Millis;
  readonly images: ImageStore;
  readonly random: Random;
  readonly machine: MachineView;
  readonly container: (id: string) => Container | undefined;
}

/** A container's file system: the image's, what the kubelet and the runtime write into it, and its mounts. */
export class ContainerRoot implements RootFiles {
  constructor(
    readonly host: FilesHost,
    readonly id: string,
    readonly unpacked: Unpacked,
    readonly sandbox: PodSandbox,
    readonly config: ContainerConfig,
    readonly layer: DiskUse,
  ) {}

  make(): MemoryFiles {
    return rootFiles(this);
  }

  image(): MemoryFiles {
    return this.host.images.files.view(this.unpacked.image, userOf(this.unpacked, this.config));
  }

  own(path: string): boolean {
    return isOwn(this.unpacked, this.config, path);
  }
}

function rootFiles({ host, id, unpacked, sandbox, config, layer }: ContainerRoot): MemoryFiles {
  const { now, images, random } = host;
  const user = userOf(unpacked, config);
  const confinement = confinementOf(config);
  const lacks = new Set((['CHOWN', 'DAC_OVERRIDE'] as const).filter((name) => !confinement.capabilities.has(name)));
  const files = new MemoryFiles(now, { lacks, snapshot: images.files.snapshot(unpacked.image), user, use: layer });
  const texts: Record<string, string> = {
    '/etc/hostname': `${sandbox.config.hostname}\n`,
    '/etc/hosts': hostsFile(sandbox),
    '/etc/resolv.conf': resolvConf(sandbox.config.resolver),
  };
  for (const [path, text] of Object.entries(texts)) files.device(path, { read: () => text });
  addDevices(files, () => random.fork(`${id}/urandom`));
  const container = host.container(id);
  if (container !== undefined) {
    files.mountFiles('/proc', () => procFiles(containerProc(container, host.machine, now)), { readOnly: true });
    files.mountFiles('/sys', () => cgroupFiles(container, now), { readOnly: true });
  }
  files.device(config.terminationMessagePath, messageFile());
  for (const { containerPath, readOnly, content, directory } of config.mounts) {
    if (directory === true) {
      files.mountFiles(containerPath, content as () => MemoryFiles, { readOnly });
      continue;
    }
    const mounted = content();
    if (mounted instanceof Uint8Array) files.device(containerPath, { read: () => mounted });
    else files.mountFiles(containerPath, mounted, { readOnly });
  }
  const workingDirectory = config.workingDir ?? unpacked.image.workingDir ?? '/';
  if (workingDirectory !== '/' && !files.exists(workingDirectory)) files.makeDirectory(workingDirectory, { parents: true });
  if (config.readOnlyRoot) files.mount('/', {}, { readOnly: true });
  return files;
}

/** Whether something that is not the image's lies at a path, on the way to it, or below it: all that `rootFiles` puts there. */
function isOwn({ image }: Unpacked, config: ContainerConfig, path: string): boolean {
  const meets = (own: string): boolean => {
    const there = own.includes('//') || own.includes('/.') || own.endsWith('/') ? normalizePath(own) : own;
    return path === there || there.startsWith(`${path}/`) || path.startsWith(`${there}/`);
  };
  const workingDirectory = config.workingDir ?? image.workingDir ?? '/';
  return (
    // Root without the capability is refused what the image's own files would let it have.
    !confinementOf(config).capabilities.has('DAC_OVERRIDE') ||
    OWN.some(meets) ||
    meets(config.terminationMessagePath) ||
    (workingDirectory !== '/' && meets(workingDirectory)) ||
    config.mounts.some(({ containerPath }) => meets(containerPath))
  );
}

const OWN = ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/dev', '/proc', '/sys'];

/** What a container left as its last words. The kubelet reads at most 4096 bytes of them, and of the log no more than 80 lines and 2048 bytes. */
export function terminationMessage({ files, config, exitCode, log }: Container): string | undefined {
  const { made } = files;
  const text = made === undefined ? '' : decode(made.read(config.terminationMessagePath).subarray(0, 4096));
  if (text !== '') return text;
  if (!config.logsAsTerminationMessage || exitCode === 0) return undefined;
  const tail = log.lines.slice(-80).map((line) => line.text);
  return tail.join('').slice(-2048);
}

/** The file that a program may leave its last words in: `>` begins anew. */
function messageFile(): Device {
  let text: Uint8Array = new Uint8Array();
  return {
    read: () => text,
    write(bytes) {
      text = bytes.length === 0 ? bytes : concat([text, bytes]);
    },
  };
}

function hostsFile({ ip, config }: PodSandbox): string {
  const aliases = new Map<string, string[]>();
  for (const [name, address] of Object.entries(config.hostAliases)) aliases.set(address, [...(aliases.get(address) ?? []), name]);
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${ip}\t${config.fqdn === undefined ? '' : `${config.fqdn}\t`}${config.hostname}`,
    ...(aliases.size === 0 ? [] : ['', '# Entries added by HostAliases.']),
    ...[...aliases].map(([address, names]) => `${address}\t${names.join('\t')}`),
  ];
  return `${lines.join('\n')}\n`;
}
