import type { EtcdCluster } from '../engine/etcd-server/cluster.ts';
import { encode } from '../engine/os/text.ts';
import type { Workstation } from '../shell/workstation.ts';

/** An administrator's workstation has a copy of etcd's certificates, and says in its environment where etcd is. */
export function etcdAccess({ files, home }: Workstation, { endpoints, options: { pki } }: EtcdCluster): void {
  const directory = `${home}/.etcd`;
  files.device(`${directory}/ca.crt`, { read: () => pki.authority('etcd/ca').certificate });
  files.device(`${directory}/client.crt`, { read: () => pki.pair('etcd/healthcheck-client').certificate });
  files.device(`${directory}/client.key`, { read: () => pki.pair('etcd/healthcheck-client').key });
  const variables = {
    ETCDCTL_ENDPOINTS: endpoints.join(),
    ETCDCTL_CACERT: `${directory}/ca.crt`,
    ETCDCTL_CERT: `${directory}/client.crt`,
    ETCDCTL_KEY: `${directory}/client.key`,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}\n`);
  files.write(`${home}/.bashrc`, encode(lines.join('')), { append: true });
}
