import type { Task } from '../../engine/os/task.ts';
import { annotate, ANNOTATE_FLAGS, label, LABEL_FLAGS } from './label.ts';
import { apiResources, API_RESOURCES_FLAGS, apiVersions } from './api-resources.ts';
import { apply, APPLY_FLAGS } from './apply.ts';
import { setLastApplied, SET_LAST_APPLIED_FLAGS, viewLastApplied, VIEW_LAST_APPLIED_FLAGS } from './last-applied.ts';
import { autoscale, AUTOSCALE_FLAGS } from './autoscale.ts';
import { canI, CAN_I_FLAGS, whoami, WHOAMI_FLAGS } from './auth.ts';
import { certificate, CERTIFICATE_FLAGS } from './certificate.ts';
import { clusterInfo, version, VERSION_FLAGS } from './version.ts';
import { completion } from './completion-script.ts';
import { CONFIG_COMMANDS } from './config-commands.ts';
import { create, createType, CREATE_FLAGS, CREATE_TYPE_FLAGS } from './create.ts';
import { GENERATORS, GENERATOR_ALIASES } from './create/generators.ts';
import { CREATE_TOKEN } from './create/token.ts';
import { deleteCommand, DELETE_FLAGS } from './delete.ts';
import { describe, DESCRIBE_FLAGS } from './describe.ts';
import { diff, DIFF_FLAGS } from './diff.ts';
import { cordon, CORDON_FLAGS, drain, DRAIN_FLAGS } from './drain.ts';
import { edit, EDIT_FLAGS } from './edit.ts';
import { CommandError } from './errors.ts';
import { eventsCommand, EVENTS_FLAGS } from './events.ts';
import { attach, ATTACH_FLAGS, exec, EXEC_FLAGS } from './exec.ts';
import { explain, EXPLAIN_FLAGS } from './explain.ts';
import { expose, EXPOSE_FLAGS } from './expose.ts';
import { get, GET_FLAGS } from './get.ts';
import { groupText, rootText } from './help.ts';
import { kustomize, KUSTOMIZE_FLAGS } from './kustomize.ts';
import { logs, LOGS_FLAGS } from './logs.ts';
import { patch, PATCH_FLAGS } from './patch.ts';
import { replace, REPLACE_FLAGS } from './replace.ts';
import { ROLLOUT_COMMANDS } from './rollout.ts';
import { runCommand, RUN_FLAGS } from './run.ts';
import { scale, SCALE_FLAGS } from './scale.ts';
import type { Command } from './command.ts';
import { SET_COMMANDS } from './set.ts';
import { taint, TAINT_FLAGS } from './taint.ts';
import { waitCommand, WAIT_FLAGS } from './wait.ts';

const group = (about: string, subcommands: Readonly<Record<string, Command>>, own?: Pick<Command, 'flags' | 'run' | 'usage'>): Command => ({
  about,
  flags: own?.flags ?? '',
  usage: own?.usage ?? 'SUBCOMMAND [options]',
  run: own?.run ?? refuseToRun,
  subcommands,
});

// eslint-disable-next-line require-yield
function* refuseToRun(): Task<number> {
  throw new Error('a group of commands does not run');
}

const missing = (about: string, why: string): Command => ({
  about,
  flags: '',
  usage: '[options]',
  // eslint-disable-next-line require-yield
  *run() {
    throw new CommandError(why);
  },
});

const createCommands = Object.fromEntries(
  Object.entries(GENERATORS)
    .filter(([name]) => !name.includes(' '))
    .map(([name, { flags, about }]): [string, Command] => [
      name,
      {
        about,
        flags: `${CREATE_TYPE_FLAGS} ${flags}`,
        usage: 'NAME [options]',
        run: (session) => createType(session, name),
        aliases: Object.keys(GENERATOR_ALIASES).filter((alias) => GENERATOR_ALIASES[alias] === name),
      },
    ]),
);
createCommands['token'] = CREATE_TOKEN;
for (const parent of ['secret', 'service']) {
  createCommands[parent] = {
    ...group(
      parent === 'secret' ? SECRET_ABOUT() : 'Create a service using a specified subcommand',
      Object.fromEntries(
        Object.entries(GENERATORS)
          .filter(([name]) => name.startsWith(`${parent} `))
          .map(([name, { flags, about }]): [string, Command] => [
            name.split(' ')[1] as string,
            { about, flags: `${CREATE_TYPE_FLAGS} ${flags}`, usage: 'NAME [options]', run: (session) => createType(session, name) },
          ]),
      ),
    ),
    ...(parent === 'service' ? { aliases: ['svc'] } : { usage: '(docker-registry | generic | tls) [options]' }),
  };
}

function SECRET_ABOUT(): string {
  return 'Create a secret with specified type.\n\n A docker-registry type secret is for accessing a container registry.\n\n A generic type secret indicate an Opaque secret type.\n\n A tls type secret holds TLS certificate and its associated key.';
}

/** In the order of kubectl's own help: suggestions come in this order too. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  create: group('Create a resource from a file or from stdin', createCommands, {
    flags: CREATE_FLAGS,
    run: create,
    usage: '-f FILENAME [options]',
  }),
  expose: {
    about: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
    flags: EXPOSE_FLAGS,
    run: expose,
    usage: '(-f FILENAME | TYPE NAME) [--port=port] [options]',
  },
  run: {
    about: 'Run a particular image on the cluster',
    flags: RUN_FLAGS,
    run: runCommand,
    usage: 'NAME --image=image [--env="key=value"] [--port=port] [options] [-- COMMAND] [args...]',
  },
  set: group('Set specific features on objects', SET_COMMANDS),
  explain: {
    about: 'Get documentation for a resource',
    flags: EXPLAIN_FLAGS,
    run: explain,
    usage: 'TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [options]',
  },
  get: {
    about: 'Display one or many resources',
    flags: GET_FLAGS,
    run: get,
    usage: '[(-o|--output=)FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...) [flags] [options]',
  },
  edit: { about: 'Edit a resource on the server', flags: EDIT_FLAGS, run: edit, usage: '(RESOURCE/NAME | -f FILENAME) [options]' },
  delete: {
    about: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
    flags: DELETE_FLAGS,
    run: deleteCommand,
    usage: '([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]',
  },
  rollout: group('Manage the rollout of a resource', ROLLOUT_COMMANDS),
  scale: {
    about: 'Set a new size for a deployment, replica set, or replication controller',
    flags: SCALE_FLAGS,
    run: scale,
    usage: '[--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]',
  },
  autoscale: {
    about: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
    flags: AUTOSCALE_FLAGS,
    run: autoscale,
    usage: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [options]',
  },
  certificate: group('Modify certificate resources', {
    approve: {
      about: 'Approve a certificate signing request',
      flags: CERTIFICATE_FLAGS,
      run: (session) => certificate(session, 'Approved'),
      usage: '(-f FILENAME | NAME) [options]',
    },
    deny: {
      about: 'Deny a certificate signing request',
      flags: CERTIFICATE_FLAGS,
      run: (session) => certificate(session, 'Denied'),
      usage: '(-f FILENAME | NAME) [options]',
    },
  }),
  'cluster-info': { about: 'Display cluster information', flags: '', run: clusterInfo, usage: '[flags] [options]' },
  top: group('Display resource (CPU/memory) usage', {
    node: { ...missing('Display resource (CPU/memory) usage of nodes', 'Metrics API not available'), aliases: ['nodes', 'no'] },
    pod: { ...missing('Display resource (CPU/memory) usage of pods', 'Metrics API not available'), aliases: ['pods', 'po'] },
  }),
  cordon: { about: 'Mark node as unschedulable', flags: CORDON_FLAGS, run: (session) => cordon(session, true), usage: 'NODE [options]' },
  uncordon: { about: 'Mark node as schedulable', flags: CORDON_FLAGS, run: (session) => cordon(session, false), usage: 'NODE [options]' },
  drain: { about: 'Drain node in preparation for maintenance', flags: DRAIN_FLAGS, run: drain, usage: 'NODE [options]' },
  taint: {
    about: 'Update the taints on one or more nodes',
    flags: TAINT_FLAGS,
    run: taint,
    usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]',
  },
  describe: {
    about: 'Show details of a specific resource or group of resources',
    flags: DESCRIBE_FLAGS,
    run: describe,
    usage: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]',
  },
  logs: {
    about: 'Print the logs for a container in a pod',
    flags: LOGS_FLAGS,
    run: logs,
    usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]',
  },
  attach: { about: 'Attach to a running container', flags: ATTACH_FLAGS, run: attach, usage: '(POD | TYPE/NAME) -c CONTAINER [options]' },
  exec: {
    about: 'Execute a command in a container',
    flags: EXEC_FLAGS,
    run: exec,
    usage: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]',
  },
  'port-forward': missing(
    'Forward one or more local ports to a pod',
    'port-forward is not modelled by this kubectl: the workstation has no listening ports',
  ),
  proxy: missing(
    'Run a proxy to the Kubernetes API server',
    'proxy is not modelled by this kubectl: the workstation has no listening ports',
  ),
  cp: missing('Copy files and directories to and from containers', 'cp is not modelled by this kubectl'),
  auth: group('Inspect authorization', {
    'can-i': {
      about: 'Check whether an action is allowed',
      flags: CAN_I_FLAGS,
      run: canI,
      usage: 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]',
    },
    reconcile: missing(
      'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
      'auth reconcile is not modelled by this kubectl',
    ),
    whoami: { about: 'Experimental: Check self subject attributes', flags: WHOAMI_FLAGS, run: whoami, usage: '[options]' },
  }),
  debug: missing('Create debugging sessions for troubleshooting workloads and nodes', 'debug is not modelled by this kubectl'),
  events: {
    about: 'List events',
    flags: EVENTS_FLAGS,
    run: eventsCommand,
    usage: '[(-o|--output=)FORMAT] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]',
  },
  diff: { about: 'Diff the live version against a would-be applied version', flags: DIFF_FLAGS, run: diff, usage: '-f FILENAME [options]' },
  apply: group(
    'Apply a configuration to a resource by file name or stdin',
    {
      'view-last-applied': {
        about: 'View the latest last-applied-configuration annotations of a resource/object',
        flags: VIEW_LAST_APPLIED_FLAGS,
        run: viewLastApplied,
        usage: '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]',
      },
      'set-last-applied': {
        about: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
        flags: SET_LAST_APPLIED_FLAGS,
        run: setLastApplied,
        usage: '-f FILENAME [options]',
      },
      'edit-last-applied': missing(
        'Edit latest last-applied-configuration annotations of a resource/object',
        'apply edit-last-applied is not modelled by this kubectl',
      ),
    },
    { flags: APPLY_FLAGS, run: apply, usage: '(-f FILENAME | -k DIRECTORY) [options]' },
  ),
  patch: {
    about: 'Update fields of a resource',
    flags: PATCH_FLAGS,
    run: patch,
    usage: '(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]',
  },
  replace: { about: 'Replace a resource by file name or stdin', flags: REPLACE_FLAGS, run: replace, usage: '-f FILENAME [options]' },
  wait: {
    about: 'Experimental: Wait for a specific condition on one or many resources',
    flags: WAIT_FLAGS,
    run: waitCommand,
    usage:
      "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
  },
  kustomize: {
    about: 'Build a kustomization target from a directory or URL',
    flags: KUSTOMIZE_FLAGS,
    run: kustomize,
    usage: 'DIR [flags] [options]',
  },
  label: {
    about: 'Update the labels on a resource',
    flags: LABEL_FLAGS,
    run: label,
    usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]',
  },
  annotate: {
    about: 'Update the annotations on a resource',
    flags: ANNOTATE_FLAGS,
    run: annotate,
    usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]',
  },
  completion: {
    about: 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
    flags: '',
    run: completion,
    usage: 'SHELL [options]',
  },
  'api-resources': {
    about: 'Print the supported API resources on the server',
    flags: API_RESOURCES_FLAGS,
    run: apiResources,
    usage: '[flags] [options]',
  },
  'api-versions': {
    about: 'Print the supported API versions on the server, in the form of "group/version"',
    flags: '',
    run: apiVersions,
    usage: '[options]',
  },
  config: group('Modify kubeconfig files', CONFIG_COMMANDS),
  plugin: missing('Provides utilities for interacting with plugins', 'plugin is not modelled by this kubectl'),
  version: { about: 'Print the client and server version information', flags: VERSION_FLAGS, run: version, usage: '[flags] [options]' },
  options: { about: 'Print the list of flags inherited by all commands', flags: '', run: refuseToRun, usage: '[options]' },
};

/** Commands that need no cluster: a broken kubeconfig must not keep one from mending it. */
export const OFFLINE: ReadonlySet<string> = new Set(['config', 'completion', 'options']);

/** The command a line means, or what is said when it means none. */
export function findCommand(
  words: readonly string[],
): { command: Command; name: string; rest: string[] } | { text: string; code: number; helped?: boolean } {
  const rest = [...words];
  const first = takeCommand(rest);
  if (first === undefined) {
    const bad = rest.find((word) => word.startsWith('-') && word !== '-h' && word !== '--help');
    if (bad !== undefined && rest.length > 0)
      return {
        text: `error: unknown ${bad.startsWith('--') ? `flag: ${bad}` : `shorthand flag: '${bad[1] ?? ''}' in ${bad}`}\nSee 'kubectl --help' for usage.\n`,
        code: 1,
      };
    return { text: rootText(COMMANDS), code: 0 };
  }
  if (first === 'help') {
    const named = findCommand(rest);
    return 'text' in named ? { ...named, code: 0 } : { ...named, rest: ['--help'] };
  }
  let command = COMMANDS[first];
  if (command === undefined) return { text: `error: unknown command "${first}" for "kubectl"\n${suggestions(first)}`, code: 1 };
  let name = first;
  while (command.subcommands !== undefined) {
    const asked = rest.find((word) => !word.startsWith('-'));
    const entry: [string, Command] | undefined =
      asked === undefined
        ? undefined
        : Object.entries(command.subcommands).find(([key, each]) => key === asked || each.aliases?.includes(asked) === true);
    if (entry === undefined) {
      if (command.run !== refuseToRun) break;
      if (rest.some((word) => word === '-h' || word === '--help')) return { text: groupText(`kubectl ${name}`, command), code: 0 };
      if (asked !== undefined)
        return { text: `error: unknown command "${asked}"\nSee 'kubectl ${name} -h' for help and examples\n`, code: 1 };
      // Most groups say on standard error what there is; this one on standard output.
      return { text: groupText(`kubectl ${name}`, command), code: 1, helped: name === 'rollout' };
    }
    rest.splice(rest.indexOf(asked as string), 1);
    name += ` ${entry[0]}`;
    command = entry[1];
  }
  return { command, name, rest };
}

/** Flags may stand before the command: `kubectl -n kube-system get pods`. */
function takeCommand(rest: string[]): string | undefined {
  const valued = new Set([
    '-n',
    '--namespace',
    '--context',
    '--kubeconfig',
    '--as',
    '--as-group',
    '--token',
    '--server',
    '-s',
    '--user',
    '--cluster',
    '--request-timeout',
    '-v',
    '--v',
  ]);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] as string;
    if (valued.has(word)) i++;
    else if (!word.startsWith('-')) return rest.splice(i, 1)[0];
  }
  return undefined;
}

function suggestions(word: string): string {
  const close = Object.keys(COMMANDS).filter((name) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()));
  return close.length === 0 ? '' : `\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}\n`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
