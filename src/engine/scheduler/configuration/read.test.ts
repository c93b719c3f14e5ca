import { describe, expect, test } from 'vitest';
import { ConfigurationError, readConfiguration } from './read.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function problems(fields: object): readonly string[] {
  try {
    readConfiguration({ ...HEAD, ...fields });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('KubeSchedulerConfiguration', () => {
  test('has kube-scheduler’s defaults', () => {
    expect(readConfiguration(HEAD)).toEqual({
      extenders: [],
      percentageOfNodesToScore: undefined,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      leaderElection: {
        leaderElect: true,
        resourceName: 'kube-scheduler',
        resourceNamespace: 'kube-system',
        resourceLock: 'leases',
        leaseDuration: '15s',
        renewDeadline: '10s',
        retryPeriod: '2s',
      },
      profiles: [{ schedulerName: 'default-scheduler' }],
    });
  });

  test('is decoded strictly', () => {
    expect(problems({ apiVersion: 'kubescheduler.config.k8s.io/v1beta3' })[0]).toMatch(
      /^no kind "KubeSchedulerConfiguration" is registered for version "kubescheduler.config.k8s.io\/v1beta3"/,
    );
    expect(problems({ profiles: [{ schedulerName: 'a', weight: 1 }] })).toEqual([
      'strict decoding error: unknown field "profiles[0].weight"',
    ]);
    expect(problems({ podMaxBackoffSeconds: 'long' })).toEqual([
      'json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.podMaxBackoffSeconds of type int64',
    ]);
  });

  test('is refused with upstream’s words', () => {
    expect(
      problems({
        percentageOfNodesToScore: 101,
        podInitialBackoffSeconds: 20,
        profiles: [
          { schedulerName: 'a', pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight: 200 } }] },
          { schedulerName: 'a', plugins: { score: { enabled: [{ name: 'EBSLimits' }] } } },
        ],
      }),
    ).toEqual([
      'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 200: not in valid range [0, 100]',
      'profiles[1].plugins.score.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
      'profiles[1].schedulerName: Duplicate value: profiles[0].schedulerName',
      'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
      'podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds',
    ]);
  });

  test('what is empty or zero takes the default', () => {
    const balanced = { name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu', weight: 0 }] } };
    const spread = { name: 'PodTopologySpread', args: { defaultingType: '' } };
    expect(readConfiguration({ ...HEAD, profiles: [] }).profiles).toEqual([{ schedulerName: 'default-scheduler' }]);
    expect(readConfiguration({ ...HEAD, leaderElection: { resourceName: '' } }).leaderElection.resourceName).toBe('kube-scheduler');
    expect(problems({ profiles: [{ pluginConfig: [balanced, spread] }] })).toEqual([]);
  });

  test('locks, timeouts and managed resources are checked', () => {
    const dra = { name: 'DynamicResources', args: { filterTimeout: '-1s', bindingTimeout: '500ms' } };
    expect(
      problems({
        clientConnection: { burst: -1 },
        leaderElection: { resourceLock: 'endpoints', leaseDuration: '10s', retryPeriod: '-1s' },
        profiles: [{ pluginConfig: [dra] }],
        extenders: [{ urlPrefix: 'http://a', filterVerb: 'filter', managedResources: [{ name: 'cpu' }, { name: 'example.com/a b' }] }],
      }),
    ).toEqual([
      'clientConnection.burst: Invalid value: -1: must be non-negative',
      'leaderElection.retryPeriod: Invalid value: -1s: must be greater than zero',
      'leaderElection.leaseDuration: Invalid value: 10s: must be greater than `RenewDeadline`',
      'leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
      'profiles[0].pluginConfig[0].args.filterTimeout: Invalid value: -1s: must be zero or positive',
      'profiles[0].pluginConfig[0].args.bindingTimeout: Invalid value: 500ms: must be at least 1 second',
      'extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name',
      expect.stringMatching(/^extenders\[0\]\.managedResources\[1\]\.name: Invalid value: "example.com\/a b": name part must consist of/),
    ]);
  });

  test('a shape that is not sorted keeps the profile from being made', () => {
    const shape = [
      { utilization: 50, score: 1 },
      { utilization: 0, score: 20 },
    ];
    const args = { scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } } };
    expect(problems({ profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args }] }] })).toEqual([
      'initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin "NodeResourcesFit": ' +
        '[scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 0: values must be sorted in increasing order, ' +
        'scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 20: not in valid range [0, 10]]',
    ]);
  });
});
