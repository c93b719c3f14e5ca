import { KINDS } from '../src/engine/api/kinds/index.ts';
import { ApiServer } from '../src/engine/apiserver/server.ts';
import type { ApiRequest, ApiResponse, Credentials } from '../src/engine/apiserver/types.ts';
import { Store } from '../src/engine/etcd/store.ts';
import { Simulation } from '../src/engine/sim/simulation.ts';

export const PODS = '/api/v1/namespaces/default/pods';

const BENCH: Credentials = { kind: 'certificate', user: 'bench', groups: ['system:masters'] };

/** An API server alone, as a page has it: history is kept, the log is on, owners of fields are followed. */
export class FrontDoor {
  readonly sim = new Simulation({ seed: 1 });
  readonly store = new Store(this.sim);
  readonly server = new ApiServer({ sim: this.sim, store: this.store, kinds: KINDS, kubelets: () => undefined });

  constructor() {
    for (const name of ['default', 'other']) {
      this.send('POST', '/api/v1/namespaces', { metadata: { name } });
      this.send('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
    }
  }

  /** As over the wire, but for the sockets: the body comes as text and the answer leaves as text. */
  send(method: string, path: string, body?: object | string, more: Partial<ApiRequest> = {}): string {
    const { code, body: answer } = this.answer(method, path, body, more);
    const text = JSON.stringify(answer) ?? '';
    if (code >= 400) throw new Error(`${method} ${path}: ${text}`);
    return text;
  }

  answer(method: string, path: string, body?: object | string, { headers, ...more }: Partial<ApiRequest> = {}): ApiResponse {
    return this.server.answer({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      credentials: BENCH,
      ...more,
    });
  }

  /** Puts pods into the store as the server wrote the first of them: the fast way to thousands. */
  fill(count: number, namespace = 'default'): void {
    const made = JSON.parse(this.send('POST', `/api/v1/namespaces/${namespace}/pods`, podText('stored-0'))) as {
      metadata: { name: string; resourceVersion: string; managedFields?: unknown };
      spec: { nodeName?: string };
    };
    delete made.metadata.managedFields;
    for (let i = 1; i < count; i++) {
      const name = `stored-${i}`;
      const metadata = { ...made.metadata, name, resourceVersion: String(this.store.revision + 1) };
      this.store.put(`/registry/pods/${namespace}/${name}`, { ...made, metadata, spec: { ...made.spec, nodeName: `node-${i % 100}` } });
    }
  }
}

export function podText(name: string): string {
  return JSON.stringify(pod(name));
}

function pod(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'web', tier: 'front' } },
    spec: {
      containers: [
        {
          name: 'server',
          image: 'nginx:1.27',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'MODE', value: 'plain' }],
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
        },
      ],
    },
  };
}

/** A pod as large as people make them: 20 containers with probes, variables, mounts and resources each, 40 volumes. */
export function largePodText(name: string): string {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10, failureThreshold: 3 };
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: Object.fromEntries(range(10).map((i) => [`example.com/label-${i}`, `value-${i}`])),
      annotations: Object.fromEntries(range(20).map((i) => [`example.com/note-${i}`, 'x'.repeat(200)])),
    },
    spec: {
      volumes: range(40).map((i) => ({ name: `volume-${i}`, configMap: { name: `config-${i}`, items: [{ key: 'a', path: `a-${i}` }] } })),
      tolerations: range(10).map((i) => ({ key: `example.com/taint-${i}`, operator: 'Exists', effect: 'NoSchedule' })),
      containers: range(20).map((i) => ({
        name: `container-${i}`,
        image: `registry.example.com/team/app-${i}:1.0`,
        command: ['/app', '--serve'],
        ports: range(4).map((port) => ({ name: `port-${port}`, containerPort: 8000 + 10 * i + port })),
        env: range(30).map((variable) => ({ name: `VARIABLE_${variable}`, value: `value ${variable}` })),
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '128Mi' } },
        volumeMounts: range(40).map((volume) => ({ name: `volume-${volume}`, mountPath: `/mnt/${volume}` })),
        livenessProbe: probe,
        readinessProbe: probe,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, capabilities: { drop: ['ALL'] } },
      })),
    },
  });
}
