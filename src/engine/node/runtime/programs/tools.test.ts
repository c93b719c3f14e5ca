import { describe, expect, it } from 'vitest';
import { testWorld } from './test-image.ts';

const MiB = 1024 * 1024;

describe('tools', () => {
  it('stress holds memory and burns CPU', () => {
    const world = testWorld();
    const hog = world.start('polinux/stress', { args: ['stress', '--vm', '1', '--vm-bytes', '150M', '--vm-hang', '1'] });
    expect(hog.log()).toBe('stress: info: [1] dispatching hogs: 0 cpu, 0 io, 1 vm, 0 hdd\n');
    expect(hog.kernel.usage()).toMatchObject({ memory: 151 * MiB, cpu: 1000 });
    const short = world.start('polinux/stress', { args: ['stress', '-c', '2', '-t', '5s'] });
    expect([short.code(), short.log()]).toEqual([0, expect.stringContaining('successful run completed in 5s\n')]);
    const vish = world.start('vish/stress', {
      args: ['-cpus', '2', '-mem-total', '100Mi', '-mem-alloc-size', '10Mi', '-mem-alloc-sleep', '1s'],
    });
    world.sim.runFor(5000);
    expect(vish.kernel.usage()).toMatchObject({ memory: 104 * MiB, cpu: 2001 });
  });

  it('perl prints pi, and says what it cannot', () => {
    const world = testWorld();
    const job = world.start('perl:5.34.0', { args: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(50)'] });
    expect([job.log(), job.code()]).toEqual(['3.1415926535897932384626433832795028841971693993751\n', 0]);
    const long = world.start('perl', { args: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] });
    expect(long.log()).toHaveLength(2002);
    expect(long.log()).toMatch(/^3\.14159.*7566\n$|^3\.14159\d+\n$/);
    expect(world.start('perl', { args: ['perl', '-e', 'exit 3'] }).code()).toBe(3);
    expect(world.start('perl', { args: ['perl', '-e', 'sleep 5'] }).log()).toContain('this simulation knows bpi');
  });

  it('fluentd ships what is added to a file', () => {
    const world = testWorld();
    const shipper = world.start('fluentd:v1.18-1', {
      write: {
        '/fluentd/etc/fluent.conf': '<source>\n  @type tail\n  path /var/log/app.log\n  tag app\n</source>\n',
        '/var/log/app.log': 'one\n',
      },
    });
    shipper.files.write('/var/log/app.log', new TextEncoder().encode('two\nhalf'), { append: true });
    world.sim.runFor(2000);
    expect(shipper.log().match(/app: .*$/gm)).toEqual(['app: {"message":"one"}', 'app: {"message":"two"}']);
    expect(world.start('fluentd', { args: ['fluentd', '-c', '/nope.conf'] }).code()).toBe(1);
  });

  it('fluentd says of a line in the CRI format whose it is, and keeps it', () => {
    const world = testWorld();
    const name = `web-1_default_app-${'0a'.repeat(32)}`;
    const shipper = world.start('fluentd:v1.18-1', {
      write: {
        '/fluentd/etc/fluent.conf':
          '<source>\n  @type tail\n  path /var/log/containers/*.log\n  tag kubernetes.*\n  <parse>\n    @type cri\n  </parse>\n</source>\n<filter kubernetes.**>\n  @type kubernetes_metadata\n</filter>\n<match **>\n  @type file\n  path /store/all\n</match>\n',
        [`/var/log/containers/${name}.log`]: '2026-01-05T09:00:00.120000000Z stderr F oh no\n',
      },
    });
    shipper.files.remove(`/var/log/containers/${name}.log`);
    world.sim.runFor(2000);
    const [kept = ''] = new TextDecoder().decode(shipper.files.read('/store/all.20260105.log')).split('\n');
    expect(kept.split('\t').slice(0, 2)).toEqual(['2026-01-05 09:00:00.120000000 +0000', `kubernetes.var.log.containers.${name}.log`]);
    expect(JSON.parse(kept.split('\t')[2] ?? '')).toMatchObject({
      stream: 'stderr',
      message: 'oh no',
      kubernetes: { pod_name: 'web-1', namespace_name: 'default', container_name: 'app' },
    });
  });

  it('node-exporter has metrics, netshoot a shell', () => {
    const world = testWorld();
    const exporter = world.start('quay.io/prometheus/node-exporter:v1.9.1', { args: ['--web.listen-address=:9200'] });
    expect(exporter.get('/metrics', 9200)).toMatchObject({
      status: 200,
      body: expect.stringContaining('node_exporter_build_info{version="1.9.1"} 1\n') as string,
    });
    const box = world.start('nicolaka/netshoot', { args: ['bash', '-c', 'sleep 1000'] });
    expect(box.exec(['curl', '-s', `http://${exporter.ip}:9200/`]).out).toContain('Node Exporter');
  });
});
