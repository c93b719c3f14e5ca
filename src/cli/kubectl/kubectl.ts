import { FileError } from '../../engine/os/process.ts';
import type { Process, Program } from '../../engine/os/process.ts';
import { obtain, part, rare } from '../../engine/os/rare.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import type { ApiTransport } from './transport.ts';
import { ConnectionError } from './transport.ts';
import { OFFLINE } from './commands.ts';
import { completeCommand } from './completion/complete-command.ts';
import { CommandError, errorText, Exit, Failures, HelpError, ServerError } from './errors.ts';
import { findCommand } from './find-command.ts';
import { Flags } from './flags.ts';
import { JsonPathError } from './jsonpath.ts';
import { applyPreferences } from './kuberc/apply.ts';
import type { Preferred } from './kuberc/apply.ts';
import { givenKuberc, kubercPlace } from './kuberc/place.ts';
import { klogLine } from './http-log.ts';
import { helpText, optionsText } from './help/help-text.ts';
import { resolveConfig } from './kubeconfig.ts';
import { findPlugin } from './plugin.ts';
import type { KubeConfig } from './kubeconfig.ts';
import { Session } from './session.ts';
import { TemplateFailure } from './template.ts';

export type { KubeConfig } from './kubeconfig.ts';
export type { ApiAnswer, ApiCall, ApiTransport } from './transport.ts';

/** kubectl as a program. `connect` gives the way to the server that a kubeconfig (with the command line's flags over it) names. */
export function createKubectl(connect: (process: Process, config: KubeConfig) => ApiTransport): Program {
  return function* kubectl(process): Task<number> {
    let server = '';
    try {
      return yield* main(process, connect, (config) => {
        server = config.server;
      });
    } catch (error) {
      if (error instanceof Exit) return error.code;
      if (error instanceof TemplateFailure) yield* writeText(process.stdout, error.output);
      if (!isForLearner(error)) throw error;
      yield* writeText(process.stderr, errorText(error, server));
      // 1 of diff says that there are differences.
      return (error instanceof CommandError ? error.code : 1) + (process.argv[1] === 'diff' ? 1 : 0);
    }
  };
}

function isForLearner(error: unknown): boolean {
  return [CommandError, ServerError, Failures, ConnectionError, JsonPathError, FileError].some((type) => error instanceof type);
}

function* main(
  process: Process,
  connect: (process: Process, config: KubeConfig) => ApiTransport,
  resolved: (config: KubeConfig) => void,
): Task<number> {
  const typed = process.argv.slice(1);
  if (typed[0] === '__complete' || typed[0] === '__completeNoDesc') return yield* rare(completeCommand)(process, connect);
  const { words, presets, policy, original } = yield* preferred(process, typed);
  const found = findCommand(words);
  if ('text' in found) {
    if (found.unknown === true && (words[0] ?? '').startsWith('-')) {
      yield* writeText(process.stderr, `Error: flags cannot be placed before plugin name: ${words[0] as string}\n`);
      return 1;
    }
    const plugin = found.unknown === true ? findPlugin(process, words) : undefined;
    if (plugin !== undefined) return yield* process.spawn([plugin.path, ...plugin.rest]).wait();
    yield* writeText((found.code === 0 && found.complains !== true) || found.helped === true ? process.stdout : process.stderr, found.text);
    return found.code;
  }
  const { command, name, rest } = found;
  const said = `kubectl${name === '' ? '' : ` ${name}`}`;
  if (rest.some((word, i) => (word === '--help' || word === '-h') && !rest.slice(0, i).includes('--'))) {
    yield* writeText(process.stdout, (yield* obtain(process, part(helpText)))(said, command));
    return 0;
  }
  if (name === 'options') {
    yield* writeText(process.stdout, (yield* obtain(process, part(optionsText)))());
    return 0;
  }
  const flags = Flags.parse(said, [...presets, ...rest], command.flags);
  const profile = flags.global('profile') || 'none';
  if (PROFILES.includes(profile)) throw new CommandError(`--profile=${profile} is not modelled by this kubectl`);
  if (profile !== 'none') throw new CommandError(`unknown profile '${profile}'`);
  const offline = OFFLINE.has(name.split(' ')[0] as string);
  const session = new Session(
    process,
    flags,
    said,
    () => {
      const config = offline ? NOWHERE : resolveConfig(process, flags);
      resolved(config);
      return policy === undefined ? config : { ...config, policy };
    },
    (config) => (offline ? UNREACHABLE : connect(process, config)),
  );
  if (original !== undefined && flags.int('v') >= 1)
    yield* session.err(klogLine(session, 'I', 'cmd.go:371', `original command: ${JSON.stringify(`kubectl ${original}`)}`));
  try {
    const code = yield* command.run(session);
    yield* session.finish();
    return code;
  } catch (error) {
    if (!(error instanceof HelpError)) throw error;
    yield* writeText(process.stdout, (yield* obtain(process, part(helpText)))(said, command));
    if (error.code === 0) return 0;
    throw error;
  }
}

/** The line as the user's preferences (kuberc) have it meant. */
function* preferred(process: Process, words: readonly string[]): Task<Preferred> {
  if (words.length === 0) return { words, presets: [] };
  try {
    const place = kubercPlace(process, givenKuberc(words));
    if (place === undefined || (!place.explicit && !process.files.exists(place.path))) return { words, presets: [] };
    return yield* rare(applyPreferences)(process, words, place);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    yield* writeText(process.stderr, `error occurred while applying preferences ${error.message}\n`);
    throw new Exit(1);
  }
}

const PROFILES: readonly string[] = ['cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex', 'allocs'];

const NOWHERE: KubeConfig = { server: 'http://localhost:8080', namespace: 'default', insecure: false, context: '', user: '' };
const UNREACHABLE: ApiTransport = {
  // eslint-disable-next-line require-yield
  *request(): Task<never> {
    throw new ConnectionError('ECONNREFUSED', 'this command speaks to no server');
  },
};
