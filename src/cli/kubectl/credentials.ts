import { FileError } from '../../engine/os/process.ts';
import type { Process } from '../../engine/os/process.ts';
import { pipe } from '../../engine/os/pipe.ts';
import { readAll, readLine, writeText } from '../../engine/os/text.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import type { KubeConfig } from './kubeconfig.ts';
import type { PluginPolicy } from './kuberc/preference.ts';
import { ConnectionError } from './transport.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** The configuration with what its user has to say first: the answer of an exec plug-in, or of who sits at the terminal. */
export function* withCredentials(process: Process, config: KubeConfig): Task<KubeConfig> {
  if (config.plugin !== undefined) return { ...config, ...(yield* askPlugin(process, config.plugin, config.policy)) };
  if (config.unknownUser !== true) return config;
  // client-go still asks for them; API servers have taken neither since v1.19, so whatever is typed, nobody is meant.
  for (const what of ['Username', 'Password']) {
    yield* writeText(process.stdout, `Please enter ${what}: `);
    if (what === 'Password' && !isTerminal(process.stdin)) throw new CommandError('error reading input for Password');
    if ((yield* readLine(process.stdin)) === undefined) throw new CommandError('EOF');
  }
  return config;
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** Runs the plug-in as client-go does: its ExecCredential comes on standard output. */
function* askPlugin(
  process: Process,
  plugin: JsonObject,
  policy: PluginPolicy | undefined,
): Task<Pick<KubeConfig, 'token' | 'cert' | 'key'>> {
  const fail = (why: string): never => {
    throw new ConnectionError('OTHER', `getting credentials: ${why}`);
  };
  const [command, apiVersion] = [text(plugin, 'command'), text(plugin, 'apiVersion')];
  if (!VERSIONS.includes(apiVersion)) throw new CommandError(`exec plugin: invalid apiVersion "${apiVersion}"`);
  const refused = policy === undefined ? '' : refusal(process, command, policy);
  if (refused !== '') fail(refused);
  const interactive = process.terminal !== undefined && text(plugin, 'interactiveMode') !== 'Never';
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive } };
  const env = new Map(process.env);
  for (const each of list(plugin, 'env')) env.set(text(each, 'name'), text(each, 'value'));
  env.set('KUBERNETES_EXEC_INFO', JSON.stringify(info));
  const { reader, writer } = pipe();
  const answered = function* (): Task<[said: string, code: number]> {
    try {
      const child = process.spawn([command, ...list(plugin, 'args').map(String)], { env, stdout: writer });
      const said = yield* readAll(reader);
      return [said, yield* child.wait()];
    } catch (error) {
      if (error instanceof FileError) return ['', 127];
      throw error;
    }
  };
  const [said, code] = yield* answered();
  if (code === 127) fail(`exec: executable ${command} not found\n\n${missing(text(plugin, 'installHint'))}`);
  if (code !== 0) fail(`exec: executable ${command} failed with exit code ${code}`);
  let answer: JsonObject;
  try {
    answer = object(JSON.parse(said) as JsonObject);
  } catch {
    return fail(`decoding stdout: couldn't get version/kind; json parse error: invalid JSON`);
  }
  if (text(answer, 'kind') !== 'ExecCredential')
    fail(`decoding stdout: no kind "${text(answer, 'kind')}" is registered for version "${text(answer, 'apiVersion')}"`);
  if (text(answer, 'apiVersion') !== apiVersion)
    fail(`exec plugin is configured to use API version ${apiVersion}, plugin returned version ${text(answer, 'apiVersion')}`);
  const status = object(answer, 'status');
  const [token, cert, key] = ['token', 'clientCertificateData', 'clientKeyData'].map((field) => text(status, field)) as [
    string,
    string,
    string,
  ];
  if (Object.keys(status).length === 0) fail("exec plugin didn't return a status field");
  if (token === '' && cert === '' && key === '') fail("exec plugin didn't return a token or cert/key pair");
  if ((cert === '') !== (key === '')) fail('exec plugin returned only certificate or key, not both');
  return { ...(token === '' ? {} : { token }), ...(cert === '' ? {} : { cert, key }) };
}

function missing(hint: string): string {
  return `It looks like you are trying to use a client-go credential plugin that is not installed.\n\nTo learn more about this feature, consult the documentation available at:\n      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins${hint === '' ? '' : `\n\n${hint}`}`;
}

/** What the policy has against a program: a list names it as the kubeconfig does, or by where it is found. */
function refusal(process: Process, command: string, { type, allowed = [] }: PluginPolicy): string {
  if (type === 'DenyAll') return `plugin ${JSON.stringify(command)} not allowed: policy set to "DenyAll"`;
  if (type !== 'Allowlist' || allowed.includes(command)) return '';
  const path = lookPath(process, command);
  if (path === undefined)
    return `plugin path ${JSON.stringify(command)} cannot be resolved for credential plugin allowlist check: exec: ${JSON.stringify(command)}: executable file not found in $PATH`;
  if (allowed.some((each) => each === path || lookPath(process, each) === path)) return '';
  return `plugin path ${JSON.stringify(path)} is not permitted by the credential plugin allowlist`;
}

function lookPath({ env, files }: Process, command: string): string | undefined {
  if (command.includes('/')) return files.exists(command) ? command : undefined;
  return (env.get('PATH') ?? '')
    .split(':')
    .map((directory) => `${directory}/${command}`)
    .find((path) => files.exists(path));
}
