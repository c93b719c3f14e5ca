import type { Pod } from '../../../../api/generated/types.ts';
import { selfSigned } from '../../../../api/x509/serving-certificate.ts';
import { parseQuery } from '../../../../network/address.ts';
import { untilSignal } from '../../../../os/daemon.ts';
import { NetworkError, type Process, type ServedRequest, type ServedResponse } from '../../../../os/process.ts';
import { start, type Running, type Task } from '../../../../os/task.ts';
import { readAll, writeText } from '../../../../os/text.ts';
import { together } from '../../../../os/together.ts';
import { SECOND } from '../../../../sim/time.ts';
import { klog } from '../go-log.ts';
import { InClusterClient, Mirror } from '../in-cluster.ts';
import { Access } from '../extension-server/access.ts';
import { failureStatus, json } from '../extension-server/answers.ts';
import { answerMetrics, readPath } from './answers.ts';
import { readAdapterFlags, type AdapterFlags } from './flags.ts';
import { readSamples, SeriesStore } from './series.ts';

const SCRAPE = 'prometheus.io/scrape';
const PATIENCE = 10 * SECOND;

/**
 * The custom and the external metrics API over HTTPS. What Prometheus and prometheus-adapter are together, in small: it reads the pages of pods
 * annotated with `prometheus.io/scrape`, and tells counters as rates.
 */
export function* podMetricsAdapter(process: Process): Task<number> {
  process.use({ memory: 30 * 1024 * 1024, cpu: 5 });
  const flags = readAdapterFlags(process.argv.slice(1));
  if (typeof flags === 'string') {
    yield* writeText(process.stderr, `Error: ${flags}\n`);
    return 1;
  }
  let adapter: Adapter;
  try {
    adapter = new Adapter(process, flags);
  } catch (error) {
    yield* writeText(process.stderr, `Error: ${(error as Error).message}\n`);
    return 1;
  }
  adapter.start();
  try {
    yield* untilSignal(process, ['TERM', 'INT']);
    return 0;
  } finally {
    adapter.stop();
  }
}

class Adapter {
  readonly #client: InClusterClient;
  readonly #pods: Mirror<Pod>;
  readonly #series: SeriesStore;
  readonly #access: Access;
  readonly #tasks: Running[] = [];
  #pair: string | undefined;

  constructor(
    readonly process: Process,
    readonly flags: AdapterFlags,
  ) {
    this.#client = new InClusterClient(process, 'pod-metrics-adapter/v1.0.0');
    const onError = (message: string): void => klog(process, 'E', 'reflector.go:200', `"Failed to watch" err=${JSON.stringify(message)}`);
    this.#pods = new Mirror<Pod>(this.#client, '/api/v1/pods', { onError });
    this.#series = new SeriesStore(flags.window, flags.interval);
    this.#access = new Access(this.#client);
  }

  start(): void {
    const { process, flags } = this;
    this.#tasks.push(start(this.#pods.run()), start(this.#scrape()));
    const [now, seed] = [process.now(), `pod-metrics-adapter/${process.hostname}/${process.random(2 ** 30)}`];
    process.net.serveHttp(
      flags.port,
      (request) => this.#answer(request),
      () => ({ certificate: (this.#pair ??= selfSigned('localhost', now, seed).certificate), asksForCertificate: true }),
    );
    klog(process, 'I', 'secure_serving.go:211', `Serving securely on [::]:${flags.port}`);
  }

  stop(): void {
    for (const task of this.#tasks) task.kill();
  }

  *#scrape(): Task<never> {
    const { process, flags } = this;
    while (!this.#pods.synced) yield* process.sleep(100);
    for (;;) {
      const began = process.now();
      yield* together([...this.#pods.objects.values()].map((pod) => this.#scrapePod(pod)));
      this.#series.trim(process.now());
      yield* process.sleep(Math.max(0, flags.interval - (process.now() - began)));
    }
  }

  *#scrapePod({ metadata, spec, status }: Pod): Task<void> {
    const { annotations = {}, name = '', namespace = '' } = metadata;
    if (annotations[SCRAPE] !== 'true' || status?.podIP === undefined || status.phase !== 'Running') return;
    const port = annotations['prometheus.io/port'] ?? spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? 80;
    const { process } = this;
    const url = `${annotations['prometheus.io/scheme'] ?? 'http'}://${status.podIP}:${port}${annotations['prometheus.io/path'] ?? '/metrics'}`;
    try {
      const answer = yield* process.net.http({ method: 'GET', url, headers: { 'user-agent': this.#client.agent }, timeout: PATIENCE });
      const page = yield* readAll(answer.body);
      if (answer.status !== 200) throw new NetworkError('EPROTO', `server returned HTTP status ${answer.status}`);
      this.#series.add(namespace, name, readSamples(page), process.now());
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      klog(process, 'W', 'scrape.go:1', `Failed to scrape ${url} of pod ${namespace}/${name}: ${error.message}`);
    }
  }

  *#answer(request: ServedRequest): Task<ServedResponse> {
    const question = request.path.indexOf('?');
    const path = question < 0 ? request.path : request.path.slice(0, question);
    if (/^\/(healthz|livez|readyz)$/.test(path)) return { status: 200, body: 'ok' };
    const asked = readPath(path);
    const refusal = yield* this.#access.refusal(request, path, asked);
    if (refusal !== undefined) return refusal;
    if (asked === undefined) return json(404, failureStatus(404, 'NotFound', 'the server could not find the requested resource'));
    const query = question < 0 ? {} : parseQuery(request.path.slice(question + 1));
    return answerMetrics({ now: this.process.now(), series: this.#series, pods: this.#pods.objects }, request.method, asked, query);
  }
}
