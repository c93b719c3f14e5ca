import { describe, expect, it } from 'vitest';
import { busybox, kubeletWorld } from './test-world.ts';

const Mi = 1024 * 1024;
const Gi = 1024 * Mi;
const mount = (path: string): object => ({ volumeMounts: [{ name: 'v', mountPath: path }] });

describe('a volume in memory', () => {
  it('ends at its size, and whoever writes is told so', () => {
    const { make, wait, exec, machine, get } = kubeletWorld();
    make('p', { containers: [busybox(mount('/m'))], volumes: [{ name: 'v', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] });
    wait(20);
    const before = machine.runtime.memoryInUse;
    expect(exec('p', 'c', 'sh', '-c', 'dd if=/dev/zero of=/m/big bs=64k 2>&1 | head -3')).toBe(
      "dd: error writing '/m/big': No space left on device\n17+0 records in\n16+0 records out\n",
    );
    expect(machine.runtime.memoryInUse - before).toBe(Mi);
    expect(exec('p', 'c', 'sh', '-c', 'echo more > /m/x; echo $?; seq 9 > /m/x; mkdir /m/d')).toBe(
      "sh: write error: No space left on device\n1\nseq: write error: No space left on device\nmkdir: can't create directory '/m/d': No space left on device\n",
    );
    wait(30);
    expect(get('p').status?.phase).toBe('Running');
    exec('p', 'c', 'rm', '/m/big');
    expect(machine.runtime.memoryInUse).toBe(before);
    expect(exec('p', 'c', 'sh', '-c', 'echo more > /m/x; cat /m/x')).toBe('more\n');
  });

  it('counts for the memory of who writes, and may be no larger than what the pod may have', () => {
    const { make, wait, status, machine } = kubeletWorld();
    const write = 'sleep 5; dd if=/dev/zero of=/m/big bs=1M count=80; sleep 9999';
    const limit = { resources: { limits: { memory: '64Mi' } } };
    make('p', { containers: [busybox({ ...mount('/m'), ...limit }, write)], volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }] });
    wait(20);
    expect(status('p')?.lastState?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(machine.runtime.memoryInUse).toBeLessThanOrEqual(65 * Mi);
  });
});

describe('a full disk', () => {
  it('lets nobody write, nor any image come; what is deleted makes room again', () => {
    const { make, wait, exec, machine, events } = kubeletWorld({ ephemeralStorage: '10Gi', kubelet: { evictionHard: {} } });
    make('p', { containers: [busybox(mount('/v'))], volumes: [{ name: 'v', emptyDir: {} }] });
    wait(20);
    const { disk, system, capacity } = machine.resources;
    system.disk = capacity.disk - disk.bytes - 2 * Mi;
    expect(
      exec('p', 'c', 'sh', '-c', 'dd if=/dev/zero of=/v/a bs=1M count=1; dd if=/dev/zero of=/tmp/b bs=1M count=5 2>&1 | head -1'),
    ).toContain("dd: error writing '/tmp/b': No space left on device");
    make('q', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
    wait(20);
    expect(events('q').join('\n')).toMatch(
      /^Failed Failed to pull image "nginx:1.27": rpc error: code = Unknown desc = failed to pull and unpack image "docker.io\/library\/nginx:1.27": failed to copy: write \/var\/lib\/containerd\/io.containerd.content.v1.content\/ingest\/[0-9a-f]{64}\/data: no space left on device$/m,
    );
    exec('p', 'c', 'rm', '/v/a');
    expect(exec('p', 'c', 'sh', '-c', 'echo fits > /tmp/x && cat /tmp/x')).toBe('fits\n');
  });

  it('of a pod that writes it full: unused images go first, then the pod', () => {
    const { make, wait, get, node, exec } = kubeletWorld(
      { ephemeralStorage: '10Gi', images: ['large:1'] },
      { images: [{ name: 'large:1', size: Gi }] },
    );
    const write = (name: string, mebibytes: number): void => {
      make(name, { containers: [busybox({}, `dd if=/dev/zero of=/big bs=1M count=${mebibytes}; sleep 1d`)] });
      wait(60);
    };
    write('small', 1);
    write('writer', 7000);
    expect(JSON.stringify(node().status?.images)).toContain('large');
    // The image's gibibyte is room enough for this one, and not for the next.
    write('second', 900);
    expect(JSON.stringify(node().status?.images)).not.toContain('large');
    expect(get('writer').status?.phase).toBe('Running');
    exec('second', 'c', 'dd', 'if=/dev/zero', 'of=/more', 'bs=1M', 'count=900');
    wait(60);
    expect(get('writer').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(get('small').status?.phase).toBe('Running');
  });
});
