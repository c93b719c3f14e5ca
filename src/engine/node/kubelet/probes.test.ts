import { describe, expect, it } from 'vitest';
import { busybox, kubeletWorld } from './test-world.ts';
import { envFileValue } from './env-file.ts';

describe('a gRPC probe', () => {
  it('asks the health service, and says what it was told', () => {
    const { make, wait, exec, events, condition, get } = kubeletWorld();
    const image = 'registry.k8s.io/e2e-test-images/agnhost:2.56';
    const server = (service: string, port: number): object => ({
      name: 'c',
      image,
      args: ['grpc-health-checking'],
      readinessProbe: { grpc: { port, service }, periodSeconds: 2, failureThreshold: 1 },
    });
    make('good', { containers: [server('', 5000)] });
    make('other', { containers: [server('unknown', 5000)] });
    make('deaf', { containers: [server('', 5001)] });
    make('client', { containers: [busybox()] });
    wait(20);
    expect(condition('good', 'Ready')?.status).toBe('True');
    expect(events('other')).toContain(
      'Unhealthy Readiness probe failed: error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    );
    const ip = get('deaf').status?.podIP ?? '';
    expect(events('deaf')).toContain(
      `Unhealthy Readiness probe failed: timeout: failed to connect service "${ip}:5001" within 1s: context deadline exceeded`,
    );
    exec('client', 'c', 'wget', '-q', '-O-', `http://${get('good').status?.podIP ?? ''}:8080/make-not-serving`);
    wait(5);
    expect(condition('good', 'Ready')?.status).toBe('False');
    expect(events('good')).toContain('Unhealthy Readiness probe failed: service unhealthy (responded with "NOT_SERVING")');
  });
});

describe('the environment from a file', () => {
  it('is read from a volume that an init container has written', () => {
    const { make, wait, exec, status } = kubeletWorld();
    const volumes = [{ name: 'v', emptyDir: {} }];
    const from = (key: string, optional = false): object => ({
      name: 'COLOUR',
      valueFrom: { fileKeyRef: { volumeName: 'v', path: 'made.env', key, optional } },
    });
    const pod = (env: object[]): object => ({
      initContainers: [busybox({ volumeMounts: [{ name: 'v', mountPath: '/out' }] }, 'echo "COLOUR=\'blue sky\'" > /out/made.env', 'init')],
      containers: [busybox({ env })],
      volumes,
    });
    make('good', pod([from('COLOUR')]));
    make('bad', pod([from('SHAPE')]));
    make('fine', pod([from('SHAPE', true)]));
    wait(20);
    expect(exec('good', 'c', 'sh', '-c', 'echo $COLOUR')).toBe('blue sky\n');
    expect(status('bad')?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'environment variable key "SHAPE" not found in file "made.env"',
    });
    expect(exec('fine', 'c', 'sh', '-c', 'echo "<$COLOUR>"')).toBe('<>\n');
  });

  it('may span lines and hold comments', () => {
    const text = "# a comment\nA='one' # after\nB='two\nlines'\nC=plain\n";
    expect(['A', 'B', 'C', 'D'].map((key) => envFileValue(text, key))).toEqual(['one', 'two\nlines', 'plain', undefined]);
  });
});

describe('a command that is not in the image', () => {
  it('fails its probe and its hook, and nothing else', () => {
    const { make, wait, events } = kubeletWorld();
    const exec = { command: ['nope'] };
    make('probed', { containers: [busybox({ livenessProbe: { exec, periodSeconds: 1, failureThreshold: 1 } })] });
    make('hooked', { containers: [busybox({ lifecycle: { postStart: { exec } } })] });
    wait(10);
    expect(events('probed').find((event) => event.startsWith('Unhealthy'))).toMatch(
      /^Unhealthy Liveness probe errored .*"nope": executable file not found in \$PATH/,
    );
    expect(events('hooked')).toContain('FailedPostStartHook PostStartHook failed');
  });
});
