import type { Node } from '../../../api/generated/types.ts';
import { untilSignal } from '../../../os/daemon.ts';
import { klog } from '../../../os/go-log.ts';
import { NetworkError, type Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { encode } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { InClusterClient } from './in-cluster.ts';

/** `flanneld --kube-subnet-mgr`: takes the range that the node was given, and says on its disk which it is. Routes are the simulator's. */
export function* flanneld(process: Process): Task<number> {
  process.use({ memory: 30 * 1024 * 1024, cpu: 5 });
  const info = (place: string, text: string): void => klog(process, 'I', place, text);
  info('main.go:212', 'CLI flags config: {etcdEndpoints:http://127.0.0.1:4001,http://127.0.0.1:2379 kubeSubnetMgr:true ipMasq:true}');
  let client: InClusterClient;
  try {
    client = new InClusterClient(process, 'flanneld');
  } catch (error) {
    klog(process, 'E', 'main.go:229', `Failed to create SubnetManager: ${(error as Error).message}`);
    return 1;
  }
  const name = process.hostname;
  try {
    for (;;) {
      const { status, body } = yield* client.call('GET', `/api/v1/nodes/${name}`);
      const cidr = (body as Node).spec?.podCIDR ?? '';
      if (status === 200 && cidr !== '') {
        const [address = '', size = '24'] = cidr.split('/');
        const first = address.replace(/\.0$/, '.1');
        const text = `FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=${first}/${size}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n`;
        process.files.write('/run/flannel/subnet.env', encode(text));
        info('main.go:435', 'Wrote subnet file to /run/flannel/subnet.env');
        info('main.go:439', 'Running backend.');
        break;
      }
      if (status === 200) {
        klog(process, 'E', 'main.go:359', `Error registering network: failed to acquire lease: node "${name}" pod cidr not assigned`);
        return 1;
      }
      yield* process.sleep(SECOND);
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    klog(process, 'E', 'main.go:229', `Failed to create SubnetManager: error retrieving pod spec for 'kube-flannel': ${error.message}`);
    return 1;
  }
  yield* untilSignal(process, ['TERM', 'INT']);
  info('main.go:457', 'shutdownHandler sent cancel signal...');
  return 0;
}
