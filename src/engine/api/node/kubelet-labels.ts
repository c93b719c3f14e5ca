const ALLOWED = new Set([
  'kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch',
  'node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region',
]); // prettier-ignore
const DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** Whether a kubelet may put a label on its own Node: within Kubernetes' domains only a few, and never what others trust. */
export function mayKubeletLabel(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  const within = (parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
  if (within('node-restriction.kubernetes.io')) return false;
  return !(within('kubernetes.io') || within('k8s.io')) || ALLOWED.has(label) || DOMAINS.some(within);
}
