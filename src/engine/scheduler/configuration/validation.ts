import { isQualifiedName } from '../../api/names.ts';
import { isExtendedResource } from '../../api/pod/validate-resources.ts';
import { Findings } from '../../api/validation.ts';
import { validateArgs, validateFitArgs } from './plugin-args.ts';
import { parseDuration } from '../../sim/duration.ts';
import {
  CONFIG_VERSION,
  EXTENSION_POINTS,
  type ExtenderConfiguration,
  type KubeSchedulerConfiguration,
  type PluginSet,
  type ProfileConfiguration,
} from './types.ts';

// Gone since v1: NodeVolumeLimits does their work.
const INVALID_PLUGINS = new Set(['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']);

/** ValidateKubeSchedulerConfiguration: every fault with its place. */
export function validateConfiguration(configuration: KubeSchedulerConfiguration, parallelism: number, burst: number): string[] {
  const findings = new Findings();
  const { profiles, podInitialBackoffSeconds, podMaxBackoffSeconds, leaderElection } = configuration;
  if (burst < 0) findings.invalid('clientConnection.burst', burst, 'must be non-negative');
  if (leaderElection.leaderElect) validateTimes(leaderElection, findings);
  if (leaderElection.leaderElect && leaderElection.resourceLock !== 'leases')
    findings.invalid('leaderElection.resourceLock', leaderElection.resourceLock, 'resourceLock value must be "leases"');
  if (parallelism <= 0) findings.invalid('parallelism', parallelism, 'should be an integer value greater than zero');
  if (profiles.length === 0) findings.required('profiles');
  const names = new Map<string, number>();
  profiles.forEach((profile, i) => {
    const path = `profiles[${i}]`;
    validateProfile(path, profile, findings);
    const before = names.get(profile.schedulerName);
    if (before !== undefined)
      findings.add('FieldValueDuplicate', `${path}.schedulerName`, `Duplicate value: profiles[${before}].schedulerName`);
    names.set(profile.schedulerName, i);
  });
  validateQueueSort(profiles, findings);
  percentage('percentageOfNodesToScore', configuration.percentageOfNodesToScore, findings);
  if (podInitialBackoffSeconds <= 0) findings.invalid('podInitialBackoffSeconds', podInitialBackoffSeconds, 'must be greater than 0');
  if (podMaxBackoffSeconds < podInitialBackoffSeconds)
    findings.invalid('podMaxBackoffSeconds', podMaxBackoffSeconds, 'must be greater than or equal to PodInitialBackoffSeconds');
  validateExtenders(configuration.extenders, findings);
  const problems = findings.list.map(({ field, body }) => `${field}: ${body}`);
  if (problems.length > 0) return problems;
  return profiles.flatMap(initProblems);
}

/** ValidateLeaderElectionConfiguration. A duration is not told in quotation marks. */
function validateTimes(times: KubeSchedulerConfiguration['leaderElection'], findings: Findings): void {
  const invalid = (field: string, value: string, detail: string): void =>
    findings.add('FieldValueInvalid', `leaderElection.${field}`, `Invalid value: ${value}: ${detail}`);
  for (const field of ['leaseDuration', 'renewDeadline', 'retryPeriod'] as const)
    if ((parseDuration(times[field]) ?? 0) <= 0) invalid(field, times[field], 'must be greater than zero');
  const { leaseDuration, renewDeadline } = times;
  if ((parseDuration(leaseDuration) ?? 0) <= (parseDuration(renewDeadline) ?? 0))
    invalid('leaseDuration', renewDeadline, 'must be greater than `RenewDeadline`');
}

function validateProfile(
  path: string,
  { schedulerName, percentageOfNodesToScore, plugins, pluginConfig = [] }: ProfileConfiguration,
  findings: Findings,
): void {
  if (schedulerName === '') findings.required(`${path}.schedulerName`);
  percentage(`${path}.percentageOfNodesToScore`, percentageOfNodesToScore, findings);
  const gone = `was invalid in version "${CONFIG_VERSION}" (KubeSchedulerConfiguration is version "${CONFIG_VERSION}")`;
  for (const [point] of EXTENSION_POINTS)
    plugins?.[point]?.enabled?.forEach(({ name }, i) => {
      if (INVALID_PLUGINS.has(name)) findings.invalid(`${path}.plugins.${point}.enabled[${i}]`, name, gone);
    });
  const seen = new Set<string>();
  pluginConfig.forEach(({ name, args = {} }, i) => {
    const place = `${path}.pluginConfig[${i}]`;
    if (seen.has(name)) findings.duplicate(place, name);
    seen.add(name);
    if (INVALID_PLUGINS.has(name)) findings.invalid(place, name, gone);
    else validateArgs(name, args, `${place}.args`, findings);
  });
}

function percentage(path: string, value: number | undefined, findings: Findings): void {
  if (value !== undefined && (value < 0 || value > 100)) findings.invalid(path, value, 'not in valid range [0-100]');
}

/** One queue serves all profiles, so all must sort it alike. */
function validateQueueSort(profiles: readonly ProfileConfiguration[], findings: Findings): void {
  const own = (profile: ProfileConfiguration | undefined): PluginSet => profile?.plugins?.queueSort ?? {};
  const canon = JSON.stringify(own(profiles[0]));
  const length = own(profiles[0]).enabled?.length ?? 0;
  if (length > 1) findings.invalid('profiles[0].plugins.queueSort.Enabled', length, 'only one queue sort plugin can be enabled');
  const sorter = own(profiles[0]).enabled?.[0]?.name;
  const sorted = profiles[0]?.pluginConfig?.find(({ name }) => name === sorter)?.args;
  profiles.forEach((profile, i) => {
    if (i > 0 && JSON.stringify(own(profile)) !== canon)
      findings.invalid(`profiles[${i}].plugins.queueSort`, own(profile), 'must be the same for all profiles');
    for (const { name, args } of i > 0 && sorter !== undefined ? (profile.pluginConfig ?? []) : [])
      if (name === sorter && JSON.stringify(args) !== JSON.stringify(sorted))
        findings.invalid(`profiles[${i}].pluginConfig.args`, args, 'queueSort must be the same for all profiles');
  });
}

function validateExtenders(extenders: readonly ExtenderConfiguration[], findings: Findings): void {
  const managed = new Set<string>();
  extenders.forEach(({ prioritizeVerb = '', weight = 0, managedResources = [], httpTimeout }, i) => {
    const path = `extenders[${i}]`;
    if (prioritizeVerb !== '' && weight <= 0) findings.invalid(`${path}.weight`, weight, 'must have a positive weight applied to it');
    if (httpTimeout !== undefined && parseDuration(httpTimeout) === undefined)
      findings.invalid(`${path}.httpTimeout`, httpTimeout, 'must be a duration, such as 5s');
    managedResources.forEach(({ name }, j) => {
      const place = `${path}.managedResources[${j}].name`;
      const problems = isQualifiedName(name);
      for (const problem of problems) findings.invalid(place, name, problem);
      if (problems.length === 0 && !isExtendedResource(name)) findings.invalid(place, name, 'is an invalid extended resource name');
      if (managed.has(name)) findings.invalid(place, name, 'duplicate extender managed resource name');
      managed.add(name);
    });
  });
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length;
  if (binders > 1) findings.invalid('extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind');
}

/** NodeResourcesFit looks at its arguments itself when the profile is made. */
function initProblems({ schedulerName, pluginConfig = [] }: ProfileConfiguration): string[] {
  const findings = new Findings();
  for (const { name, args = {} } of pluginConfig) if (name === 'NodeResourcesFit') validateFitArgs(args, findings);
  if (findings.empty) return [];
  const all = findings.list.map(({ field, body }) => `${field}: ${body}`);
  const text = all.length === 1 ? (all[0] as string) : `[${all.join(', ')}]`;
  return [`initializing profiles: creating profile for scheduler name ${schedulerName}: initializing plugin "NodeResourcesFit": ${text}`];
}
