import type { Node } from '../../../../api/generated/types.ts';
import { selfSigned } from '../../../../api/x509/serving-certificate.ts';
import type { ApiObject } from '../../../../api/meta.ts';
import { parseQuery } from '../../../../network/address.ts';
import { untilSignal } from '../../../../os/daemon.ts';
import type { Process, ServedRequest, ServedResponse } from '../../../../os/process.ts';
import { run, type Running, type Task } from '../../../../os/task.ts';
import { together } from '../../../../os/together.ts';
import { writeText } from '../../../../os/text.ts';
import type { Millis } from '../../../../sim/time.ts';
import { klog } from '../go-log.ts';
import { InClusterClient, Mirror } from '../in-cluster.ts';
import { loadKeyPair } from '../key-pair.ts';
import { Access } from '../extension-server/access.ts';
import { failureStatus, json } from '../extension-server/answers.ts';
import { answerMetrics, readPath } from './answers.ts';
import { readMetricsServerFlags, type MetricsServerFlags } from './flags.ts';
import { Points, type Batch } from './points.ts';
import { scrapeNode } from './scrape.ts';

/** `registry.k8s.io/metrics-server/metrics-server`: scrapes kubelets and serves `metrics.k8s.io` over HTTPS. */
export function* metricsServer(process: Process): Task<number> {
  process.use({ memory: 22 * 1024 * 1024, cpu: 3 });
  const flags = readMetricsServerFlags(process.argv.slice(1));
  if ('refused' in flags) {
    yield* writeText(process.stderr, `Error: ${flags.refused}\n`);
    return 1;
  }
  let server: MetricsServer;
  try {
    server = new MetricsServer(process, flags);
  } catch (error) {
    yield* writeText(process.stderr, `Error: ${(error as Error).message}\n`);
    return 1;
  }
  server.start();
  try {
    yield* untilSignal(process, ['TERM', 'INT']);
    klog(process, 'I', 'secure_serving.go:258', 'Stopped listening on [::]:' + String(flags.port));
    return 0;
  } finally {
    server.stop();
  }
}

class MetricsServer {
  readonly #process: Process;
  readonly #flags: MetricsServerFlags;
  readonly #client: InClusterClient;
  readonly #nodes: Mirror<Node & ApiObject>;
  readonly #pods: Mirror<ApiObject>;
  readonly #points: Points;
  readonly #access: Access;
  readonly #certificate: () => string;
  readonly #tasks: Running[] = [];
  #collected: Millis | undefined;

  /** Throws `Error` with what the program says before it ends. */
  constructor(process: Process, flags: MetricsServerFlags) {
    this.#process = process;
    this.#flags = flags;
    try {
      this.#client = new InClusterClient(process, 'metrics-server/v0.8.0');
    } catch (error) {
      throw new Error(`unable to construct lister client config: ${(error as Error).message}`, { cause: error });
    }
    const failed = (what: string) => (message: string) =>
      klog(
        process,
        'E',
        'reflector.go:200',
        `"Failed to watch" err=${JSON.stringify(`failed to list ${what}: ${message}`)} type=${JSON.stringify(what)}`,
      );
    this.#nodes = new Mirror(this.#client, '/api/v1/nodes', { onError: failed('*v1.Node') });
    this.#pods = new Mirror(this.#client, '/api/v1/pods', { metadataOnly: true, onError: failed('*v1.PartialObjectMetadata') });
    this.#points = new Points(flags.resolution);
    this.#access = new Access(this.#client);
    if (flags.certificate !== undefined) {
      const pair = loadKeyPair(process.files, flags.certificate.certFile, flags.certificate.keyFile);
      this.#certificate = () => pair;
    } else {
      klog(
        process,
        'I',
        'serving.go:380',
        `Generated self-signed cert (${flags.certDirectory}/apiserver.crt, ${flags.certDirectory}/apiserver.key)`,
      );
      // Made when somebody first asks: curves are slow.
      const [now, seed] = [process.now(), `metrics-server/${process.hostname}/${process.random(2 ** 30)}`];
      let made: string | undefined;
      this.#certificate = () => (made ??= selfSigned('localhost', now, seed).certificate);
    }
  }

  start(): void {
    const { port } = this.#flags;
    this.#go(this.#nodes.run());
    this.#go(this.#pods.run());
    this.#go(this.#scrape());
    this.#process.net.serveHttp(
      port,
      (request) => this.#answer(request),
      () => ({
        certificate: this.#certificate(),
        asksForCertificate: true,
        onError: (text) => klog(this.#process, 'I', 'server.go:3487', text),
      }),
    );
    klog(this.#process, 'I', 'secure_serving.go:211', `Serving securely on [::]:${port}`);
  }

  stop(): void {
    for (const task of this.#tasks) task.kill();
  }

  #go(task: Task<unknown>): void {
    this.#tasks.push(
      run(
        task,
        () => {},
        (error) => {
          throw error;
        },
      ),
    );
  }

  *#scrape(): Task<never> {
    const { resolution } = this.#flags;
    while (!this.#nodes.synced || !this.#pods.synced) yield* this.#process.sleep(100);
    for (;;) {
      const began = this.#process.now();
      yield* this.#collect();
      this.#collected = began;
      yield* this.#process.sleep(Math.max(0, resolution - (this.#process.now() - began)));
    }
  }

  /** All nodes side by side; each has its own time-out. */
  *#collect(): Task<void> {
    const { scrape } = this.#flags;
    const batch: Batch = { nodes: new Map(), pods: new Map() };
    yield* together([...this.#nodes.objects.values()].map((node) => scrapeNode(this.#process, this.#client, node, scrape, batch)));
    for (const [pod] of batch.pods) if (!this.#pods.objects.has(pod)) batch.pods.delete(pod);
    this.#points.store(batch);
  }

  *#answer(request: ServedRequest): Task<ServedResponse> {
    const question = request.path.indexOf('?');
    const path = question < 0 ? request.path : request.path.slice(0, question);
    const health = this.#health(path);
    if (health !== undefined) return health;
    const asked = readPath(path);
    const refusal = yield* this.#access.refusal(request, path, asked);
    if (refusal !== undefined) return refusal;
    if (!path.startsWith('/apis')) return json(404, failureStatus(404, 'NotFound', 'the server could not find the requested resource'));
    const query = question < 0 ? {} : parseQuery(request.path.slice(question + 1));
    const known = { now: this.#process.now(), points: this.#points, nodes: this.#nodes.objects, pods: this.#pods.objects };
    return answerMetrics(known, request.method, path, query, request.headers['accept'] ?? '');
  }

  #health(path: string): ServedResponse | undefined {
    const name = /^\/(healthz|livez|readyz)$/.exec(path)?.[1];
    if (name === undefined) return undefined;
    const checks = ['ping', 'log'].map((check) => ({ check, ok: true }));
    if (name === 'livez') {
      const last = this.#collected;
      checks.push({
        check: 'metric-collection-timely',
        ok: last === undefined || this.#process.now() - last < 1.5 * this.#flags.resolution + this.#flags.scrape.timeout,
      });
    }
    if (name === 'readyz') {
      checks.push({ check: 'metric-storage-ready', ok: this.#points.ready });
      checks.push({ check: 'metadata-informer-sync', ok: this.#nodes.synced && this.#pods.synced });
    }
    const good = checks.every(({ ok }) => ok);
    const lines = checks.map(({ check, ok }) => (ok ? `[+]${check} ok\n` : `[-]${check} failed: reason withheld\n`));
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return good ? { status: 200, headers, body: 'ok' } : { status: 500, headers, body: `${lines.join('')}${name} check failed\n` };
  }
}
