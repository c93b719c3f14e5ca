import type { LogEntry } from '../engine/sim/log.ts';
import { asked } from './request-words.ts';

/** A log entry as one sentence a learner can read. Used by captions, "Why?" and the event list. */
export function sentence(entry: LogEntry): string {
  const who = actorName(entry.actor);
  const { ref } = entry;
  const what = ref === undefined ? '' : `${ref.kind} ${ref.name}`;
  switch (entry.verb) {
    case 'input':
      return acted(entry.detail);
    case 'component':
      return `${who} ${entry.detail.state === 'started' ? 'starts' : 'stops'}${entry.detail.reason === undefined ? '' : `: ${entry.detail.reason}`}.`;
    case 'request': {
      const { method, path, code, reason } = entry.detail;
      const answer = code >= 400 ? `, and is refused: ${code}${reason === undefined ? '' : ` ${reason}`}` : '';
      return `${who} ${asked(method, path)}${answer}.`;
    }
    case 'audit': {
      const { user, verb, requestURI, stage } = entry.detail;
      return `The API server notes in its audit log (${stage}): ${user.username === '' ? 'somebody unknown' : user.username}, ${verb} ${requestURI}.`;
    }
    case 'commit': {
      const { type, revision } = entry.detail;
      if (type === 'ADDED') return `${what} is stored in etcd, as revision ${revision}.`;
      if (type === 'DELETED') return `${what} is removed from etcd; that is revision ${revision}.`;
      return `A change to ${what} is stored in etcd, as revision ${revision}.`;
    }
    case 'notify': {
      const to = actorName(entry.target ?? '').replace(/^The /, 'the ');
      const news = {
        ADDED: 'is new',
        MODIFIED: 'has changed',
        DELETED: 'is gone',
        BOOKMARK: 'is where the watch stands',
        ERROR: 'could not be watched',
      };
      return `Through its watch ${to} hears that ${what} ${news[entry.detail.type]}.`;
    }
    case 'enqueue':
      return `${who} puts ${entry.detail.key} into its work queue${entry.detail.delay === undefined ? '' : `, to look at it in ${duration(entry.detail.delay)}`}.`;
    case 'reconcile':
      return `${who} takes ${entry.detail.key} from its queue and compares what is wanted with what is there.`;
    case 'decide':
      return `${who} decides: ${entry.detail.text}`;
    case 'schedule':
      return scheduled(entry.detail, what === '' ? 'the Pod' : what);
    case 'queue':
      return `The scheduler puts ${what === '' ? entry.detail.pod : what} into its ${entry.detail.to} queue (${entry.detail.because}).`;
    case 'pull':
      if (entry.detail.phase === 'started') return `${who} pulls image ${entry.detail.image}.`;
      if (entry.detail.phase === 'failed') return `${who} cannot pull image ${entry.detail.image}.`;
      return `${who} has image ${entry.detail.image}${entry.detail.took === undefined ? '' : ` after ${duration(entry.detail.took)}`}.`;
    case 'container':
      return happened(entry, what === '' ? 'its Pod' : what);
    case 'probe': {
      const { kind, container, ok, message } = entry.detail;
      return `${who} tries the ${kind} probe of container ${container}: it ${ok ? 'succeeds' : `fails${message === undefined ? '' : ` (${message})`}`}.`;
    }
    case 'sandbox':
      return entry.detail.state === 'created'
        ? `${who} sets up the network of ${what}${entry.detail.ip === undefined ? '' : `: its address is ${entry.detail.ip}`}.`
        : `${who} tears down the network of ${what}.`;
    case 'heartbeat':
      return `${who} renews its lease ${entry.detail.lease}.`;
    case 'packet':
      return travelled(entry.detail, who);
    case 'rules':
      return `${who} rewrites its rules for Service ${entry.detail.service}: ${count(entry.detail.endpoints.length, 'address')}.`;
    case 'process':
      return entry.detail.state === 'started'
        ? `${who} starts: ${entry.detail.argv.join(' ')}`
        : `${entry.detail.argv[0] ?? 'A process'} ends with exit code ${entry.detail.code ?? 0}.`;
    case 'machine': {
      const { machine, group, state, why } = entry.detail;
      if (state === 'ordered') return `A machine ${machine} is ordered for node group ${group}.`;
      if (state === 'refused') return `The cloud cannot deliver machine ${machine}${why === undefined ? '' : `: ${why}`}.`;
      return `Machine ${machine} of node group ${group} is ${state}.`;
    }
    case 'election': {
      const { member, term, state, votes, of } = entry.detail;
      if (state === 'lost') return `etcd has no leader any more: ${member} is not heard by most members.`;
      return `${member} leads etcd in term ${term}${votes === undefined || of === undefined ? '' : `, with ${votes} votes of ${of}`}.`;
    }
    case 'fault': {
      const target = actorName(entry.target ?? '').replace(/^the /, 'The ');
      const { fault, undone = false } = entry.detail;
      if (/^(component|node)-stopped /.test(fault))
        return undone ? `${target} is started again, on purpose.` : `${target} is stopped, on purpose.`;
      return undone ? `Mended again: ${fault}.` : `Broken on purpose: ${fault}.`;
    }
  }
}

function travelled({ hop, from, to, text }: LogEntry<'packet'>['detail'], who: string): string {
  switch (hop) {
    case 'dns-query':
      return `${from} asks the DNS server at ${to} for ${text}.`;
    case 'dns-answer':
      return `The DNS server at ${from} answers ${to}: ${text}.`;
    case 'rule':
      return `${who} rewrites the destination ${from} to ${to}, by its rules for Service ${text}.`;
    case 'forward':
      return `The request goes on to ${to}.`;
    case 'request':
      return `From ${from} a request goes to ${to}: ${text}.`;
    case 'response':
      return `${from} answers ${to}: ${text}.`;
    case 'refused':
      return `${to} refuses the connection from ${from}: ${text}.`;
    case 'timeout':
      return `${from} hears nothing from ${to}: ${text}.`;
    case 'dropped':
      return `The packet from ${from} to ${to} is dropped: ${text}.`;
  }
}

function acted(detail: { kind: string; text?: string }): string {
  if (detail.kind === 'terminal') return `You typed: ${detail.text ?? ''}`;
  if (detail.kind === 'terminal-signal') return 'You interrupted the program in the terminal.';
  if (detail.kind === 'terminal-eof') return 'You ended the input in the terminal.';
  if (detail.kind === 'edit') return 'You saved what you edited.';
  if (detail.kind === 'edit-given-up') return 'You left the editor without saving.';
  if (detail.kind === 'file') return 'You saved a file.';
  return `You acted: ${detail.text ?? detail.kind}.`;
}

function scheduled(detail: LogEntry<'schedule'>['detail'], pod: string): string {
  const refused = Object.entries(detail.filters);
  const fit = Object.entries(detail.scores).map(([node, plugins]) => ({ node, sum: Object.values(plugins).reduce((a, b) => a + b, 0) }));
  if (detail.chosen === undefined)
    return `The scheduler finds no node for ${pod}${detail.message === undefined ? '' : `: ${detail.message.replace(/\.$/, '')}`}.`;
  const best = fit.toSorted((a, b) => b.sum - a.sum);
  const scores =
    best.length > 1 && best.length <= 4 ? `; scores: ${listed(best.map(({ node, sum }) => `${node} ${Math.round(sum)}`))}` : '';
  const out =
    refused.length > 0 && refused.length <= 3
      ? `; ruled out: ${listed(refused.map(([node, { reasons }]) => `${node} (${reasons.join(', ')})`))}`
      : '';
  return `The scheduler chooses ${detail.chosen} for ${pod}${scores}${out}.`;
}

function happened(entry: LogEntry<'container'>, pod: string): string {
  const { container, state, exitCode, reason } = entry.detail;
  // The runtime does it; the kubelet asked.
  const who = actorName(entry.actor);
  const because = reason === undefined ? '' : ` (${reason})`;
  switch (state) {
    case 'created':
      return `${who} creates container ${container} of ${pod}.`;
    case 'started':
      return `${who} starts container ${container} of ${pod}.`;
    case 'killed':
      return `${who} stops container ${container} of ${pod}${because}.`;
    case 'waiting':
      return `Container ${container} of ${pod} waits${because}.`;
    default:
      return `Container ${container} of ${pod} ends with exit code ${exitCode ?? 0}${because}.`;
  }
}

/** `controller/replicaset` as "The replicaset controller", `worker-1/kubelet` as "The kubelet of worker-1". */
export function actorName(actor: string): string {
  const [head = '', tail] = actor.split('/');
  if (head === 'controller') return `The ${tail ?? ''} controller`;
  if (head === 'kube-controller-manager' || head === 'controller-manager') return 'The controller manager';
  if (head === 'scheduler') return 'The scheduler';
  if (head === 'apiserver') return 'The API server';
  if (head === 'workstation') return 'Your shell';
  if (head === 'outside') return 'You';
  if (head === 'kubectl') return 'kubectl';
  if (tail === 'containerd') return `containerd on ${head}`;
  if (tail === 'crio') return `CRI-O on ${head}`;
  if (tail === 'kubelet') return `The kubelet of ${head}`;
  if (tail === 'proxy' || tail === 'kube-proxy') return `kube-proxy on ${head}`;
  // As faults name them: `kubelet@worker-1`.
  const [part = '', node] = actor.split('@');
  if (node !== undefined) return part === 'kubelet' ? `The kubelet of ${node}` : `${part} on ${node}`;
  return actor;
}

/** `1 Pod`, `3 Pods`, `2 addresses`. */
export function count(number: number, noun: string): string {
  const plural = /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`; with `running`, an article inside the sentence is small. */
export function listed(items: readonly string[], running = false): string {
  const words = running ? items.map((item, i) => (i === 0 ? item : item.replace(/^The /, 'the '))) : items;
  return words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function duration(millis: number): string {
  return millis < 1000 ? `${millis} ms` : `${(millis / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}
