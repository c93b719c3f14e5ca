import { rare } from '../../../engine/os/rare.ts';
import type { Task } from '../../../engine/os/task.ts';
import { nameOf } from './arguments.ts';
import type { Session } from '../session.ts';
import type { JsonObject } from '../values.ts';
import { makeConfigMap, makeSecret } from './config.ts';
import { makeClusterRole, makeClusterRoleBinding, makeRole, makeRoleBinding } from './rbac.ts';
import { makeCronJob, makeDeployment, makeJob } from './workloads.ts';
import { makeIngress, makePodDisruptionBudget, makePriorityClass, makeQuota, makeService } from './others.ts';

/** How `kubectl create TYPE` makes an object. */
export interface Generator {
  readonly flags: string;
  readonly make: (session: Session) => Task<JsonObject>;
  /** Stands before the server's refusal, if anything does. */
  readonly failed: string;
  readonly about: string;
}

export const GENERATORS: Readonly<Record<string, Generator>> = {
  deployment: {
    flags: 'image:list r/replicas:int=1 port:int=-1',
    make: rare(makeDeployment),
    failed: 'failed to create deployment: ',
    about: 'Create a deployment with the specified name',
  },
  namespace: { flags: '', make: makeNamespace, failed: '', about: 'Create a namespace with the specified name' },
  configmap: {
    flags: 'from-file:list from-literal:list from-env-file:list append-hash:bool',
    make: rare(makeConfigMap),
    failed: 'failed to create configmap: ',
    about: 'Create a config map from a local file, directory or literal value',
  },
  'secret generic': {
    flags: 'from-file:list from-literal:list from-env-file:list append-hash:bool type:string',
    make: (session) => rare(makeSecret)(session, 'generic'),
    failed: 'failed to create secret ',
    about: 'Create a secret from a local file, directory, or literal value',
  },
  'secret docker-registry': {
    flags:
      'docker-server:string=https://index.docker.io/v1/ docker-username:string docker-password:string docker-email:string from-file:list append-hash:bool',
    make: (session) => rare(makeSecret)(session, 'docker-registry'),
    failed: 'failed to create secret ',
    about: 'Create a secret for use with a Docker registry',
  },
  'secret tls': {
    flags: 'cert:string key:string append-hash:bool',
    make: (session) => rare(makeSecret)(session, 'tls'),
    failed: 'failed to create secret ',
    about: 'Create a TLS secret',
  },
  'service clusterip': {
    flags: 'tcp:list clusterip:string',
    make: (session) => rare(makeService)(session, 'ClusterIP'),
    failed: 'failed to create ClusterIP service: ',
    about: 'Create a ClusterIP service',
  },
  'service nodeport': {
    flags: 'tcp:list node-port:int',
    make: (session) => rare(makeService)(session, 'NodePort'),
    failed: 'failed to create NodePort service: ',
    about: 'Create a NodePort service',
  },
  'service loadbalancer': {
    flags: 'tcp:list',
    make: (session) => rare(makeService)(session, 'LoadBalancer'),
    failed: 'failed to create LoadBalancer service: ',
    about: 'Create a LoadBalancer service',
  },
  'service externalname': {
    flags: 'tcp:list external-name:string',
    make: (session) => rare(makeService)(session, 'ExternalName'),
    failed: 'failed to create ExternalName service: ',
    about: 'Create an ExternalName service',
  },
  serviceaccount: {
    flags: '',
    make: makeServiceAccount,
    failed: 'failed to create serviceaccount: ',
    about: 'Create a service account with the specified name',
  },
  job: {
    flags: 'image:string from:string',
    make: rare(makeJob),
    failed: 'failed to create job: ',
    about: 'Create a job with the specified name',
  },
  cronjob: {
    flags: 'image:string schedule:string restart:string',
    make: rare(makeCronJob),
    failed: 'failed to create cronjob: ',
    about: 'Create a cron job with the specified name',
  },
  role: {
    flags: 'verb:list resource:list resource-name:list',
    make: rare(makeRole),
    failed: '',
    about: 'Create a role with single rule',
  },
  clusterrole: {
    flags: 'verb:list resource:list resource-name:list non-resource-url:list aggregation-rule:list',
    make: rare(makeClusterRole),
    failed: '',
    about: 'Create a cluster role',
  },
  rolebinding: {
    flags: 'clusterrole:string role:string user:list group:list serviceaccount:list',
    make: rare(makeRoleBinding),
    failed: 'failed to create rolebinding: ',
    about: 'Create a role binding for a particular role or cluster role',
  },
  clusterrolebinding: {
    flags: 'clusterrole:string user:list group:list serviceaccount:list',
    make: rare(makeClusterRoleBinding),
    failed: 'failed to create clusterrolebinding: ',
    about: 'Create a cluster role binding for a particular cluster role',
  },
  quota: {
    flags: 'hard:string scopes:string',
    make: rare(makeQuota),
    failed: 'failed to create quota: ',
    about: 'Create a quota with the specified name',
  },
  poddisruptionbudget: {
    flags: 'min-available:string max-unavailable:string selector:string',
    make: rare(makePodDisruptionBudget),
    failed: 'failed to create poddisruptionbudgets: ',
    about: 'Create a pod disruption budget with the specified name',
  },
  priorityclass: {
    flags: 'value:int global-default:bool description:string preemption-policy:string=PreemptLowerPriority',
    make: rare(makePriorityClass),
    failed: 'failed to create priorityclass: ',
    about: 'Create a priority class with the specified name',
  },
  ingress: {
    flags: 'class:string rule:list default-backend:string annotation:list',
    make: rare(makeIngress),
    failed: 'failed to create ingress: ',
    about: 'Create an ingress with the specified name',
  },
};

export const GENERATOR_ALIASES: Readonly<Record<string, string>> = {
  deploy: 'deployment', ns: 'namespace', cm: 'configmap', svc: 'service', sa: 'serviceaccount', cj: 'cronjob', resourcequota: 'quota', pdb: 'poddisruptionbudget', pc: 'priorityclass', ing: 'ingress',
}; // prettier-ignore

function* makeNamespace(session: Session): Task<JsonObject> {
  return { kind: 'Namespace', apiVersion: 'v1', metadata: { name: yield* nameOf(session) }, spec: {}, status: {} };
}

function* makeServiceAccount(session: Session): Task<JsonObject> {
  return { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: yield* nameOf(session) } };
}
