import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerPrograms } from '../src/shell/flavours.ts';
import { startCluster, type RunningCluster } from './start.ts';

const installed = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!installed) console.warn('kubectl is not on the PATH: the tests of real kubectl against the server are skipped');

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

// One cluster for all: the tests go on where the one before left off, as a terminal session does.
describe.skipIf(!installed)('real kubectl', { timeout: 60_000 }, () => {
  let running: RunningCluster;
  let home: string;
  let kubeconfig: string;
  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    KUBECONFIG: kubeconfig,
    HOME: home,
    KUBE_EDITOR: 'sed -i s/first/second/',
  });

  const kubectl = (line: string, stdin = '', env: NodeJS.ProcessEnv = environment()): Promise<Result> =>
    new Promise((resolve) => {
      const words = (line.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ''));
      const child = execFile('kubectl', words, { cwd: home, env, timeout: 50_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr }),
      );
      child.stdin?.end(stdin);
    });
  const ok = async (line: string, stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(line, stdin);
    if (code !== 0) throw new Error(`kubectl ${line}: exit code ${code}\n${stdout}${stderr}`);
    return stdout;
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'kubernotes-test-'));
    kubeconfig = join(home, 'kubeconfig');
    // Ten times as fast: kubectl's own waits are then the longest.
    running = await startCluster({ nodes: 3, speed: 10, programs: containerPrograms });
    writeFileSync(kubeconfig, running.kubeconfig);
  }, 60_000);
  afterAll(async () => {
    await running?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('version, cluster-info, api-resources, explain', async () => {
    expect(await ok('version')).toContain('Server Version: v1.36');
    expect(await ok('cluster-info')).toContain(`is running at`);
    const resources = await ok('api-resources');
    expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(await ok('explain deployment.spec --recursive')).toMatch(/maxSurge\t<IntOrString>/);
    expect(await ok('explain pod.spec.containers.imagePullPolicy')).toContain('IfNotPresent');
  });

  test('create, rollout status, get in every format', async () => {
    expect(await ok('create deployment web --image=nginx:1.26 --replicas=2')).toBe('deployment.apps/web created\n');
    expect(await ok('rollout status deployment/web')).toContain('successfully rolled out');
    expect(await ok('get deployment web')).toMatch(/^web +2\/2 +2 +2 +/m);
    expect(await ok('get pods -o wide')).toMatch(/NOMINATED NODE/);
    expect(await ok('get pods -l app=web -o name')).toMatch(/^(pod\/web-\w+-\w{5}\n){2}$/);
    expect(await ok('get deployment web -o yaml')).toContain('availableReplicas: 2');
    expect(JSON.parse(await ok('get deployment web -o json'))).toMatchObject({ kind: 'Deployment', spec: { replicas: 2 } });
    expect(await ok("get deployment web -o jsonpath='{.spec.replicas}'")).toBe('2');
    expect(await ok('get deployment web -o custom-columns=N:.metadata.name')).toBe('N\nweb\n');
    expect(await ok('get pods --field-selector=status.phase=Running -A -o name')).toContain('pod/web-');
    expect(await ok('describe deployment web')).toContain('ScalingReplicaSet');
  });

  test('get -w sees a change', async () => {
    const watch = spawn('kubectl', ['get', 'configmaps', '-w'], { env: environment() });
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await new Promise((resolve) => watch.stdout.once('data', resolve));
    await ok('create configmap seen --from-literal=a=b');
    await expect.poll(() => seen, { timeout: 10_000 }).toMatch(/^seen +1 /m);
    watch.kill();
  });

  test('apply, diff, edit, patch, replace, label, annotate', async () => {
    const manifest = (value: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg' }, data: { a: value } });
    expect(await ok('apply -f -', manifest('first'))).toBe('configmap/cfg created\n');
    expect(await ok('apply -f -', manifest('first'))).toBe('configmap/cfg unchanged\n');
    const diff = await kubectl('diff -f -', manifest('other'));
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/^-\s+a: first\n\+\s+a: other$/m);
    expect(await ok('edit configmap cfg')).toBe('configmap/cfg edited\n');
    expect(await ok("get configmap cfg -o jsonpath='{.data.a}'")).toBe('second');
    expect(await ok(`patch configmap cfg --type=json -p '[{"op":"add","path":"/data/b","value":"2"}]'`)).toBe('configmap/cfg patched\n');
    expect(await ok('replace -f -', manifest('third'))).toBe('configmap/cfg replaced\n');
    expect(await ok('label configmap cfg tier=front')).toBe('configmap/cfg labeled\n');
    expect(await ok('annotate configmap cfg note=x')).toBe('configmap/cfg annotated\n');
    expect(await ok("get configmaps -l tier=front -o jsonpath='{.items[*].data}'")).toBe('{"a":"third"}');
  });

  test('unknown fields and broken manifests are refused as by the real server', async () => {
    const { code, stderr } = await kubectl(
      'create -f -',
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, dta: {} }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('strict decoding error: unknown field "dta"');
    expect((await kubectl('get nothing')).stderr).toBe('error: the server doesn\'t have a resource type "nothing"\n');
    expect((await kubectl('get pod nobody')).stderr).toBe('Error from server (NotFound): pods "nobody" not found\n');
  });

  test('scale, set image, rollout history, undo, pause, resume, restart', async () => {
    expect(await ok('scale deployment web --replicas=3')).toBe('deployment.apps/web scaled\n');
    expect(await ok('set image deployment/web nginx=nginx:1.27')).toBe('deployment.apps/web image updated\n');
    await ok('rollout status deployment/web');
    expect(await ok('rollout history deployment/web')).toMatch(/^2 +<none>$/m);
    expect(await ok('rollout undo deployment/web')).toBe('deployment.apps/web rolled back\n');
    await ok('rollout status deployment/web');
    expect(await ok("get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'")).toBe('nginx:1.26');
    expect(await ok('rollout pause deployment/web')).toBe('deployment.apps/web paused\n');
    expect(await ok('rollout resume deployment/web')).toBe('deployment.apps/web resumed\n');
    expect(await ok('rollout restart deployment/web')).toBe('deployment.apps/web restarted\n');
    await ok('rollout status deployment/web');
  });

  test('expose, run, wait, logs', async () => {
    expect(await ok('expose deployment web --port=80')).toBe('service/web exposed\n');
    expect(await ok('run one --image=nginx:1.26 --port=80')).toBe('pod/one created\n');
    expect(await ok('wait --for=condition=Ready pod/one --timeout=30s')).toBe('pod/one condition met\n');
    expect(await ok('logs one')).toContain('start worker process');
    const follow = spawn('kubectl', ['logs', '-f', 'one'], { env: environment() });
    let seen = '';
    follow.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('start worker process');
    follow.kill();
  });

  test('exec with streams, input and exit codes; logs --previous', async () => {
    expect(await ok("exec one -- sh -c 'echo out; echo err >&2'")).toBe('out\n');
    expect(await ok('exec -i one -- cat', 'through\n')).toBe('through\n');
    const failed = await kubectl("exec one -- sh -c 'exit 3'");
    expect(failed).toMatchObject({ code: 3, stderr: 'command terminated with exit code 3\n' });
    expect((await kubectl('exec nobody -- ls')).stderr).toBe('Error from server (NotFound): pods "nobody" not found\n');
    await ok("run brief --image=busybox:1.36 --restart=Always -- sh -c 'echo once; sleep 2; exit 1'");
    await expect
      .poll(() => ok("get pod brief -o jsonpath='{.status.containerStatuses[0].restartCount}'"), { timeout: 30_000, interval: 500 })
      .toMatch(/^[1-9]/);
    expect(await ok('logs brief --previous')).toBe('once\n');
    await ok('delete pod brief --now');
  });

  test('exec over bare SPDY, as kubectl spoke it before WebSockets', async () => {
    const spdy = { ...environment(), KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' };
    const both = await kubectl("exec one -- sh -c 'echo out; echo err >&2; exit 3'", '', spdy);
    expect(both).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 3\n' });
    const long = 'a line of many\n'.repeat(20_000);
    expect((await kubectl('exec -i one -- cat', long, spdy)).stdout).toBe(long);
  });

  // `script` lends its child a terminal of its own.
  test.skipIf(spawnSync('script', ['--version']).status !== 0)('exec with a terminal: echo, prompt, exit code', async () => {
    const terminal = spawn('script', ['-qefc', 'kubectl exec -it one -- sh', '/dev/null'], { env: environment() });
    let seen = '';
    terminal.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const ended = new Promise((resolve) => terminal.once('close', resolve));
    await expect.poll(() => seen, { timeout: 20_000 }).toMatch(/[#$] $/);
    terminal.stdin.write('echo $((6 * 7)); exit 3\r');
    expect(await ended).toBe(3);
    expect(seen).toContain('echo $((6 * 7)); exit 3\r\n42\r\n');
  });

  test('taint, cordon, drain, events, auth, delete', async () => {
    expect(await ok('taint node worker-1 a=b:NoSchedule')).toBe('node/worker-1 tainted\n');
    expect(await ok('cordon worker-2')).toBe('node/worker-2 cordoned\n');
    expect(await ok('uncordon worker-2')).toBe('node/worker-2 uncordoned\n');
    expect(await ok('drain worker-2 --ignore-daemonsets --force --delete-emptydir-data --timeout=40s')).toContain('node/worker-2 drained');
    expect(await ok('events')).toContain('ScalingReplicaSet');
    expect(await ok('auth can-i create pods')).toBe('yes\n');
    expect((await kubectl('auth can-i create pods --as=nobody')).stdout).toBe('no\n');
    expect(await ok('auth whoami')).toContain('kubernetes-admin');
    expect(await ok('delete deployment web')).toBe('deployment.apps "web" deleted\n');
    await ok('wait --for=delete pod -l app=web --timeout=40s');
  });
});
