// The rooms of ARCHITECTURE.md and the arrows between them. An arrow that is not drawn there is an error here.
const room = (path) => `^src/engine/${path}/`;
/** Tests, and the worlds that tests build (`test-server.ts`, `test-cluster.ts`), may reach further than the room they stand in. */
const TESTS = '(\\.test|/test-[a-z-]+)\\.ts$';
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: TESTS },
  to: { path: '^(src|server|bench|tools|e2e)/', pathNot: [from, ...allowed] },
});
const SIM = room('sim');
const METRICS = room('metrics');
const OS = room('os');
const API = room('api');
const CEL = room('cel');
const ETCD = room('etcd');
const COMPONENT = '^src/engine/component\\.ts$';
const FRONT_DOOR = '^src/engine/apiserver/types\\.ts$';
const CLIENT = room('client');
const AUTOSCALER = room('addons/cluster-autoscaler');
const base = [SIM, OS, API, CEL, METRICS, COMPONENT];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    only('sim-stands-alone', SIM, [], 'The clock, chance and the log know nothing of Kubernetes.'),
    only('metrics-on-sim', METRICS, [SIM], 'Counters and the text of a scrape know nothing of what is counted.'),
    only('os-on-sim', OS, [SIM], 'Processes and files need time and chance only.'),
    only('api-on-sim', API, [SIM, CEL], 'Kinds are data; some of their rules are expressions.'),
    only(
      'cel',
      CEL,
      ['^src/engine/api/(ip|quantity|base64|names)\\.ts$'],
      'The language knows nothing of objects, only a few of their texts.',
    ),
    only('etcd-on-sim', ETCD, [SIM, METRICS], 'The store knows nothing of Kubernetes.'),
    only('etcd-server', room('etcd-server'), [...base, ETCD, room('network')], 'etcd at its own port: the store, served over the network.'),
    only('apiserver', room('apiserver'), [...base, ETCD], 'The one front door; the only room that touches etcd.'),
    only('client', CLIENT, [...base, FRONT_DOOR], 'Clients see the front door only.'),
    only('controllers', room('controllers'), [...base, FRONT_DOOR, CLIENT], 'Controllers are clients.'),
    only('scheduler', room('scheduler'), [...base, FRONT_DOOR, CLIENT], 'The scheduler is a client.'),
    only(
      'node',
      room('node'),
      [...base, FRONT_DOOR, CLIENT, room('network')],
      'Kubelets and proxies are clients; their packets go through the network.',
    ),
    only('network', room('network'), [...base], 'Packets know addresses, not objects.'),
    {
      name: 'addons',
      severity: 'error',
      comment: 'Add-ons are clients.',
      from: { path: room('addons'), pathNot: [TESTS, AUTOSCALER] },
      to: {
        path: '^(src|server|bench|tools|e2e)/',
        pathNot: [room('addons'), ...base, FRONT_DOOR, CLIENT, room('network')],
      },
    },
    only(
      'cluster-autoscaler',
      AUTOSCALER,
      [...base, FRONT_DOOR, CLIENT, room('scheduler'), room('cloud'), '^src/engine/addons/addon-manifests\\.ts$'],
      "The autoscaler orders machines of the cloud, and asks the scheduler's plugins what they would be good for.",
    ),
    only('cloud', room('cloud'), [...base, FRONT_DOOR, CLIENT, room('node')], 'The cloud delivers machines; its controller is a client.'),
    only('engine-is-closed', '^src/engine/', [], 'The engine imports nothing outside itself but pure libraries.'),
    only('shell', '^src/shell/', [SIM, OS, FRONT_DOOR], 'The workstation reaches the cluster through its public protocols.'),
    only(
      'cli',
      '^src/cli/',
      [OS, '^src/engine/sim/(time|duration)\\.ts$', API, FRONT_DOOR],
      'Tools talk to the front door; they may know the shapes of objects.',
    ),
    only(
      'scenes',
      '^src/scenes/',
      [SIM, '^src/engine/api/', '^src/workers/protocol\\.ts$'],
      'Scenes are derived from log and objects only.',
    ),
    only(
      'notebook',
      '^src/notebook/',
      [SIM, API, '^src/workers/protocol\\.ts$', '^src/engine/scenario\\.ts$'],
      'Lessons know protocol types.',
    ),
    only(
      'components',
      '^src/components/',
      ['^src/scenes/', '^src/notebook/', '^src/workers/', SIM, API, '^src/content/'],
      'Widgets draw scenes and ask the worker.',
    ),
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'engine-without-node',
      severity: 'error',
      comment: 'Pure libraries only: no Node core modules in what runs in the browser.',
      from: { path: '^src/(engine|shell|cli/kubectl|scenes|notebook|components|workers)/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-libraries',
      severity: 'error',
      comment: 'The engine core may use these libraries, each pure.',
      from: { path: '^src/engine/', pathNot: TESTS },
      to: { path: '^node_modules/', pathNot: '^node_modules/(pure-rand|js-yaml|@noble)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.astro)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
