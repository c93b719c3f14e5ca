import type { Image } from '../../../os/image.ts';
import { rare } from '../../../os/rare.ts';
import { bootcamp, helloApp, hpaExample, httpEcho, whoami } from '../programs/hello.ts';
import { configuredWeb, podinfo } from '../programs/podinfo.ts';
import { MB, PATH, versionList, versions } from './tags.ts';

const oneTag =
  (...tags: readonly string[]) =>
  (tag: string): boolean =>
    tags.includes(tag);

/** Web apps of documentation and tutorials, and one that is as its environment says. */
export const WEB_APPS: readonly Image[] = [
  ...['ghcr.io/stefanprodan/podinfo', 'docker.io/stefanprodan/podinfo'].map((repository): Image => ({
    repository,
    hasTag: versionList(
      [
        [4, 0, 1],
        [5, 0, 2],
        [6, 0, 9],
      ],
      ['latest'],
      [],
    ),
    size: 26 * MB,
    flavour: 'alpine+curl',
    user: 'app',
    cmd: ['./podinfo'],
    env: { PATH },
    workingDir: '/home/app',
    exposedPorts: [9898],
    programs: { './podinfo': rare(podinfo), podinfo: rare(podinfo) },
  })),
  {
    repository: 'docker.io/kubernotes/web',
    hasTag: versions(1, 0, 9, ['latest'], []),
    size: 12 * MB,
    flavour: 'alpine+curl',
    entrypoint: ['/web'],
    env: { PATH },
    exposedPorts: [8080],
    programs: { '/web': rare(configuredWeb) },
  },
  {
    repository: 'docker.io/hashicorp/http-echo',
    hasTag: (tag) => /^(latest|alpine|v?0\.2\.[0-9]+|1\.0(\.0)?)$/.test(tag),
    size: 3 * MB,
    entrypoint: ['/http-echo'],
    env: { PATH },
    exposedPorts: [5678],
    programs: { '/http-echo': httpEcho },
  },
  ...['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'].flatMap((repository): Image[] =>
    ['1.0', '2.0'].map((tag) => ({
      repository,
      hasTag: oneTag(tag),
      size: 12 * MB,
      entrypoint: ['./hello-app'],
      env: { PATH },
      exposedPorts: [8080],
      programs: { './hello-app': helloApp(`${tag}.0`) },
    })),
  ),
  ...['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp'].flatMap((repository): Image[] =>
    ['1', '2'].map((version) => ({
      repository,
      hasTag: oneTag(`v${version}`),
      size: 85 * MB,
      flavour: 'debian+curl',
      cmd: ['node', 'server.js'],
      env: { PATH },
      exposedPorts: [8080],
      programs: { node: bootcamp(version) },
    })),
  ),
  {
    repository: 'registry.k8s.io/hpa-example',
    hasTag: oneTag('latest'),
    size: 180 * MB,
    flavour: 'debian+curl',
    cmd: ['apache2-foreground'],
    env: { PATH },
    exposedPorts: [80],
    programs: { 'apache2-foreground': hpaExample },
  },
  ...['docker.io/traefik/whoami', 'docker.io/containous/whoami'].map((repository): Image => ({
    repository,
    hasTag: (tag) => /^(latest|v1\.(5|10|11)(\.\d+)?)$/.test(tag),
    size: 3 * MB,
    entrypoint: ['/whoami'],
    env: { PATH },
    exposedPorts: [80],
    programs: { '/whoami': whoami },
  })),
];
