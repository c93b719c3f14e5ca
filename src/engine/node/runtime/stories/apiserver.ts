import type { Narrator, Story } from '../../../os/image.ts';
import { flagLines, GOLANG, saying, verbosity, writing } from './klog.ts';

const NAME = 'kube-apiserver';
// What takes no quota: never counted, so no evaluator is made.
const UNCOUNTED = new Set(['events', 'leases', 'nodes', 'namespaces', 'priorityclasses', 'runtimeclasses', 'storageclasses']);

/** What kube-apiserver writes: how it begins, and each kind of object when the first one of it is made. */
export function apiserverStory(self: Narrator): Story | undefined {
  if (self.pod !== `${NAME}-${self.node}`) return undefined;
  const level = verbosity(self);
  const counted = new Set<string>();
  let begun = false;
  return (entry) => {
    const write = writing(entry);
    const say = saying(entry);
    const lines: string[] = [];
    // Whom somebody asks is there.
    if (!begun && entry.verb === 'request' && entry.target === 'apiserver') {
      begun = true;
      lines.push(
        ...(level > 0 ? flagLines(self, entry) : []),
        say('options.go:263', 'external host was not specified, using 192.168.0.10'),
        say('server.go:150', 'Version: v1.36.3'),
        write('server.go:152', 'Golang settings', GOLANG),
        say('shared_informer.go:349', '"Waiting for caches to sync" controller="node_authorizer"'),
        say('instance.go:233', 'Using reconciler: lease'),
        say('secure_serving.go:211', 'Serving securely on [::]:6443'),
        say('apf_controller.go:377', 'Starting API Priority and Fairness config controller'),
      );
    }
    if (entry.verb === 'request' && entry.detail.method === 'POST' && entry.detail.code === 201) {
      const resource = namespaced(entry.detail.path);
      if (resource !== undefined && !counted.has(resource)) {
        counted.add(resource);
        lines.push(say('controller.go:667', `quota admission added evaluator for: ${resource}`));
      }
    }
    if (level >= 3 && entry.verb === 'request') {
      const { method, path, code, user } = entry.detail;
      lines.push(write('httplog.go:134', 'HTTP', { verb: method, URI: path, userAgent: user, resp: code }));
    }
    return lines;
  };
}

/** `deployments.apps`, where a request made an object in a namespace. */
function namespaced(path: string): string | undefined {
  const [, core, group, resource] = /^\/(?:api\/(v1)|apis\/([^/]+)\/[^/]+)\/namespaces\/[^/]+\/([a-z]+)$/.exec(path) ?? [];
  if (resource === undefined || UNCOUNTED.has(resource)) return undefined;
  return core === undefined ? `${resource}.${group ?? ''}` : resource;
}
