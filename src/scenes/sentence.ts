import type { LogEntry } from '../engine/sim/log.ts';

/** A log entry as one sentence a learner can read. Used by captions, "Why?" and the event list. */
export function sentence(entry: LogEntry): string {
  const who = actorName(entry.actor);
  const { ref } = entry;
  const what = ref === undefined ? '' : `${ref.kind} ${ref.name}`;
  switch (entry.verb) {
    case 'input':
      return entry.detail.kind === 'terminal'
        ? `You typed: ${entry.detail.text ?? ''}`
        : `You acted: ${entry.detail.text ?? entry.detail.kind}`;
    case 'component':
      return `${who} ${entry.detail.state}${entry.detail.reason === undefined ? '' : `: ${entry.detail.reason}`}.`;
    case 'request': {
      const { method, path, code } = entry.detail;
      const answer = code >= 400 ? ` and is refused (${code}${entry.detail.reason === undefined ? '' : ` ${entry.detail.reason}`})` : '';
      return `${who} ${VERBS[method] ?? method} ${subject(path)}${answer}.`;
    }
    case 'commit':
      return `etcd stores ${what} as revision ${entry.detail.revision} (${entry.detail.type.toLowerCase()}).`;
    case 'notify':
      return `The API server tells ${actorName(entry.target ?? '')}: ${what} ${entry.detail.type.toLowerCase()}.`;
    case 'enqueue':
      return `${who} puts ${entry.detail.key} into its work queue${entry.detail.delay === undefined ? '' : ` for ${seconds(entry.detail.delay)} from now`}.`;
    case 'reconcile':
      return `${who} compares what is wanted with what is there for ${entry.detail.key}.`;
    case 'decide':
      return `${who}: ${entry.detail.text}`;
    case 'schedule':
      return entry.detail.chosen === undefined
        ? `The scheduler finds no node for ${ref?.name ?? 'the pod'}: ${entry.detail.message ?? ''}`
        : `The scheduler chooses ${entry.detail.chosen} for ${ref?.name ?? 'the pod'}.`;
    case 'queue':
      return `The scheduler moves ${entry.detail.pod} to its ${entry.detail.to} queue: ${entry.detail.because}.`;
    case 'pull':
      if (entry.detail.phase === 'started') return `${who} pulls image ${entry.detail.image}.`;
      if (entry.detail.phase === 'failed') return `${who} cannot pull image ${entry.detail.image}.`;
      return `${who} has image ${entry.detail.image}${entry.detail.took === undefined ? '' : ` after ${seconds(entry.detail.took)}`}.`;
    case 'container': {
      const { container, state, exitCode, reason } = entry.detail;
      const code = exitCode === undefined ? '' : ` with code ${exitCode}`;
      return `${who}: container ${container} of ${ref?.name ?? 'its pod'} ${state}${code}${reason === undefined ? '' : ` (${reason})`}.`;
    }
    case 'probe':
      return `${who}: the ${entry.detail.kind} probe of ${entry.detail.container} ${entry.detail.ok ? 'succeeds' : `fails${entry.detail.message === undefined ? '' : `: ${entry.detail.message}`}`}.`;
    case 'sandbox':
      return entry.detail.state === 'created'
        ? `${who} sets up the network of ${ref?.name ?? 'the pod'}${entry.detail.ip === undefined ? '' : `: address ${entry.detail.ip}`}.`
        : `${who} tears down the network of ${ref?.name ?? 'the pod'}.`;
    case 'heartbeat':
      return `${who} renews its lease ${entry.detail.lease}.`;
    case 'packet':
      return `${entry.detail.from} → ${entry.detail.to}: ${entry.detail.text}`;
    case 'rules':
      return `${who} rewrites its rules for ${entry.detail.service}: ${entry.detail.endpoints.length} endpoint${entry.detail.endpoints.length === 1 ? '' : 's'}.`;
    case 'process':
      return entry.detail.state === 'started'
        ? `${who} starts ${entry.detail.argv.join(' ')}.`
        : `${entry.detail.argv[0] ?? 'A process'} ends with code ${entry.detail.code ?? 0}.`;
    case 'fault':
      return `${entry.detail.undone === true ? 'Mended' : 'Broken on purpose'}: ${entry.detail.fault}.`;
  }
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'reads',
  POST: 'creates',
  PUT: 'updates',
  PATCH: 'changes',
  DELETE: 'deletes',
};

/** `controller/replicaset` as "The replicaset controller", `worker-1/kubelet` as "The kubelet of worker-1". */
export function actorName(actor: string): string {
  const [head = '', tail] = actor.split('/');
  if (head === 'controller') return `The ${tail ?? ''} controller`;
  if (head === 'scheduler') return 'The scheduler';
  if (head === 'apiserver') return 'The API server';
  if (head === 'etcd') return 'etcd';
  if (head === 'kubectl') return 'kubectl';
  if (head === 'outside') return 'You';
  if (tail === 'kubelet') return `The kubelet of ${head}`;
  if (tail === 'proxy' || tail === 'kube-proxy') return `The proxy of ${head}`;
  return actor;
}

/** What a request path is about, in words: `/apis/apps/v1/namespaces/default/deployments/web/scale` → `deployments/web (scale)`. */
function subject(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  let rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : parts;
  if (rest[0] === 'namespaces' && rest.length > 2) rest = rest.slice(2);
  const [resource = path, name, sub] = rest;
  return `${resource}${name === undefined ? '' : `/${name}`}${sub === undefined ? '' : ` (${sub})`}`;
}

function seconds(millis: number): string {
  return millis < 1000 ? `${millis} ms` : `${(millis / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}
