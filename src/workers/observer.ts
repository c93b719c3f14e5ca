import { KINDS } from '../engine/api/kinds/index.ts';
import { apiVersion } from '../engine/api/kind.ts';
import { discovery } from '../engine/apiserver/discovery.ts';
import { openapi } from '../engine/apiserver/openapi/index.ts';
import type { Cluster } from '../engine/cluster.ts';
import type { ApiAnswer, ApiTransport } from '../cli/kubectl/transport.ts';

const LIST = /^\/(?:api|apis)\/(?<version>v1|[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[^/]+)$/;

/**
 * What completion asks: discovery, the names of fields and lists, read by the observer. A Tab is no input, so it must leave no trace in the log and
 * draw no chance: a recording made with Tab presses replays to the same log.
 */
export function observing(cluster: Cluster): () => ApiTransport {
  const describe = discovery(KINDS);
  const fields = openapi(KINDS);
  const answer = (path: string, accept: string): ApiAnswer => {
    const found = describe(path, accept) ?? fields(path, accept);
    if (found !== undefined) return found;
    const asked = LIST.exec(path)?.groups;
    const kind = KINDS.find((candidate) => candidate.resource === asked?.['resource'] && apiVersion(candidate) === asked['version']);
    if (kind === undefined) return { code: 404, headers: {}, body: {} };
    const namespace = asked?.['namespace'];
    const items = cluster.observe(kind).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
    return { code: 200, headers: {}, body: { kind: `${kind.kind}List`, apiVersion: apiVersion(kind), items } };
  };
  return () => ({
    *request({ path, headers = {} }) {
      // Who cannot reach the server learns nothing from a Tab either.
      if (!cluster.apiserver.running) return { code: 503, headers: {}, body: {} };
      return answer(path, String(headers['accept'] ?? ''));
    },
  });
}
