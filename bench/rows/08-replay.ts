import { openCluster, type Cluster } from '../../src/engine/cluster.ts';
import { ADMIN } from '../../src/engine/cluster.ts';
import { MINUTE, SECOND } from '../../src/engine/sim/time.ts';
import { measure, type Row } from '../measure.ts';

/** Half an hour of a learner: a request every ten seconds, among them a Deployment made, scaled, rolled and deleted every five minutes. */
export const row: Row = {
  title: 'replay of a 30-minute lesson session',
  lines: [{ phase: 'replay', field: 'wall', unit: 'ms', goal: 500 }],
  run() {
    const played = openCluster();
    const live = measure('live', () => {
      session(played);
      return { virtual: 30 * MINUTE, note: `${played.recorder.inputs.length} inputs, ${played.sim.log.entries.length} log entries` };
    });
    const recording = played.recorder.recording();
    let again: Cluster | undefined;
    const open = measure('open', () => {
      again = openCluster();
    });
    const replay = measure('replay', () => {
      again?.recorder.replay(recording);
    });
    const same = again?.sim.log.hash() === played.sim.log.hash();
    return [live, open, { ...replay, note: same ? 'same hash' : 'THE HASHES DIFFER' }];
  },
};

function session(cluster: Cluster): void {
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = (image: string): object => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } });
  const patch = (body: object): void => void send('PATCH', `${deployments}/web`, body);
  const send = (method: string, path: string, body?: object): unknown =>
    cluster.request({
      method,
      path,
      credentials: ADMIN,
      actor: 'kubectl/learner',
      ...(body === undefined ? {} : { body }),
      ...(method === 'PATCH' ? { headers: { 'content-type': 'application/strategic-merge-patch+json' } } : {}),
    });
  for (let round = 0; round < 6; round++) {
    send('POST', deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template('nginx:1.27') },
    });
    for (let minute = 1; minute <= 5; minute++) {
      for (let i = 0; i < 6; i++) {
        cluster.sim.runFor(10 * SECOND);
        send('GET', '/api/v1/namespaces/default/pods');
      }
      if (minute === 1) patch({ spec: { replicas: 10 } });
      if (minute === 2) patch({ spec: { template: template('nginx:1.28') } });
      if (minute === 4) send('DELETE', `${deployments}/web`);
    }
  }
}
