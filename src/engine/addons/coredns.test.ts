import { expect, it } from 'vitest';
import type { Pod, Service } from '../api/generated/types.ts';
import { OutsideClient } from '../client/client.ts';
import { PODS, SERVICES } from '../client/resources.ts';
import { ADMIN, openCluster } from '../cluster.ts';
import { query, resolveName } from '../network/dns.ts';
import type { DnsAnswer, RecordType } from '../network/dns-message.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import { readAll } from '../os/text.ts';
import type { HttpResponse } from '../os/process.ts';
import { run, type Task } from '../os/task.ts';
import { SECOND } from '../sim/time.ts';

it('answers for Services, headless ones, aliases and ports, along the search path of a pod', () => {
  const cluster = openCluster({ nodes: 2 });
  const { sim } = cluster;
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  const service = (name: string, spec: object): Service =>
    client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec } as Service);
  const pod = (name: string, more: object): void =>
    void client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: 'db' } },
      spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...more },
    } as Pod);
  const web = service('web', { selector: { app: 'db' }, ports: [{ name: 'http', port: 80 }] });
  service('db', { clusterIP: 'None', selector: { app: 'db' }, ports: [{ name: 'sql', port: 5432, targetPort: 80 }] });
  service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' });
  pod('db-0', { hostname: 'db-0', subdomain: 'db' });
  pod('db-1', { hostname: 'db-1', subdomain: 'db' });
  sim.runFor(60 * SECOND);
  const ip = (name: string): string => client.get(PODS, 'default', name).status?.podIP ?? '';
  const socket = (cluster.network.at(ip('db-0')) as NetworkNamespace).open();
  const ended = <T>(task: Task<T>): T | string => {
    let result: T | string = 'no answer';
    run(
      task,
      (value) => void (result = value),
      (error) => void (result = (error as Error).message),
    );
    sim.runFor(15 * SECOND);
    return result;
  };
  const records = (name: string, type: RecordType): string[] =>
    (ended(query(socket, { name, type })) as DnsAnswer).records.map((record) => `${record.type} ${record.data}`).sort();

  expect(ended(resolveName(socket, 'web'))).toEqual([web.spec?.clusterIP]);
  expect(ended(resolveName(socket, 'web.default'))).toEqual([web.spec?.clusterIP]);
  expect(ended(resolveName(socket, 'alias'))).toEqual([web.spec?.clusterIP]);
  expect([...(ended(resolveName(socket, 'db')) as string[])].sort()).toEqual([ip('db-0'), ip('db-1')].sort());
  expect(ended(resolveName(socket, 'db-1.db'))).toEqual([ip('db-1')]);
  expect(ended(resolveName(socket, `${ip('db-1').replaceAll('.', '-')}.default.pod.cluster.local`))).toEqual([ip('db-1')]);
  expect(records('_http._tcp.web.default.svc.cluster.local.', 'SRV')).toEqual(['SRV 0 100 80 web.default.svc.cluster.local.']);
  expect(records('_sql._tcp.db.default.svc.cluster.local.', 'SRV')).toEqual([
    'SRV 0 50 80 db-0.db.default.svc.cluster.local.',
    'SRV 0 50 80 db-1.db.default.svc.cluster.local.',
  ]);
  expect(records('alias.default.svc.cluster.local.', 'A')[1]).toBe('CNAME web.default.svc.cluster.local.');

  // The plugin prometheus, at a pod of CoreDNS. Which of the two was asked how often chance decides.
  const scrapes = client.list(PODS, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' }).items.map(({ status }) => {
    const answer = ended(socket.http({ method: 'GET', url: `http://${status?.podIP ?? ''}:9153/metrics` })) as HttpResponse;
    return ended(readAll(answer.body)) as string;
  });
  const total = (line: RegExp): number => scrapes.reduce((sum, text) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
  expect(
    total(/^coredns_dns_requests_total\{family="1",proto="udp",server="dns:\/\/:53",type="SRV",view="",zone="cluster.local."\} (\d+)$/m),
  ).toBe(2);
  expect(total(/^coredns_dns_responses_total\{plugin="kubernetes",rcode="NOERROR",[^}]*\} (\d+)$/m)).toBeGreaterThan(6);
  expect(scrapes[0]).toContain('coredns_build_info{goversion="go1.25.1",revision="0000000",version="1.14.2"} 1\n');
});
