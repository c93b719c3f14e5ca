import type { ProfileConfiguration } from './configuration/types.ts';

/** The profiles of the scheduler that the recorded facts come from. */
export const PROFILES: readonly ProfileConfiguration[] = [
  { schedulerName: 'default-scheduler' },
  {
    schedulerName: 'packing',
    pluginConfig: [
      {
        name: 'NodeResourcesFit',
        args: {
          scoringStrategy: {
            type: 'MostAllocated',
            resources: [
              { name: 'cpu', weight: 1 },
              { name: 'memory', weight: 1 },
            ],
          },
        },
      },
    ],
  },
  {
    schedulerName: 'packing-gpu',
    pluginConfig: [
      {
        name: 'NodeResourcesFit',
        args: {
          scoringStrategy: {
            type: 'MostAllocated',
            resources: [
              { name: 'cpu', weight: 1 },
              { name: 'memory', weight: 1 },
              { name: 'example.com/gpu', weight: 5 },
            ],
          },
        },
      },
      { name: 'NodeResourcesBalancedAllocation', args: { resources: [{ name: 'cpu' }, { name: 'memory' }, { name: 'example.com/gpu' }] } },
    ],
  },
  {
    schedulerName: 'ratio',
    pluginConfig: [
      {
        name: 'NodeResourcesFit',
        args: {
          scoringStrategy: {
            type: 'RequestedToCapacityRatio',
            resources: [
              { name: 'cpu', weight: 3 },
              { name: 'memory', weight: 1 },
            ],
            requestedToCapacityRatio: {
              shape: [
                { utilization: 0, score: 0 },
                { utilization: 100, score: 10 },
              ],
            },
          },
        },
      },
    ],
  },
  {
    schedulerName: 'ratio-hump',
    pluginConfig: [
      {
        name: 'NodeResourcesFit',
        args: {
          scoringStrategy: {
            type: 'RequestedToCapacityRatio',
            resources: [
              { name: 'cpu', weight: 1 },
              { name: 'memory', weight: 2 },
            ],
            requestedToCapacityRatio: {
              shape: [
                { utilization: 0, score: 2 },
                { utilization: 40, score: 7 },
                { utilization: 75, score: 10 },
                { utilization: 100, score: 0 },
              ],
            },
          },
        },
      },
    ],
  },
  {
    schedulerName: 'packing-only',
    plugins: {
      score: { disabled: [{ name: 'NodeResourcesBalancedAllocation' }, { name: 'PodTopologySpread' }, { name: 'ImageLocality' }] },
    },
    pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }],
  },
  {
    schedulerName: 'tuned',
    plugins: {
      multiPoint: {
        enabled: [
          { name: 'NodeAffinity', weight: 10 },
          { name: 'ImageLocality', weight: 5 },
        ],
      },
    },
    pluginConfig: [
      {
        name: 'PodTopologySpread',
        args: {
          defaultingType: 'List',
          defaultConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }],
        },
      },
      { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 50 } },
      {
        name: 'NodeAffinity',
        args: {
          addedAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 30, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
            ],
          },
        },
      },
    ],
  },
];
