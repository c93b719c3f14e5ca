import type { KubeSchedulerConfiguration, ProfileConfiguration } from './types.ts';

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** What holds where the file says nothing. */
export function defaultConfiguration(given: Partial<KubeSchedulerConfiguration> = {}): KubeSchedulerConfiguration {
  const profiles: readonly Partial<ProfileConfiguration>[] = given.profiles ?? [{}];
  return {
    percentageOfNodesToScore: given.percentageOfNodesToScore,
    podInitialBackoffSeconds: given.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: given.podMaxBackoffSeconds ?? 10,
    leaderElection: {
      leaderElect: given.leaderElection?.leaderElect ?? true,
      resourceName: given.leaderElection?.resourceName ?? 'kube-scheduler',
      resourceNamespace: given.leaderElection?.resourceNamespace ?? 'kube-system',
    },
    // A single profile may leave its name out; of several each needs one.
    profiles: profiles.map((profile) => ({
      ...profile,
      schedulerName: profile.schedulerName ?? (profiles.length === 1 ? DEFAULT_SCHEDULER_NAME : ''),
    })),
  };
}
