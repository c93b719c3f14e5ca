import type { Process } from '../../os/process.ts';

/** Where a program of the machine finds its packages. */
const DATABASE = '/var/lib/dpkg/status';
/** The newest of each minor version that its repositories have; from .0 on all are there. */
const NEWEST: readonly (readonly [string, number])[] = [
  ['1.36', 3],
  ['1.35', 7],
];

/** What of Kubernetes is installed on a machine as packages, and what could be. */
export class PackageBase {
  /** Newest first. */
  readonly available: readonly string[] = NEWEST.flatMap(([minor, newest]) =>
    Array.from({ length: newest + 1 }, (_, i) => `${minor}.${newest - i}-1.1`),
  );
  readonly held = new Set(['kubeadm', 'kubectl', 'kubelet']);
  readonly installed: Map<string, string>;

  /** `v1.36.3`. */
  constructor(version: string) {
    this.installed = new Map([...this.held].map((name) => [name, `${version.slice(1)}-1.1`]));
  }

  /** `v1.36.3`, of a package. */
  version(name: string): string {
    return `v${(this.installed.get(name) ?? '').replace(/-.*/, '')}`;
  }

  /** The newest that fits: `1.36.3-1.1`, `1.36.3-*`, `1.36.*`; without a pattern the newest of all. */
  find(pattern = '*'): string | undefined {
    const shape = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    return this.available.find((version) => shape.test(version));
  }
}

/** The packages of the machine that a program runs on. */
export function packageBase({ files }: Process): PackageBase | undefined {
  return files.exists(DATABASE) ? (files.special?.(DATABASE)?.service as PackageBase | undefined) : undefined;
}

export { DATABASE as PACKAGE_DATABASE };
