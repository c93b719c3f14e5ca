import type { Kind } from '../api/kind.ts';
import type { RequestContext } from './context.ts';
import type { ServedKinds } from './extensions/served-kinds.ts';
import { HEALTH_PATHS, healthResponse } from './health.ts';
import type { Descriptions } from './openapi/definitions.ts';
import { openapi } from './openapi/index.ts';
import type { HealthMetrics } from './filters/slis.ts';
import { jsonResponse, methodNotAllowed, noSuchPage, noSuchResource } from './response.ts';
import type { ApiRequest, ApiResponse } from './types.ts';
import { discovery, type PathHandler } from './discovery.ts';

const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-05T09:00:00Z',
  goVersion: 'go1.26.1',
  compiler: 'gc',
  platform: 'linux/amd64',
};

function versionInfo(gitVersion: string): typeof VERSION {
  const [, minor = ''] = gitVersion.split('.');
  return { ...VERSION, minor, emulationMinor: minor, minCompatibilityMinor: String(Number(minor) - 1), gitVersion };
}

const SERVED_QUESTIONS = ['/apis/authentication.k8s.io/v1', '/apis/authorization.k8s.io/v1'];
const OTHER_PATHS = [
  '/.well-known/openid-configuration', '/api', '/apis', '/apis/', '/flagz', '/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/openapi/v3/',
  '/openid/v1/jwks', '/statusz', '/version',
]; // prettier-ignore

/** Everything that is no resource: versions, health, discovery, OpenAPI, the index of paths. */
export class NonResources {
  #groups: ReadonlySet<string> = new Set();
  #discovery!: PathHandler;
  #openapi!: PathHandler;
  #made = -1;

  constructor(
    readonly served: ServedKinds,
    readonly descriptions: (() => Descriptions) | undefined,
    /** What stands around the requests shows itself at paths of its own: metrics, priority and fairness. */
    readonly pages: (path: string, request: ApiRequest) => ApiResponse | undefined = () => undefined,
    readonly health?: HealthMetrics,
    /** Whether etcd answers. */
    readonly etcd: () => boolean = () => true,
    /** As which it presents itself; what it serves is the same. */
    readonly version: () => string = () => VERSION.gitVersion,
  ) {}

  get kinds(): readonly Kind[] {
    return this.served.all;
  }

  /** Documents are made anew when kinds have come or gone. */
  #make(): void {
    if (this.#made === this.served.changes) return;
    this.#made = this.served.changes;
    this.#groups = new Set(this.kinds.map(({ group }) => group));
    this.#discovery = discovery(this.kinds, this.served.aggregated);
    this.#openapi = openapi(this.kinds, this.descriptions);
  }

  handle({ request, info }: RequestContext): ApiResponse {
    this.#make();
    const path = info.path.length > 1 && info.path.endsWith('/') ? info.path.slice(0, -1) : info.path;
    const accept = String(request.headers?.['accept'] ?? '');
    const answer = this.#find(path, accept, request);
    if (answer !== undefined) {
      if (request.method !== 'GET') throw methodNotAllowed();
      return answer;
    }
    // A group or version that does not exist below one that does.
    const [root = '', group = '', ...rest] = path.split('/').slice(1);
    if (root === 'api' && group !== '') throw noSuchResource();
    if (root === 'apis' && rest.length > 0 && this.#groups.has(group)) throw noSuchResource();
    return noSuchPage();
  }

  #find(path: string, accept: string, request: ApiRequest): ApiResponse | undefined {
    const { method, query = {} } = request;
    // For people: indented.
    if (path === '/version') return jsonResponse(200, JSON.stringify(versionInfo(this.version()), undefined, 2));
    if (path === '/') return jsonResponse(200, { paths: this.#paths() });
    return (
      healthResponse(path, query, this.etcd(), this.health) ??
      this.pages(path, request) ??
      this.#discovery(path, accept) ??
      this.#openapi(path, accept, method)
    );
  }

  #paths(): string[] {
    const versions = SERVED_QUESTIONS.concat(
      this.kinds.map(({ group, version }) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`)),
    );
    const groups = versions.filter((path) => path.startsWith('/apis/')).map((path) => path.slice(0, path.lastIndexOf('/')));
    return [...new Set([...OTHER_PATHS, ...HEALTH_PATHS, ...versions, ...groups])].sort();
  }
}
