import { rare } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { annotate, ANNOTATE_FLAGS, label, LABEL_FLAGS } from './label.ts';
import { apiResources, API_RESOURCES_FLAGS, apiVersions } from './api-resources.ts';
import { apply, APPLY_FLAGS } from './apply.ts';
import { setLastApplied, SET_LAST_APPLIED_FLAGS, viewLastApplied, VIEW_LAST_APPLIED_FLAGS } from './last-applied.ts';
import { autoscale, AUTOSCALE_FLAGS } from './autoscale.ts';
import { reconcile, RECONCILE_FLAGS } from './auth-reconcile.ts';
import { canI, CAN_I_FLAGS, whoami, WHOAMI_FLAGS } from './auth.ts';
import { certificate, CERTIFICATE_FLAGS } from './certificate.ts';
import { clusterInfo, version, VERSION_FLAGS } from './version.ts';
import { clusterInfoDump, DUMP_FLAGS } from './cluster-info-dump.ts';
import { completion } from './completion/script.ts';
import { CONFIG_COMMANDS } from './config/commands.ts';
import { create, createType, CREATE_FLAGS, CREATE_TYPE_FLAGS } from './create.ts';
import { GENERATORS, GENERATOR_ALIASES } from './create/generators.ts';
import { CREATE_TOKEN } from './create/token.ts';
import { cp, CP_FLAGS } from './cp/cp.ts';
import { debug, DEBUG_FLAGS } from './debug/debug.ts';
import { deleteCommand, DELETE_FLAGS } from './delete.ts';
import { describe, DESCRIBE_FLAGS } from './describe.ts';
import { diff, DIFF_FLAGS } from './diff.ts';
import { cordon, CORDON_FLAGS, drain, DRAIN_FLAGS } from './drain.ts';
import { edit, EDIT_FLAGS } from './edit.ts';
import { editLastApplied, EDIT_LAST_APPLIED_FLAGS } from './edit-last-applied.ts';
import { eventsCommand, EVENTS_FLAGS } from './events.ts';
import { attach } from './attach.ts';
import { ATTACH_FLAGS, exec, EXEC_FLAGS } from './exec.ts';
import { explain, EXPLAIN_FLAGS } from './explain.ts';
import { expose, EXPOSE_FLAGS } from './expose.ts';
import { get, GET_FLAGS } from './get.ts';
import { KUBERC_COMMANDS } from './kuberc/commands.ts';
import { kustomize, KUSTOMIZE_FLAGS } from './kustomize.ts';
import { logs, LOGS_FLAGS } from './logs.ts';
import { patch, PATCH_FLAGS } from './patch.ts';
import { pluginList, PLUGIN_LIST_FLAGS } from './plugin.ts';
import { portForward, PORT_FORWARD_FLAGS } from './port-forward.ts';
import { proxy, PROXY_FLAGS } from './proxy.ts';
import { replace, REPLACE_FLAGS } from './replace.ts';
import { ROLLOUT_COMMANDS } from './rollout.ts';
import { runCommand, RUN_FLAGS } from './run.ts';
import { scale, SCALE_FLAGS } from './scale.ts';
import type { Command } from './command.ts';
import type { Session } from './session.ts';
import { SET_COMMANDS } from './set/commands.ts';
import { taint, TAINT_FLAGS } from './taint.ts';
import { topNode, TOP_NODE_FLAGS } from './top/node.ts';
import { topPod, TOP_POD_FLAGS } from './top/pod.ts';
import { waitCommand, WAIT_FLAGS } from './wait.ts';

const group = (about: string, subcommands: Readonly<Record<string, Command>>, own?: Pick<Command, 'flags' | 'run' | 'usage'>): Command => ({
  about,
  flags: own?.flags ?? '',
  usage: own?.usage ?? '[flags] [options]',
  run: own?.run ?? refuseToRun,
  subcommands,
});

/** What a group has in the place of a command of its own. */
// eslint-disable-next-line require-yield
export function* refuseToRun(): Task<number> {
  throw new Error('a group of commands does not run');
}

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
  set: { ...group('Set specific features on objects', SET_COMMANDS), usage: 'SUBCOMMAND [options]' },
  explain: {
    about: 'Get documentation for a resource',
    flags: EXPLAIN_FLAGS,
    run: rare(explain),
    usage: 'TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [options]',
  },
  get: {
    about: 'Display one or many resources',
    flags: GET_FLAGS,
    run: get,
    usage: '[(-o|--output=)FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...) [flags] [options]',
  },
  edit: { about: 'Edit a resource on the server', flags: EDIT_FLAGS, run: rare(edit), usage: '(RESOURCE/NAME | -f FILENAME) [options]' },
  delete: {
    about: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
    flags: DELETE_FLAGS,
    run: deleteCommand,
    usage: '([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]',
  },
  rollout: { ...group('Manage the rollout of a resource', ROLLOUT_COMMANDS), usage: 'SUBCOMMAND [options]' },
  scale: {
    about: 'Set a new size for a deployment, replica set, or replication controller',
    flags: SCALE_FLAGS,
    run: scale,
    usage: '[--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]',
  },
  autoscale: {
    about: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
    flags: AUTOSCALE_FLAGS,
    run: rare(autoscale),
    usage: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [options]',
  },
  certificate: {
    ...group('Modify certificate resources', {
      approve: {
        about: 'Approve a certificate signing request',
        flags: CERTIFICATE_FLAGS,
        run: (session) => rare(certificate)(session, 'Approved'),
        usage: '(-f FILENAME | NAME) [options]',
      },
      deny: {
        about: 'Deny a certificate signing request',
        flags: CERTIFICATE_FLAGS,
        run: (session) => rare(certificate)(session, 'Denied'),
        usage: '(-f FILENAME | NAME) [options]',
      },
    }),
    usage: 'SUBCOMMAND [options]',
  },
  'cluster-info': group(
    'Display cluster information',
    {
      dump: {
        about: 'Dump relevant information for debugging and diagnosis',
        flags: DUMP_FLAGS,
        run: rare(clusterInfoDump),
        usage: '[flags] [options]',
      },
    },
    { flags: '', run: clusterInfo, usage: '[flags] [options]' },
  ),
  top: group('Display resource (CPU/memory) usage', {
    node: {
      about: 'Display resource (CPU/memory) usage of nodes',
      flags: TOP_NODE_FLAGS,
      run: rare(topNode),
      usage: '[NAME | -l label] [options]',
      aliases: ['nodes', 'no'],
    },
    pod: {
      about: 'Display resource (CPU/memory) usage of pods',
      flags: TOP_POD_FLAGS,
      run: rare(topPod),
      usage: '[NAME | -l label] [options]',
      aliases: ['pods', 'po'],
    },
  }),
  cordon: {
    about: 'Mark node as unschedulable',
    flags: CORDON_FLAGS,
    run: (session) => rare(cordon)(session, true),
    usage: 'NODE [options]',
  },
  uncordon: {
    about: 'Mark node as schedulable',
    flags: CORDON_FLAGS,
    run: (session) => rare(cordon)(session, false),
    usage: 'NODE [options]',
  },
  drain: { about: 'Drain node in preparation for maintenance', flags: DRAIN_FLAGS, run: rare(drain), usage: 'NODE [options]' },
  taint: {
    about: 'Update the taints on one or more nodes',
    flags: TAINT_FLAGS,
    run: rare(taint),
    usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]',
  },
  describe: {
    about: 'Show details of a specific resource or group of resources',
    flags: DESCRIBE_FLAGS,
    run: rare(describe),
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
  'port-forward': {
    about: 'Forward one or more local ports to a pod',
    flags: PORT_FORWARD_FLAGS,
    run: rare(portForward),
    usage: 'TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  },
  proxy: {
    about: 'Run a proxy to the Kubernetes API server',
    flags: PROXY_FLAGS,
    run: rare(proxy),
    usage: '[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]',
  },
  cp: {
    about: 'Copy files and directories to and from containers',
    flags: CP_FLAGS,
    run: rare(cp),
    usage: '<file-spec-src> <file-spec-dest> [options]',
  },
  auth: group('Inspect authorization', {
    'can-i': {
      about: 'Check whether an action is allowed',
      flags: CAN_I_FLAGS,
      run: rare(canI),
      usage: 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]',
    },
    reconcile: {
      about: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
      flags: RECONCILE_FLAGS,
      run: rare(reconcile),
      usage: '-f FILENAME [options]',
    },
    whoami: { about: 'Experimental: Check self subject attributes', flags: WHOAMI_FLAGS, run: rare(whoami), usage: '[options]' },
  }),
  debug: {
    about: 'Create debugging sessions for troubleshooting workloads and nodes',
    flags: DEBUG_FLAGS,
    run: rare(debug),
    usage: '(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]',
  },
  events: {
    about: 'List events',
    flags: EVENTS_FLAGS,
    run: eventsCommand,
    usage: '[(-o|--output=)FORMAT] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]',
  },
  diff: {
    about: 'Diff the live version against a would-be applied version',
    flags: DIFF_FLAGS,
    run: rare(diff),
    usage: '-f FILENAME [options]',
  },
  apply: group(
    'Apply a configuration to a resource by file name or stdin',
    {
      'view-last-applied': {
        about: 'View the latest last-applied-configuration annotations of a resource/object',
        flags: VIEW_LAST_APPLIED_FLAGS,
        run: rare(viewLastApplied),
        usage: '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]',
      },
      'set-last-applied': {
        about: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
        flags: SET_LAST_APPLIED_FLAGS,
        run: rare(setLastApplied),
        usage: '-f FILENAME [options]',
      },
      'edit-last-applied': {
        about: 'Edit latest last-applied-configuration annotations of a resource/object',
        flags: EDIT_LAST_APPLIED_FLAGS,
        run: rare(editLastApplied),
        usage: '(RESOURCE/NAME | -f FILENAME) [options]',
      },
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
    run: rare(kustomize),
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
    run: rare(completion),
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
  config: { ...group('Modify kubeconfig files', CONFIG_COMMANDS), usage: 'SUBCOMMAND [options]' },
  plugin: group('Provides utilities for interacting with plugins', {
    list: {
      about: "List all visible plugin executables on a user's PATH",
      flags: PLUGIN_LIST_FLAGS,
      run: (session) => pluginList(session, new Set(Object.keys(COMMANDS))),
      usage: '[flags] [options]',
    },
  }),
  kuberc: { ...group('Manage kuberc configuration files', KUBERC_COMMANDS), usage: 'SUBCOMMAND [options]' },
  version: { about: 'Print the client and server version information', flags: VERSION_FLAGS, run: version, usage: '[flags] [options]' },
  alpha: { about: 'Commands for features in alpha', flags: '', run: noAlphaCommands, usage: '[flags] [options]' },
  options: { about: 'Print the list of flags inherited by all commands', flags: '', run: refuseToRun, usage: '[options]' },
};

function* noAlphaCommands(session: Session): Task<number> {
  yield* session.err('No alpha commands are available in this version of kubectl\n');
  return 0;
}

/** Commands that need no cluster: a broken kubeconfig must not keep one from mending it. */
export const OFFLINE: ReadonlySet<string> = new Set(['alpha', 'config', 'completion', 'kuberc', 'options', 'plugin']);
