import { parseDuration } from '../../sim/duration.ts';
import type { KubeSchedulerConfiguration, ProfileConfiguration } from './types.ts';

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** What holds where the file says nothing. */
export function defaultConfiguration(given: Partial<KubeSchedulerConfiguration> = {}): KubeSchedulerConfiguration {
  const profiles: readonly Partial<ProfileConfiguration>[] = (given.profiles ?? []).length === 0 ? [{}] : (given.profiles ?? []);
  const extenders = given.extenders ?? [];
  const ignored = extenders.flatMap(({ managedResources = [] }) =>
    managedResources.filter(({ ignoredByScheduler }) => ignoredByScheduler === true).map(({ name }) => name),
  );
  return {
    extenders,
    percentageOfNodesToScore: given.percentageOfNodesToScore,
    podInitialBackoffSeconds: given.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: given.podMaxBackoffSeconds ?? 10,
    leaderElection: {
      leaderElect: given.leaderElection?.leaderElect ?? true,
      resourceName: given.leaderElection?.resourceName || 'kube-scheduler',
      resourceNamespace: given.leaderElection?.resourceNamespace || 'kube-system',
      resourceLock: given.leaderElection?.resourceLock || 'leases',
      leaseDuration: orElse(given.leaderElection?.leaseDuration, '15s'),
      renewDeadline: orElse(given.leaderElection?.renewDeadline, '10s'),
      retryPeriod: orElse(given.leaderElection?.retryPeriod, '2s'),
    },
    // A single profile may leave its name out; of several each needs one.
    profiles: profiles.map((profile) => ({
      ...(ignored.length === 0 ? profile : withIgnored(profile, ignored)),
      schedulerName: profile.schedulerName ?? (profiles.length === 1 ? DEFAULT_SCHEDULER_NAME : ''),
    })),
  };
}

/** No time at all is as good as none said. */
function orElse(duration: string | undefined, usual: string): string {
  return duration === undefined || parseDuration(duration) === 0 ? usual : duration;
}

/** What extenders manage alone is not for NodeResourcesFit to count (scheduler.buildExtenders). */
function withIgnored(profile: Partial<ProfileConfiguration>, names: readonly string[]): Partial<ProfileConfiguration> {
  const name = 'NodeResourcesFit';
  const { pluginConfig = [] } = profile;
  const args = (pluginConfig.find((entry) => entry.name === name)?.args ?? {}) as { ignoredResources?: readonly string[] };
  const ignoredResources = [...(args.ignoredResources ?? []), ...names];
  return {
    ...profile,
    pluginConfig: [...pluginConfig.filter((entry) => entry.name !== name), { name, args: { ...args, ignoredResources } }],
  };
}
