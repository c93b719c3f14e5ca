import { klogLine, klogMessage, type Severity } from '../../../os/go-log.ts';
import type { LogEntry } from '../../../sim/log.ts';
import { KUBELET_VERSION } from '../../kubelet/node-reporter.ts';
import type { HostParts } from '../host-parts.ts';
import type { Written } from './line.ts';

type Write = (severity: Severity, place: string, message: string, values?: Readonly<Record<string, unknown>>) => Written;

/** What a kubelet writes at its default verbosity on what an entry tells. Messages and places are those of pkg/kubelet. */
export function kubeletLines(entry: LogEntry, parts: HostParts, pid: number): Written[] {
  const write: Write = (severity, place, message, values) => ({
    priority: severity === 'E' ? 3 : severity === 'W' ? 4 : 6,
    message: klogLine(severity, entry.at, pid, place, klogMessage(message, values)),
  });
  const kubelet = `${parts.name}/kubelet`;
  const name = parts.name;
  const { ref } = entry;
  const pod = `${ref?.namespace ?? ''}/${ref?.name ?? ''}`;
  switch (entry.verb) {
    case 'component':
      return entry.detail.state === 'stopped' ? [] : begun(write, parts);
    case 'notify': {
      const { resource, type } = entry.detail;
      if (entry.target !== kubelet || resource !== 'pods' || ref === undefined) return [];
      if (type === 'ADDED') return [write('I', 'kubelet.go:2537', 'SyncLoop ADD', { source: 'api', pods: [pod] })];
      if (type === 'DELETED') return [write('I', 'kubelet.go:2547', 'SyncLoop REMOVE', { source: 'api', pods: [pod] })];
      return [];
    }
    case 'sandbox': {
      const kind = entry.detail.state === 'created' ? 'ContainerStarted' : 'ContainerDied';
      return [pleg(write, pod, ref?.uid, kind, parts.runtime.ids.get(entry.seq))];
    }
    case 'container': {
      const { state, container } = entry.detail;
      const id = parts.runtime.ids.get(entry.seq);
      if (state === 'started') return [pleg(write, pod, ref?.uid, 'ContainerStarted', id)];
      if (state === 'exited') return [pleg(write, pod, ref?.uid, 'ContainerDied', id)];
      if (state === 'killed')
        return [
          write('I', 'kuberuntime_container.go:864', 'Killing container with a grace period', {
            pod,
            podUID: ref?.uid,
            containerName: container,
            containerID: `${parts.flavour.scheme}://${id ?? ''}`,
          }),
        ];
      return [];
    }
    case 'pull':
      if (entry.detail.phase !== 'failed') return [];
      return [
        write('E', 'log.go:32', 'PullImage from image service failed', {
          err: `rpc error: code = Unknown desc = ${entry.detail.error ?? ''}`,
          image: entry.detail.image,
        }),
      ];
    case 'probe':
      if (entry.detail.ok) return [];
      return [
        write('I', 'prober.go:120', 'Probe failed', {
          probeType: `${entry.detail.kind.charAt(0).toUpperCase()}${entry.detail.kind.slice(1)}`,
          pod,
          podUID: ref?.uid,
          containerName: entry.detail.container,
          probeResult: 'failure',
          output: entry.detail.message ?? '',
        }),
      ];
    case 'request':
      return entry.actor === kubelet ? asked(write, name, entry) : [];
    default:
      return [];
  }
}

function begun(write: Write, { flavour, name }: HostParts): Written[] {
  return [
    write('I', 'server.go:530', 'Kubelet version', { kubeletVersion: KUBELET_VERSION }),
    write('I', 'server.go:532', 'Golang settings', { GOGC: '', GOMAXPROCS: '', GOTRACEBACK: '' }),
    write('I', 'server.go:956', 'Client rotation is on, will bootstrap in background'),
    write('I', 'kubelet.go:475', 'Attempting to sync node with API server'),
    write('I', 'kubelet.go:376', 'Adding static pod path', { path: '/etc/kubernetes/manifests' }),
    write('I', 'kubelet.go:387', 'Adding apiserver pod source'),
    write('I', 'kuberuntime_manager.go:279', 'Container runtime initialized', {
      containerRuntime: flavour.name,
      version: flavour.version,
      apiVersion: 'v1',
    }),
    write('I', 'server.go:1262', 'Started kubelet'),
    write('I', 'kubelet_node_status.go:75', 'Attempting to register node', { node: name }),
  ];
}

function pleg(write: Write, pod: string, uid: string | undefined, type: string, id: string | undefined): Written {
  return write('I', 'kubelet.go:2569', 'SyncLoop (PLEG): event for pod', { pod, event: { ID: uid, Type: type, Data: id } });
}

function asked(write: Write, node: string, { detail }: LogEntry<'request'>): Written[] {
  const { method, path, code, reason } = detail;
  if (method === 'POST' && path.endsWith('/nodes')) {
    if (code === 201) return [write('I', 'kubelet_node_status.go:78', 'Successfully registered node', { node })];
    if (code === 409) return [write('I', 'kubelet_node_status.go:127', 'Node was previously registered', { node })];
  }
  if (code < 400) return [];
  // Conflicts are tried again without a word.
  if (code === 409 || code === 404) return [];
  if (/\/leases\//.test(path))
    return [
      write('E', 'controller.go:145', 'Failed to ensure lease exists, will retry', { err: reason ?? String(code), interval: '200ms' }),
    ];
  if (/\/nodes\/[^/]+\/status/.test(path))
    return [write('E', 'kubelet_node_status.go:549', 'Error updating node status, will retry', { err: reason ?? String(code) })];
  return [];
}
