import { rare } from '../../../engine/os/rare.ts';
import type { Task } from '../../../engine/os/task.ts';
import type { Command } from '../command.ts';
import type { Session } from '../session.ts';
import {
  currentContext,
  deleteContext,
  getContexts,
  GET_CONTEXTS_FLAGS,
  renameContext,
  setContext,
  SET_CONTEXT_FLAGS,
  useContext,
} from './contexts.ts';
import { deleteCluster, deleteUser, getNames } from './entries.ts';
import { setProperty, SET_FLAGS, unsetProperty } from './property.ts';
import { setCluster, SET_CLUSTER_FLAGS } from './set-cluster.ts';
import { setCredentials, SET_CREDENTIALS_FLAGS } from './set-credentials.ts';
import { view, VIEW_FLAGS } from './view.ts';

const command = (about: string, run: (session: Session) => Task<number>, flags = '', usage = '[options]'): Command => ({
  about,
  run,
  flags,
  usage,
});

export const CONFIG_COMMANDS: Readonly<Record<string, Command>> = {
  'current-context': command('Display the current-context', rare(currentContext)),
  'delete-cluster': command('Delete the specified cluster from the kubeconfig', rare(deleteCluster), '', 'NAME [options]'),
  'delete-context': command('Delete the specified context from the kubeconfig', rare(deleteContext), '', 'NAME [options]'),
  'delete-user': command('Delete the specified user from the kubeconfig', rare(deleteUser), '', 'NAME [options]'),
  'get-clusters': command('Display clusters defined in the kubeconfig', (session) => rare(getNames)(session, 'clusters')),
  'get-contexts': command('Describe one or many contexts', rare(getContexts), GET_CONTEXTS_FLAGS, '[(-o|--output=)name)] [options]'),
  'get-users': command('Display users defined in the kubeconfig', (session) => rare(getNames)(session, 'users')),
  'rename-context': command('Rename a context from the kubeconfig file', rare(renameContext), '', 'CONTEXT_NAME NEW_NAME [options]'),
  set: command('Set an individual value in a kubeconfig file', rare(setProperty), SET_FLAGS, 'PROPERTY_NAME PROPERTY_VALUE [options]'),
  'set-cluster': command(
    'Set a cluster entry in kubeconfig',
    rare(setCluster),
    SET_CLUSTER_FLAGS,
    'NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]',
  ),
  'set-context': command(
    'Set a context entry in kubeconfig',
    rare(setContext),
    SET_CONTEXT_FLAGS,
    '[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]',
  ),
  'set-credentials': command(
    'Set a user entry in kubeconfig',
    rare(setCredentials),
    SET_CREDENTIALS_FLAGS,
    'NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]',
  ),
  unset: command('Unset an individual value in a kubeconfig file', rare(unsetProperty), '', 'PROPERTY_NAME [options]'),
  'use-context': {
    ...command('Set the current-context in a kubeconfig file', rare(useContext), '', 'CONTEXT_NAME [options]'),
    aliases: ['use'],
  },
  view: command('Display merged kubeconfig settings or a specified kubeconfig file', rare(view), VIEW_FLAGS, '[flags] [options]'),
};
