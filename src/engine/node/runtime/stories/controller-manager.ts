import type { Narrator, Story } from '../../../os/image.ts';
import { flagLines, GOLANG, holdsLease, saying, verbosity, writing } from './klog.ts';

const NAME = 'kube-controller-manager';

/** What kube-controller-manager writes: its election, pod ranges of nodes, and from verbosity 2 on what its controllers find. */
export function controllerManagerStory(self: Narrator): Story | undefined {
  if (self.pod !== `${NAME}-${self.node}`) return undefined;
  const level = verbosity(self);
  let leads = false;
  let begun = false;
  return (entry) => {
    const write = writing(entry);
    const say = saying(entry);
    if (entry.actor === NAME && entry.verb === 'component' && entry.detail.state === 'stopped') {
      leads = false;
      return begun ? [say('controllermanager.go:332', 'leaderelection lost', 'E')] : [];
    }
    if (entry.actor === NAME && (!begun || entry.verb === 'component')) {
      begun = true;
      return [
        ...(level > 0 ? flagLines(self, entry) : []),
        say('serving.go:386', 'Generated self-signed cert in-memory'),
        write('controllermanager.go:188', 'Starting', { version: 'v1.36.3' }),
        write('controllermanager.go:190', 'Golang settings', GOLANG),
        say('secure_serving.go:211', 'Serving securely on 127.0.0.1:10257'),
        say('leaderelection.go:257', `attempting to acquire leader lease kube-system/${NAME}...`),
      ];
    }
    if (!leads && holdsLease(entry, NAME, NAME)) {
      leads = true;
      return [say('leaderelection.go:271', `successfully acquired lease kube-system/${NAME}`)];
    }
    if (entry.verb !== 'decide' || !entry.actor.startsWith('controller/')) return [];
    const controller = entry.actor.slice('controller/'.length);
    const { text } = entry.detail;
    const object = entry.ref === undefined ? '' : [entry.ref.namespace, entry.ref.name].filter(Boolean).join('/');
    const range = /^Gives node (\S+) the pod range (\S+)\.$/.exec(text);
    if (range !== null)
      return [
        write('range_allocator.go:433', 'Set node PodCIDR', { logger: 'node-ipam-controller', node: range[1], podCIDRs: [range[2]] }),
      ];
    const few = /^Wants (\d+) pods? and has (\d+): creates (\d+)/.exec(text);
    if (few !== null && level >= 2)
      return [
        write('replica_set.go:626', 'Too few replicas', {
          logger: `${controller}-controller`,
          replicaSet: object,
          need: Number(few[1]),
          creating: Number(few[3]),
        }),
      ];
    const failed = /^Could not bring (\S+) in line, will try again: (.*)$/s.exec(text);
    if (failed !== null)
      return [
        write(
          'controller_utils.go:271',
          'Unhandled Error',
          { logger: `${controller}-controller`, err: `${failed[1] ?? ''}: ${failed[2] ?? ''}` },
          'E',
        ),
      ];
    return level >= 2
      ? [write(`${controller.replaceAll('-', '_')}_controller.go:1`, text, { logger: `${controller}-controller`, object })]
      : [];
  };
}
