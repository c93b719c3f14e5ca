import type { LogEntry } from '../../../sim/log.ts';
import type { HostParts } from '../host-parts.ts';
import { nanoTime } from '../../runtime/log-text.ts';
import type { Written } from './line.ts';

/** What the container runtime writes on what it did. */
export function runtimeLines(entry: LogEntry, { flavour, runtime }: HostParts): Written[] {
  const write = (message: string, level: 'info' | 'error' = 'info'): Written => ({
    priority: level === 'error' ? 3 : 6,
    message: `time="${nanoTime(entry.at)}" level=${level} msg=${JSON.stringify(message)}`,
  });
  const id = runtime.ids.get(entry.seq) ?? '';
  // Docker says little of what goes well.
  if (flavour.name === 'docker') {
    if (entry.verb === 'container' && entry.detail.state === 'exited')
      return [
        {
          priority: 6,
          message: `time="${nanoTime(entry.at)}" level=info msg="ignoring event" container=${id} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"`,
        },
      ];
    if (entry.verb !== 'pull' || entry.detail.phase !== 'failed') return [];
    return [write(`Handler for POST /v1.51/images/create returned error: ${entry.detail.error ?? ''}`, 'error')];
  }
  const pod = entry.ref;
  const containerd = flavour.name === 'containerd';
  switch (entry.verb) {
    case 'sandbox': {
      if (entry.detail.state === 'removed')
        return containerd
          ? [
              write(`StopPodSandbox for "${id}"`),
              write(`TearDown network for sandbox "${id}" successfully`),
              write(`StopPodSandbox for "${id}" returns successfully`),
            ]
          : [write(`Stopped pod sandbox: ${id}`)];
      const metadata = `&PodSandboxMetadata{Name:${pod?.name ?? ''},Uid:${pod?.uid ?? ''},Namespace:${pod?.namespace ?? ''},Attempt:0,}`;
      return containerd
        ? [write(`RunPodSandbox for ${metadata} returns sandbox id "${id}"`)]
        : [write(`Ran pod sandbox ${id} with infra container: ${pod?.namespace ?? ''}/${pod?.name ?? ''}/POD`)];
    }
    case 'container': {
      const { state, container, exitCode } = entry.detail;
      const where = `${pod?.namespace ?? ''}/${pod?.name ?? ''}/${container}`;
      if (state === 'created')
        return [
          write(
            containerd
              ? `CreateContainer for container &ContainerMetadata{Name:${container},} returns container id "${id}"`
              : `Created container ${id}: ${where}`,
          ),
        ];
      if (state === 'started')
        return [write(containerd ? `StartContainer for "${id}" returns successfully` : `Started container ${id}: ${where}`)];
      if (state === 'killed')
        return [
          write(
            containerd
              ? `Stop container "${id}" with signal ${entry.detail.reason?.slice(3).toLowerCase() ?? ''}`
              : `Stopping container: ${id}`,
          ),
        ];
      if (state !== 'exited') return [];
      return [
        write(
          containerd
            ? `received container exit event container_id:"${id}" id:"${id}" exit_status:${exitCode ?? 0} exited_at:{seconds:${Math.floor(entry.at / 1000)}}`
            : `Container ${id} exited with status ${exitCode ?? 0}`,
        ),
      ];
    }
    case 'pull': {
      const { image, phase, took = 0, bytes = 0, error = '' } = entry.detail;
      if (phase === 'started') return [write(containerd ? `PullImage "${image}"` : `Pulling image: ${image}`)];
      if (phase === 'failed')
        return [write(containerd ? `PullImage "${image}" failed: ${error}` : `Failed to pull image ${image}: ${error}`, 'error')];
      return [write(containerd ? `Pulled image "${image}", size "${bytes}" in ${(took / 1000).toFixed(3)}s` : `Pulled image: ${image}`)];
    }
    default:
      return [];
  }
}
