import type { Narrator, Story } from '../../../os/image.ts';
import { flagLines, GOLANG, holdsLease, saying, verbosity, writing } from './klog.ts';

const NAME = 'kube-scheduler';
const ACTOR = 'scheduler';

/** What kube-scheduler writes: its election, and from verbosity 2 on where it puts which pod. */
export function schedulerStory(self: Narrator): Story | undefined {
  if (self.pod !== `${NAME}-${self.node}`) return undefined;
  const level = verbosity(self);
  let leads = false;
  let begun = false;
  return (entry) => {
    if (entry.actor !== ACTOR) return [];
    const write = writing(entry);
    const say = saying(entry);
    if (entry.verb === 'component' && entry.detail.state === 'stopped') {
      leads = false;
      return begun ? [write('server.go:281', 'Requested to terminate, exiting')] : [];
    }
    if (!begun || entry.verb === 'component') {
      begun = true;
      return [
        ...(level > 0 ? flagLines(self, entry) : []),
        say('serving.go:386', 'Generated self-signed cert in-memory'),
        write('server.go:175', 'Starting Kubernetes Scheduler', { version: 'v1.36.3' }),
        write('server.go:177', 'Golang settings', GOLANG),
        say('secure_serving.go:211', 'Serving securely on 127.0.0.1:10259'),
        say('leaderelection.go:257', `attempting to acquire leader lease kube-system/${NAME}...`),
      ];
    }
    if (!leads && holdsLease(entry, ACTOR, NAME)) {
      leads = true;
      return [say('leaderelection.go:271', `successfully acquired lease kube-system/${NAME}`)];
    }
    if (entry.verb !== 'schedule' || level < 2) return [];
    const pod = `${entry.ref?.namespace ?? ''}/${entry.ref?.name ?? ''}`;
    const { chosen, message, filters, nodes, scores } = entry.detail;
    if (chosen === undefined)
      return [write('schedule_one.go:1104', 'Unable to schedule pod; no fit; waiting', { pod, err: message ?? '' })];
    return [
      write('schedule_one.go:335', 'Successfully bound pod to node', {
        pod,
        node: chosen,
        evaluatedNodes: nodes ?? Object.keys(filters).length + Object.keys(scores).length,
        feasibleNodes: Math.max(1, Object.keys(scores).length),
      }),
    ];
  };
}
