import { decodeProblems } from './decode.ts';
import { defaultConfiguration } from './defaults.ts';
import { CONFIGURATION, PLUGIN_ARGS } from './schema.ts';
import { CONFIG_KIND, CONFIG_VERSION, type KubeSchedulerConfiguration, type ProfileConfiguration } from './types.ts';
import { validateConfiguration } from './validation.ts';

/** A file that kube-scheduler cannot use: its sentences. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`);
  }
}

/** What `--config` names, read as kube-scheduler reads it: decoded strictly, defaulted, validated. Throws `ConfigurationError`. */
export function readConfiguration(value: unknown): KubeSchedulerConfiguration {
  const { apiVersion = '', kind = '' } = (typeof value === 'object' && value !== null ? value : {}) as {
    apiVersion?: string;
    kind?: string;
  };
  if (kind === '') throw new ConfigurationError([`Object 'Kind' is missing in '${JSON.stringify(value) ?? ''}'`]);
  if (apiVersion === '') throw new ConfigurationError([`Object 'apiVersion' is missing in '${JSON.stringify(value)}'`]);
  if (apiVersion !== CONFIG_VERSION || kind !== CONFIG_KIND)
    throw new ConfigurationError([
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/scheduler/apis/config/scheme/scheme.go"`,
    ]);
  strict(decodeProblems(value, CONFIGURATION, CONFIG_KIND));
  const given = value as Partial<KubeSchedulerConfiguration> & {
    readonly parallelism?: number;
    readonly clientConnection?: { readonly burst?: number };
  };
  (given.profiles ?? []).forEach((profile, i) => decodeArgs(profile, i));
  const configuration = defaultConfiguration(given);
  const problems = validateConfiguration(configuration, given.parallelism ?? 16, given.clientConnection?.burst ?? 100);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

function decodeArgs({ pluginConfig = [] }: ProfileConfiguration, profile: number): void {
  pluginConfig.forEach(({ name, args }, i) => {
    const shape = PLUGIN_ARGS[name];
    if (shape === undefined || typeof shape === 'string' || 'list' in shape) return;
    const where = `decoding .profiles[${profile}].pluginConfig[${i}]: `;
    const { kind = shape.struct } = (args ?? {}) as { kind?: string };
    if (kind !== shape.struct)
      throw new ConfigurationError([
        `${where}args for plugin ${name} were not of type ${shape.struct}.kubescheduler.config.k8s.io, got ${kind}.kubescheduler.config.k8s.io`,
      ]);
    strict(decodeProblems(args, shape, shape.struct), `${where}decoding args for plugin ${name}: `);
  });
}

function strict(problems: readonly string[], where = ''): void {
  if (problems.length === 0) return;
  const mistyped = problems[0]?.startsWith('json: ') === true;
  throw new ConfigurationError([`${where}${mistyped ? '' : 'strict decoding error: '}${problems.join(', ')}`]);
}
