import { describe, expect, it } from 'vitest';
import type { Secret } from '../../api/generated/types.ts';
import { NODES, SECRETS } from '../../client/resources.ts';
import { kubeletWorld } from './test-world.ts';

const IMAGE = 'registry.example.com/team/app:1.0';

function world(node: object = {}) {
  const the = kubeletWorld(node, {
    images: [{ name: IMAGE, ports: [80] }, { name: 'registry.example.com/other/app:1.0' }],
    registries: [{ name: 'registry.example.com', username: 'ci', password: 'secret', forbidden: ['other/'] }],
  });
  const pull = (name: string, image: string, secrets: string[] = [], policy = 'IfNotPresent'): void =>
    the.make(name, {
      imagePullSecrets: secrets.map((each) => ({ name: each })),
      containers: [{ name: 'c', image, imagePullPolicy: policy }],
    });
  const secret = (name: string, key: string, username: string, password: string): void =>
    void the.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'default' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': btoa(JSON.stringify({ auths: { [key]: { auth: btoa(`${username}:${password}`) } } })) },
    } as Secret);
  return { ...the, pull, secret };
}

const RESOLVE = `rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": `;

describe('an image of a private registry', () => {
  it('is refused without credentials, with wrong ones, and where they do not reach', () => {
    const { pull, secret, wait, events } = world();
    secret('wrong', 'registry.example.com', 'ci', 'guess');
    secret('right', 'https://registry.example.com/v1/', 'ci', 'secret');
    pull('none', IMAGE);
    pull('bad', IMAGE, ['wrong']);
    pull('lost', IMAGE, ['nowhere']);
    pull('far', 'registry.example.com/other/app:1.0', ['right']);
    wait(8);
    const failed = (name: string): string | undefined => events(name).find((line) => line.startsWith('Failed Failed'));
    const intro = `Failed Failed to pull image "${IMAGE}": ${RESOLVE}`;
    expect(failed('none')).toBe(
      `${intro}pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
    );
    expect(failed('bad')).toBe(
      `${intro}unexpected status from HEAD request to https://registry.example.com/v2/team/app/manifests/1.0: 401 Unauthorized`,
    );
    expect(failed('far')).toMatch(/: 403 Forbidden$/);
    expect(events('lost')[0]).toBe(
      'FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (nowhere); attempting to pull the image may not succeed.',
    );
  });

  it('comes with them, and stays closed to pods without', () => {
    const { pull, secret, wait, get, status, events } = world();
    secret('right', '*.example.com', 'ci', 'secret');
    secret('elsewhere', 'registry.example.com/elsewhere', 'ci', 'secret');
    pull('with', IMAGE, ['right']);
    wait(10);
    expect(get('with').status?.phase).toBe('Running');
    pull('without', IMAGE, ['elsewhere']);
    pull('never', IMAGE, [], 'Never');
    pull('again', IMAGE, ['right'], 'Never');
    wait(10);
    expect(status('without')?.state?.waiting?.reason).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(status('never')?.state?.waiting?.reason).toBe('ErrImageNeverPull');
    expect(events('again')[0]).toBe(`Pulled Container image "${IMAGE}" already present on machine and can be accessed by the pod`);
  });
});

describe('a node with CRI-O', () => {
  it('shows it in its status, in container ids, and in how it words failures', () => {
    const { pull, make, wait, client, status, events } = world({ runtime: 'cri-o' });
    pull('web', 'nginx:1.27');
    pull('typo', 'nginx:nowhere');
    make('none', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['nothere'] }] });
    wait(15);
    expect(client.get(NODES, undefined, 'node-1').status?.nodeInfo?.containerRuntimeVersion).toBe('cri-o://1.36.0');
    expect(status('web')?.containerID).toMatch(/^cri-o:\/\/[0-9a-f]{64}$/);
    expect(status('typo')?.state?.waiting?.message).toContain('reading manifest nowhere in docker.io/library/nginx: manifest unknown');
    // crun looks for the program when the container is made: there is none that could have started.
    expect(status('none')?.state?.waiting).toEqual({
      reason: 'CreateContainerError',
      message: 'container create failed: executable file `nothere` not found in $PATH: No such file or directory',
    });
    expect(events('none').some((line) => line.startsWith('Created'))).toBe(false);
  });

  it('is a choice; dockershim is none any more', () => {
    expect(() => world({ runtime: 'dockershim' })).toThrow(/nodes\[0\]\.runtime: dockershim was removed in Kubernetes v1\.24/);
    expect(() => world({ runtime: 'rkt' })).toThrow('must be one of containerd, cri-o');
  });
});

describe('pulls', () => {
  it('go one after the other, unless the kubelet is told otherwise', () => {
    const took = (kubelet: object): number => {
      const { make, sim, get } = kubeletWorld(
        { kubelet },
        {
          images: [
            { name: 'a:1', size: 200e6 },
            { name: 'b:1', size: 200e6 },
          ],
        },
      );
      const began = sim.now;
      for (const name of ['a', 'b']) make(name, { containers: [{ name: 'c', image: `${name}:1` }] });
      sim.runUntilTrue(() => ['a', 'b'].every((name) => get(name).status?.phase === 'Running'), 120_000);
      return sim.now - began;
    };
    expect(took({ serializeImagePulls: false })).toBeLessThan(0.75 * took({}));
  });
});
