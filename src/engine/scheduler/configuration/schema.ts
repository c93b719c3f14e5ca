/** The fields of the file and what Go type each is: what strict decoding knows. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  /** Checked elsewhere, or of no effect here. */
  | 'any'
  | { readonly list: Shape }
  | { readonly struct: string; readonly fields: Readonly<Record<string, Shape>> };

const PLUGIN: Shape = { struct: 'Plugin', fields: { name: 'string', weight: 'int32' } };
const PLUGIN_SET: Shape = { struct: 'PluginSet', fields: { enabled: { list: PLUGIN }, disabled: { list: PLUGIN } } };
const PLUGINS: Shape = {
  struct: 'Plugins',
  fields: Object.fromEntries(
    [
      'preEnqueue',
      'queueSort',
      'preFilter',
      'filter',
      'postFilter',
      'preScore',
      'score',
      'reserve',
      'permit',
      'preBind',
      'bind',
      'postBind',
      'multiPoint',
      'placementGenerate',
      'placementScore',
    ].map((point) => [point, PLUGIN_SET]),
  ),
};

export const CONFIGURATION: Shape = {
  struct: 'KubeSchedulerConfiguration',
  fields: {
    apiVersion: 'string',
    kind: 'string',
    parallelism: 'int32',
    leaderElection: {
      struct: 'LeaderElectionConfiguration',
      fields: {
        leaderElect: 'bool',
        leaseDuration: 'string',
        renewDeadline: 'string',
        retryPeriod: 'string',
        resourceLock: 'string',
        resourceName: 'string',
        resourceNamespace: 'string',
      },
    },
    clientConnection: {
      struct: 'ClientConnectionConfiguration',
      fields: { kubeconfig: 'string', acceptContentTypes: 'string', contentType: 'string', qps: 'any', burst: 'int32' },
    },
    enableProfiling: 'bool',
    enableContentionProfiling: 'bool',
    percentageOfNodesToScore: 'int32',
    podInitialBackoffSeconds: 'int64',
    podMaxBackoffSeconds: 'int64',
    delayCacheUntilActive: 'bool',
    profiles: {
      list: {
        struct: 'KubeSchedulerProfile',
        fields: {
          schedulerName: 'string',
          percentageOfNodesToScore: 'int32',
          plugins: PLUGINS,
          pluginConfig: { list: { struct: 'PluginConfig', fields: { name: 'string', args: 'any' } } },
        },
      },
    },
    extenders: {
      list: {
        struct: 'Extender',
        fields: {
          urlPrefix: 'string',
          filterVerb: 'string',
          preemptVerb: 'string',
          prioritizeVerb: 'string',
          weight: 'int64',
          bindVerb: 'string',
          enableHTTPS: 'bool',
          tlsConfig: {
            struct: 'ExtenderTLSConfig',
            fields: {
              insecure: 'bool',
              serverName: 'string',
              certFile: 'string',
              keyFile: 'string',
              caFile: 'string',
              certData: 'string',
              keyData: 'string',
              caData: 'string',
            },
          },
          httpTimeout: 'string',
          nodeCacheCapable: 'bool',
          managedResources: { list: { struct: 'ExtenderManagedResource', fields: { name: 'string', ignoredByScheduler: 'bool' } } },
          ignorable: 'bool',
        },
      },
    },
  },
};

const HEADER = { apiVersion: 'string', kind: 'string' } as const;
const RESOURCES: Shape = { list: { struct: 'ResourceSpec', fields: { name: 'string', weight: 'int64' } } };
const SHAPE_POINTS: Shape = { list: { struct: 'UtilizationShapePoint', fields: { utilization: 'int32', score: 'int32' } } };

/** Arguments by plugin; other plugins' are not looked into. */
export const PLUGIN_ARGS: Readonly<Record<string, Shape>> = {
  DefaultPreemption: {
    struct: 'DefaultPreemptionArgs',
    fields: { ...HEADER, minCandidateNodesPercentage: 'int32', minCandidateNodesAbsolute: 'int32' },
  },
  InterPodAffinity: {
    struct: 'InterPodAffinityArgs',
    fields: { ...HEADER, hardPodAffinityWeight: 'int32', ignorePreferredTermsOfExistingPods: 'bool' },
  },
  NodeAffinity: {
    struct: 'NodeAffinityArgs',
    fields: {
      ...HEADER,
      addedAffinity: {
        struct: 'NodeAffinity',
        fields: { requiredDuringSchedulingIgnoredDuringExecution: 'any', preferredDuringSchedulingIgnoredDuringExecution: 'any' },
      },
    },
  },
  NodeResourcesBalancedAllocation: { struct: 'NodeResourcesBalancedAllocationArgs', fields: { ...HEADER, resources: RESOURCES } },
  NodeResourcesFit: {
    struct: 'NodeResourcesFitArgs',
    fields: {
      ...HEADER,
      ignoredResources: { list: 'string' },
      ignoredResourceGroups: { list: 'string' },
      scoringStrategy: {
        struct: 'ScoringStrategy',
        fields: {
          type: 'string',
          resources: RESOURCES,
          requestedToCapacityRatio: { struct: 'RequestedToCapacityRatioParam', fields: { shape: SHAPE_POINTS } },
        },
      },
    },
  },
  PodTopologySpread: {
    struct: 'PodTopologySpreadArgs',
    fields: { ...HEADER, defaultConstraints: { list: 'any' }, defaultingType: 'string' },
  },
  VolumeBinding: { struct: 'VolumeBindingArgs', fields: { ...HEADER, bindTimeoutSeconds: 'int64', shape: SHAPE_POINTS } },
  DynamicResources: { struct: 'DynamicResourcesArgs', fields: { ...HEADER, filterTimeout: 'string', bindingTimeout: 'string' } },
};
