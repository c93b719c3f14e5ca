import { expect, it } from 'vitest';
import { busybox, kubeletWorld } from './test-world.ts';

it('what a container may do shows in /proc, and in what its programs can do', () => {
  const { make, wait, exec } = kubeletWorld();
  const as = (name: string, securityContext: object): object => busybox({ securityContext }, 'sleep 9999', name);
  make('p', {
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      as('usual', {}),
      as('bare', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, allowPrivilegeEscalation: false }),
      as('user', { runAsUser: 1000 }),
      as('all', { privileged: true }),
    ],
  });
  wait(20);
  const status = (container: string): string =>
    exec('p', container, 'sh', '-c', "grep -E 'CapEff|CapBnd|NoNew|Seccomp:' /proc/1/status | cut -f2").replaceAll('\n', ' ');
  expect(status('usual')).toBe('00000000a80425fb 00000000a80425fb 0 2 ');
  expect(status('bare')).toBe('0000000000000400 0000000000000400 1 2 ');
  expect(status('user')).toBe('0000000000000000 00000000a80425fb 0 2 ');
  expect(status('all')).toBe('000001ffffffffff 000001ffffffffff 0 0 ');
  const give = 'touch /tmp/x && chown 1000 /tmp/x && stat -c %U /tmp/x';
  expect(exec('p', 'usual', 'sh', '-c', give)).toBe('1000\n');
  expect(exec('p', 'bare', 'sh', '-c', give)).toBe('chown: /tmp/x: Operation not permitted\n');
  expect(exec('p', 'user', 'sh', '-c', give)).toBe('chown: /tmp/x: Operation not permitted\n');
});

it('nginx ends where it may not have its directories', () => {
  const { make, wait, machine, get, status } = kubeletWorld();
  const why = (securityContext: object): string => {
    const name = `web-${JSON.stringify(securityContext).length}`;
    make(name, { containers: [{ name: 'c', image: 'nginx:1.27', securityContext }] });
    wait(20);
    const [container] = machine.runtime.podContainers(get(name).metadata.uid ?? '');
    if (container?.state === 'running') return `runs ${status(name)?.ready}`;
    return container?.log.lines.findLast(({ text }) => text.startsWith('nginx: [emerg]'))?.text ?? '';
  };
  expect(why({ runAsUser: 1000 })).toBe('nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)\n');
  expect(why({ readOnlyRootFilesystem: true })).toBe(
    'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)\n',
  );
  expect(why({ capabilities: { drop: ['ALL'] } })).toBe(
    'nginx: [emerg] chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)\n',
  );
  expect(why({ allowPrivilegeEscalation: false })).toBe('runs true');
});

it('a profile that the node does not have is refused', () => {
  const { make, wait, status } = kubeletWorld();
  const waiting = (name: string, securityContext: object) => {
    make(name, { containers: [busybox({ securityContext })] });
    wait(10);
    return status(name)?.state?.waiting;
  };
  expect(waiting('a', { seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/audit.json' } })).toEqual({
    reason: 'CreateContainerError',
    message:
      'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/profiles/audit.json": open /var/lib/kubelet/seccomp/profiles/audit.json: no such file or directory',
  });
  expect(waiting('b', { appArmorProfile: { type: 'Localhost', localhostProfile: 'deny-write' } })).toEqual({
    reason: 'CreateContainerError',
    message: 'failed to get container spec: failed to generate apparmor spec opts: apparmor profile not found deny-write',
  });
});
