// One scenario on the peer: create a Deployment, roll it, scale it to 0. Prints one line of JSON.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BaseImage, Cluster } from '@ngrok/webernetes';

const [nodes, pods] = process.argv.slice(2).map(Number);

// Two versions of a program that runs until it is stopped; the default programs of the package are of one version each.
class First extends BaseImage {
  static imageName = 'server';
  static imageVersion = '1';
  defaultCommand = ['serve'];
  async exec(context) {
    return await context.waitUntilKilled();
  }
}
class Second extends First {
  static imageVersion = '2';
}

const cluster = new Cluster({ nodes });
cluster.registerImage(First);
cluster.registerImage(Second);
const opening = { wall: performance.now(), cpu: process.cpuUsage() };
await cluster.init();
const opened = process.cpuUsage(opening.cpu);
const deployment = (image, replicas) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'server', image }] } } },
});

// The clock of this package can be stepped, so it need not wait for wall time: 20 virtual ms, then whatever was promised meanwhile.
const STEP = 20;
cluster.clock.pause();
const tick = async () => {
  cluster.clock.step(STEP);
  await new Promise((resolve) => setImmediate(resolve));
};

const phases = [{ name: 'open', wall: performance.now() - opening.wall, cpu: (opened.user + opened.system) / 1000 }];
async function phase(name, object, done) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = { wall: performance.now(), cpu: process.cpuUsage(), virtual: cluster.clock.nowMs() };
  await settle(cluster.apply([object]));
  for (let i = 0; i % 5 !== 0 || !(await done()); i++) await tick();
  const cpu = process.cpuUsage(from.cpu);
  delay.disable();
  phases.push({ name, wall: performance.now() - from.wall, cpu: (cpu.user + cpu.system) / 1000, virtual: cluster.clock.nowMs() - from.virtual, slice: delay.max / 1e6 });
}

async function settle(promise) {
  const state = { pending: true, value: undefined };
  promise.then((value) => Object.assign(state, { pending: false, value }));
  while (state.pending) await tick();
  return state.value;
}
const status = async () => (await settle(cluster.api.appsv1.readNamespacedDeployment({ name: 'web', namespace: 'default' }))).status ?? {};
await phase('create', deployment('server:1', pods), async () => ((await status()).readyReplicas ?? 0) === pods);
await phase('roll', deployment('server:2', pods), async () => {
  const { updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = await status();
  return updatedReplicas === pods && readyReplicas === pods && replicas === pods;
});
await phase('scale to 0', deployment('server:2', 0), async () => {
  if (((await status()).replicas ?? 0) !== 0) return false;
  return (await settle(cluster.api.corev1.listNamespacedPod({ namespace: 'default' }))).items.length === 0;
});
console.log(JSON.stringify({ phases, memory: process.resourceUsage().maxRSS * 1024 }));
process.exit(0);
