import type { Image } from '../../../os/image.ts';
import { dashboard, metricsScraper } from '../programs/dashboard.ts';
import { rare } from '../../../os/rare.ts';
import { fluentd } from '../programs/fluentd.ts';
import { nodeExporter } from '../programs/node-exporter.ts';
import { perl } from '../programs/perl.ts';
import { stress, vishStress } from '../programs/stress.ts';
import { MB, PATH, versionList } from './tags.ts';

/** What lessons and the documentation run beside servers: load, digits of pi, shippers of logs, exporters, boxes of network tools. */
export const TOOLS: readonly Image[] = [
  {
    repository: 'docker.io/kubernetesui/dashboard',
    hasTag: (tag) => /^v2\.[0-7]\.\d+$/.test(tag),
    size: 75 * MB,
    user: '1001',
    entrypoint: ['/dashboard', '--insecure-bind-address=0.0.0.0', '--bind-address=0.0.0.0'],
    programs: { '/dashboard': rare(dashboard) },
  },
  {
    repository: 'docker.io/kubernetesui/metrics-scraper',
    hasTag: (tag) => /^v1\.0\.\d+$/.test(tag),
    size: 20 * MB,
    user: '1001',
    entrypoint: ['/metrics-sidecar'],
    programs: { '/metrics-sidecar': rare(metricsScraper) },
  },
  ...['docker.io/polinux/stress', 'docker.io/progrium/stress'].map((repository): Image => ({
    repository,
    hasTag: (tag) => /^(latest|1\.0\.4)$/.test(tag),
    size: 4 * MB,
    flavour: 'alpine',
    // progrium's image starts the tool, polinux's a shell.
    ...(repository.includes('progrium') ? { entrypoint: ['/usr/bin/stress', '--verbose'] } : { cmd: ['/bin/sh'] }),
    env: { PATH },
    programs: { stress: rare(stress), '/usr/bin/stress': rare(stress) },
  })),
  {
    repository: 'docker.io/vish/stress',
    hasTag: (tag) => tag === 'latest',
    size: 1.5 * MB,
    entrypoint: ['/stress'],
    env: { PATH },
    programs: { '/stress': rare(vishStress) },
  },
  {
    repository: 'docker.io/library/perl',
    hasTag: versionList([[5, 18, 42]], ['latest', 'slim', 'stable'], ['slim', 'bookworm', 'slim-bookworm', 'threaded']),
    size: 330 * MB,
    flavour: 'debian',
    cmd: ['perl', '-de0'],
    env: { PATH },
    programs: { perl: rare(perl), '/usr/local/bin/perl': rare(perl) },
  },
  ...['docker.io/library/fluentd', 'docker.io/fluent/fluentd', 'quay.io/fluentd_elasticsearch/fluentd', 'registry.k8s.io/fluentd-gcp'].map(
    (repository): Image => ({
      repository,
      hasTag: (tag) => /^(latest|edge|v?\d+(\.\d+)*(-[\w.-]+)?)$/.test(tag),
      size: 75 * MB,
      flavour: 'debian',
      cmd: ['fluentd'],
      env: { PATH },
      exposedPorts: [24224, 5140],
      programs: { fluentd: rare(fluentd) },
    }),
  ),
  ...['quay.io/prometheus/node-exporter', 'docker.io/prom/node-exporter'].map((repository): Image => ({
    repository,
    hasTag: (tag) => /^(latest|v1\.\d+\.\d+|v0\.1[5-8]\.\d+)$/.test(tag),
    size: 13 * MB,
    flavour: 'busybox',
    user: 'nobody',
    entrypoint: ['/bin/node_exporter'],
    env: { PATH },
    exposedPorts: [9100],
    programs: { '/bin/node_exporter': rare(nodeExporter) },
  })),
  {
    repository: 'docker.io/nicolaka/netshoot',
    hasTag: (tag) => /^(latest|v0\.\d+)$/.test(tag),
    size: 205 * MB,
    flavour: 'alpine+bash+curl+iputils',
    cmd: ['bash'],
    env: { PATH },
    workingDir: '/root',
  },
];
