/** Of each minor version, the newest that there are packages and images of. */
const NEWEST: Readonly<Record<number, number>> = { 35: 7, 36: 3 };
export const LATEST = 'v1.36.3';

export function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** The last of a minor version. */
export function newestOf(minor: number): string {
  return `v1.${minor}.${NEWEST[minor] ?? 0}`;
}

/** There are packages and images of it. */
export function exists(version: string): boolean {
  const newest = NEWEST[minorOf(version)];
  return /^v1\.\d+\.\d+$/.test(version) && newest !== undefined && Number(version.split('.')[2]) <= newest;
}

export function newer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.replace(/^v/, '').split('.').map(Number)) as [number[], number[]];
  const i = a.findIndex((part, at) => part !== b[at]);
  return i >= 0 && (a[i] as number) > (b[i] ?? 0);
}

interface Step {
  /** What the API server is. */
  readonly from: string;
  readonly to: string;
  readonly kubeadm: string;
  readonly kubelets: readonly string[];
}

/** kubeadm's policy of versions: what cannot be (`fatal`), and what nobody should do without `--force`. */
export function policyProblems({ from, to, kubeadm, kubelets }: Step): { fatal: string[]; soft: string[] } {
  const [fatal, soft]: [string[], string[]] = [[], []];
  const quoted = JSON.stringify(to);
  if (!exists(to))
    fatal.push(`version ${quoted} is none that there are images of here (v1.35.0 to ${newestOf(35)}, v1.36.0 to ${newestOf(36)})`);
  if (minorOf(to) < 35)
    fatal.push(
      `Specified version to upgrade to ${quoted} is equal to or lower than the minimum supported version "v1.35.0". Please specify a higher version to upgrade to`,
    );
  if (minorOf(to) > minorOf(from) + 1)
    fatal.push(`Specified version to upgrade to ${quoted} is too high; kubeadm can upgrade only 1 minor version at a time`);
  if (minorOf(to) < minorOf(from) - 1)
    fatal.push(`Specified version to downgrade to ${quoted} is too low; kubeadm can downgrade only 1 minor version at a time`);
  if (newer(to, kubeadm)) {
    if (minorOf(to) > minorOf(kubeadm))
      fatal.push(
        `Specified version to upgrade to ${quoted} is at least one minor release higher than the kubeadm minor release (${minorOf(to)} > ${minorOf(kubeadm)}). Such an upgrade is not supported`,
      );
    else
      soft.push(
        `Specified version to upgrade to ${quoted} is higher than the kubeadm version ${JSON.stringify(kubeadm)}. Upgrade kubeadm first using the tool you used to install kubeadm`,
      );
  }
  if (minorOf(kubeadm) > minorOf(to))
    soft.push(`Kubeadm version ${kubeadm} can only be used to upgrade to Kubernetes version 1.${minorOf(kubeadm)}`);
  const old = [...new Set(kubelets)].filter((kubelet) => minorOf(to) > minorOf(kubelet) + 3);
  if (old.length > 0) soft.push(`There are kubelets in this cluster that are too old that have these versions [${old.join(' ')}]`);
  return { fatal, soft };
}
