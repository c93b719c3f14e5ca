import type { Image } from '../../os/image.ts';
import { DATABASES } from './images/databases.ts';
import { MB, PATH, versionList, versions } from './images/tags.ts';
import { TOOLS } from './images/tools.ts';
import { WEB_APPS } from './images/web.ts';
import { agnhost } from './programs/agnhost.ts';
import { daemon, pause } from '../../os/daemon.ts';
import { flanneld } from './programs/flanneld.ts';
import { rare } from '../../os/rare.ts';
import { httpd } from './programs/httpd.ts';
import { memcached } from './programs/memcached.ts';
import { metricsServer } from './programs/metrics-server/metrics-server.ts';
import { nginx, nginxEntrypoint } from './programs/nginx.ts';
import { podMetricsAdapter } from './programs/pod-metrics-adapter/pod-metrics-adapter.ts';
import { redisCli, redisServer } from './programs/redis.ts';
import { toyExtender } from './programs/toy-extender.ts';
import { toyScheduler } from './programs/toy-scheduler.ts';

const NGINX_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>
</body>
</html>
`;

const NGINX_CONF = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

/** The images every registry of this world has. Sizes are those of the amd64 images, rounded. */
export const CATALOGUE: readonly Image[] = [
  ...nginxImages(),
  {
    repository: 'docker.io/library/httpd',
    hasTag: versions(2, 2, 4, ['latest', 'alpine', 'bookworm', 'trixie'], ['alpine', 'bookworm', 'trixie']),
    size: 45 * MB,
    flavour: 'debian',
    cmd: ['httpd-foreground'],
    env: { PATH: `/usr/local/apache2/bin:${PATH}`, HTTPD_VERSION: '2.4.65' },
    workingDir: '/usr/local/apache2',
    stopSignal: 'WINCH',
    exposedPorts: [80],
    files: {
      '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
      '/usr/local/apache2/conf/httpd.conf': 'ServerRoot "/usr/local/apache2"\nListen 80\n',
    },
    programs: { 'httpd-foreground': rare(httpd), httpd: rare(httpd) },
  },
  shellImage(
    'docker.io/library/busybox',
    'busybox',
    versions(1, 20, 37, ['latest', 'glibc', 'musl', 'uclibc', 'stable'], ['glibc', 'musl', 'uclibc']),
    2.2 * MB,
    ['sh'],
  ),
  shellImage('docker.io/library/alpine', 'alpine', versions(3, 3, 23, ['latest', 'edge', '3'], []), 3.8 * MB, ['/bin/sh']),
  shellImage(
    'docker.io/library/debian',
    'debian',
    (tag) => /^(latest|stable|trixie|bookworm|bullseye|1[123](\.\d+)?)(-slim)?$/.test(tag),
    48 * MB,
    ['bash'],
  ),
  shellImage(
    'docker.io/library/ubuntu',
    'debian+procps',
    (tag) => /^(latest|rolling|noble|jammy|focal|2[0-6]\.(04|10))$/.test(tag),
    30 * MB,
    ['/bin/bash'],
  ),
  {
    repository: 'docker.io/curlimages/curl',
    hasTag: (tag) => /^(latest|[78]\.\d+\.\d+)$/.test(tag),
    size: 9.5 * MB,
    flavour: 'alpine+curl',
    user: 'curl_user',
    entrypoint: ['/entrypoint.sh'],
    cmd: ['curl'],
    env: { PATH },
    programs: {
      '/entrypoint.sh': function* entrypoint(process) {
        if (process.exec === undefined) throw new Error('this image needs a host that can exec');
        // The script puts `curl` before what looks like its options.
        const [, first = 'curl', ...rest] = process.argv;
        return yield* process.exec(first.startsWith('-') ? ['curl', first, ...rest] : [first, ...rest]);
      },
    },
  },
  ...kubectlImages(),
  ...DATABASES,
  ...WEB_APPS,
  ...TOOLS,
  {
    repository: 'docker.io/library/redis',
    hasTag: versionList(
      [
        [4, 0, 0],
        [5, 0, 0],
        [6, 0, 2],
        [7, 0, 4],
        [8, 0, 4],
      ],
      ['latest', 'alpine', 'bookworm'],
      ['alpine', 'bookworm'],
    ),
    size: 45 * MB,
    flavour: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['redis-server'],
    env: { PATH, REDIS_VERSION: '7.4.5' },
    workingDir: '/data',
    exposedPorts: [6379],
    programs: {
      'docker-entrypoint.sh': function* entrypoint(process) {
        if (process.exec === undefined) throw new Error('this image needs a host that can exec');
        const [, first = 'redis-server', ...rest] = process.argv;
        return yield* process.exec(first.startsWith('-') || first.endsWith('.conf') ? ['redis-server', first, ...rest] : [first, ...rest]);
      },
      'redis-server': rare(redisServer),
      'redis-cli': rare(redisCli),
    },
  },
  {
    repository: 'docker.io/library/memcached',
    hasTag: versions(1, 4, 6, ['latest', 'alpine'], ['alpine', 'bookworm']),
    size: 32 * MB,
    flavour: 'debian',
    user: 'memcache',
    cmd: ['memcached'],
    env: { PATH },
    exposedPorts: [11211],
    programs: { memcached: rare(memcached) },
  },
  {
    repository: 'registry.k8s.io/pause',
    hasTag: (tag) => /^(latest|3\.(\d|10)(\.\d)?)$/.test(tag),
    size: 319_000,
    user: '65535',
    entrypoint: ['/pause'],
    programs: { '/pause': pause },
  },
  {
    repository: 'registry.k8s.io/e2e-test-images/agnhost',
    hasTag: (tag) => /^2\.(\d|[1-5]\d)(\.\d+)?$/.test(tag),
    size: 52 * MB,
    flavour: 'alpine+bash+curl',
    entrypoint: ['/agnhost'],
    cmd: ['pause'],
    env: { PATH },
    programs: { '/agnhost': rare(agnhost), agnhost: rare(agnhost) },
  },
  {
    repository: 'registry.k8s.io/metrics-server/metrics-server',
    hasTag: (tag) => /^v0\.[5-8]\.\d+$/.test(tag),
    size: 22 * MB,
    user: '65534',
    entrypoint: ['/metrics-server'],
    programs: { '/metrics-server': rare(metricsServer) },
  },
  {
    repository: 'docker.io/kubernotes/pod-metrics-adapter',
    hasTag: (tag) => tag === '1.0' || tag === 'latest',
    size: 25 * MB,
    user: '65534',
    entrypoint: ['/pod-metrics-adapter'],
    programs: { '/pod-metrics-adapter': rare(podMetricsAdapter) },
  },
  {
    repository: 'docker.io/kubernotes/toy-extender',
    hasTag: (tag) => tag === '1.0' || tag === 'latest',
    size: 6 * MB,
    user: '65534',
    entrypoint: ['/toy-extender'],
    programs: { '/toy-extender': rare(toyExtender) },
  },
  {
    repository: 'docker.io/kubernotes/toy-scheduler',
    hasTag: (tag) => tag === '1.0' || tag === 'latest',
    size: 6 * MB,
    user: '65534',
    entrypoint: ['/toy-scheduler'],
    programs: { '/toy-scheduler': rare(toyScheduler) },
  },
  {
    repository: 'ghcr.io/flannel-io/flannel',
    hasTag: (tag) => /^v0\.2\d\.\d+$/.test(tag),
    size: 30 * MB,
    flavour: 'alpine',
    entrypoint: ['/opt/bin/flanneld'],
    programs: { '/opt/bin/flanneld': rare(flanneld) },
  },
  {
    repository: 'ghcr.io/flannel-io/flannel-cni-plugin',
    hasTag: (tag) => /^v1\.\d+\.\d+-flannel\d+$/.test(tag),
    size: 5 * MB,
    flavour: 'alpine',
    files: { '/flannel': '\x7fELF' },
  },
  component('registry.k8s.io/kube-proxy', 'kube-proxy', (tag) => /^v1\.3[0-7]\.\d+$/.test(tag), 25 * MB, 40 * 1024 * 1024),
];

function nginxImages(): Image[] {
  const tags = versions(
    1,
    7,
    29,
    ['latest', 'stable', 'mainline', 'perl', 'bookworm', 'stable-perl', 'stable-bookworm'],
    ['perl', 'bookworm', 'bullseye', 'trixie', 'otel'],
  );
  const alpine = versions(
    1,
    7,
    29,
    ['alpine', 'stable-alpine', 'mainline-alpine', 'alpine-slim'],
    ['alpine', 'alpine-slim', 'alpine-perl', 'alpine3.22'],
    true,
  );
  const base: Image = {
    repository: 'docker.io/library/nginx',
    hasTag: tags,
    size: 72 * MB,
    flavour: 'debian+curl',
    entrypoint: ['/docker-entrypoint.sh'],
    cmd: ['nginx', '-g', 'daemon off;'],
    env: { PATH, NGINX_VERSION: '1.27.5', PKG_RELEASE: '1~bookworm' },
    stopSignal: 'QUIT',
    exposedPorts: [80],
    files: {
      '/etc/nginx/nginx.conf':
        'user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    default_type  application/octet-stream;\n    sendfile        on;\n    keepalive_timeout  65;\n    include /etc/nginx/conf.d/*.conf;\n}\n',
      '/etc/nginx/conf.d/default.conf': NGINX_CONF,
      '/usr/share/nginx/html/index.html': NGINX_PAGE,
      '/usr/share/nginx/html/50x.html': '<html><head><title>Error</title></head><body><h1>An error occurred.</h1></body></html>\n',
    },
    programs: { '/docker-entrypoint.sh': nginxEntrypoint, nginx },
  };
  return [{ ...base, hasTag: alpine, size: 21 * MB, flavour: 'alpine+curl' }, base];
}

/** The program itself comes with the flavour, from those who compose images with tools. */
function kubectlImages(): Image[] {
  const hasTag = (tag: string): boolean => /^(latest|v?1\.\d+(\.\d+)?)$/.test(tag);
  const base = { hasTag, size: 60 * MB, env: { PATH } };
  return [
    {
      ...base,
      repository: 'docker.io/bitnami/kubectl',
      flavour: 'debian+curl+kubectl',
      user: '1001',
      entrypoint: ['kubectl'],
      cmd: ['--help'],
    },
    { ...base, repository: 'docker.io/alpine/kubectl', flavour: 'alpine+kubectl', entrypoint: ['kubectl'] },
    { ...base, repository: 'docker.io/alpine/k8s', flavour: 'alpine+bash+curl+kubectl', cmd: ['bash'] },
  ];
}

function shellImage(repository: string, flavour: string, hasTag: (tag: string) => boolean, size: number, cmd: readonly string[]): Image {
  return { repository, flavour, hasTag, size, cmd, env: { PATH } };
}

/** A component of the control plane: its container is there to be seen; the work is done by the component itself. */
function component(repository: string, name: string, hasTag: (tag: string) => boolean, size: number, memory: number): Image {
  const program = daemon({ memory, cpu: 20 });
  return { repository, hasTag, size, entrypoint: [name], programs: { [name]: program, [`/usr/local/bin/${name}`]: program } };
}
