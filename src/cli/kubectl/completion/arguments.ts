import type { Task } from '../../../engine/os/task.ts';
import { fieldsOf } from '../explain.ts';
import type { Session } from '../session.ts';
import { DEFAULT, NO_FILES, NO_SPACE } from './line.ts';
import type { Candidate, Completion, Line } from './line.ts';
import { clusterNames, containerNames, contextNames, namesOf, portsOf, typeNames, userNames } from './names.ts';

type Arguments = (session: Session, line: Line, word: string) => Task<Completion>;

/** What a command's own words may be. */
export function* argumentsFor(line: Line, word: string, open: (line: Line) => Session): Task<Completion> {
  const known = ARGUMENTS[line.name];
  return known === undefined ? { candidates: [], directive: DEFAULT } : yield* known(open(line), line, word);
}

/** Candidates that begin with the word. */
export function matching(texts: readonly string[], word: string, directive = NO_FILES): Completion {
  return { candidates: texts.filter((text) => text.startsWith(word)).map((text): Candidate => ({ text })), directive };
}

/** `TYPE NAME…` or `TYPE/NAME…`: resourceTypeAndNameCompletionFunc. */
const typeAndName = (allowed: readonly string[] | undefined = undefined, repeated = true): Arguments =>
  function* (session, { args }, word) {
    const [first] = args;
    const slash = word.indexOf('/');
    if (first !== undefined && !first.includes('/')) {
      if (!repeated && args.length > 1) return matching([], word);
      return matching(
        (yield* namesOf(session, first)).filter((name) => !args.slice(1).includes(name)),
        word,
      );
    }
    if (!repeated && first !== undefined) return matching([], word);
    if (slash >= 0) {
      const type = word.slice(0, slash);
      const names = (yield* namesOf(session, type)).map((name) => `${type}/${name}`);
      return matching(
        names.filter((name) => !args.includes(name)),
        word,
      );
    }
    const types = allowed ?? (yield* typeNames(session));
    if (first !== undefined)
      return matching(
        types.map((type) => `${type}/`),
        word,
        NO_FILES | NO_SPACE,
      );
    // Types may stand in a row: `pods,serv`.
    const comma = allowed === undefined ? word.lastIndexOf(',') + 1 : 0;
    return matching(
      types.map((type) => word.slice(0, comma) + type),
      word,
    );
  };

const WITH_PODS = [
  'daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services', 'statefulsets',
]; // prettier-ignore

/** A pod, or something that has pods. */
function* pods(session: Session, word: string): Task<Completion> {
  const slash = word.indexOf('/');
  if (slash >= 0) {
    const type = word.slice(0, slash);
    return matching(
      (yield* namesOf(session, type)).map((name) => `${type}/${name}`),
      word,
    );
  }
  const names = (yield* namesOf(session, 'pods')).filter((name) => name.startsWith(word));
  return matching([...names, ...WITH_PODS.map((type) => `${type}/`)], word, names.length === 0 ? NO_FILES | NO_SPACE : NO_FILES);
}

const onePod: Arguments = function* (session, { args }, word) {
  return args.length === 0 ? yield* pods(session, word) : matching([], word);
};

const podAndContainer: Arguments = function* (session, { args }, word) {
  if (args.length === 0) return yield* pods(session, word);
  return args.length === 1 ? matching(yield* containerNames(session, args[0] as string), word) : matching([], word);
};

const podAndPort: Arguments = function* (session, { args }, word) {
  if (args.length === 0) return yield* pods(session, word);
  return args.length === 1 ? matching(yield* portsOf(session, args[0] as string, word), word) : matching([], word);
};

const oneName = (type: string): Arguments =>
  function* (session, { args }, word) {
    return matching(args.length === 0 ? yield* namesOf(session, type) : [], word);
  };

const severalNames = (type: string): Arguments =>
  function* (session, { args }, word) {
    return matching(
      (yield* namesOf(session, type)).filter((name) => !args.includes(name)),
      word,
    );
  };

const fromConfig = (names: (session: Session) => string[]): Arguments =>
  // eslint-disable-next-line require-yield
  function* (session, { args }, word) {
    return matching(args.length === 0 ? names(session) : [], word);
  };

/** `[[NAMESPACE/]POD:]PATH` */
const copied: Arguments = function* (session, { args }, word) {
  if (args.length > 0 || /^[/.~]/.test(word) || word.includes(':')) return matching([], word, NO_SPACE);
  const slash = word.indexOf('/');
  if (slash > 0) {
    const namespace = word.slice(0, slash);
    return matching(
      (yield* namesOf(session, 'pods', namespace)).map((name) => `${namespace}/${name}:`),
      word,
      NO_SPACE,
    );
  }
  const places = (yield* namesOf(session, 'namespaces')).map((name) => `${name}/`);
  const found = [...places, ...(yield* namesOf(session, 'pods')).map((name) => `${name}:`)];
  return matching([...found, ...(word === '' ? ['./', '/'] : [])], word, NO_SPACE);
};

/** `TYPE`, then fields behind points. */
const fieldPath: Arguments = function* (session, { args }, word) {
  if (args.length > 0) return matching([], word);
  const [type = '', ...path] = word.split('.');
  const types = yield* typeNames(session);
  if (path.length === 0)
    return matching(
      types.map((each) => each.replace(/\..*$/, '')),
      word,
    );
  const above = [type, ...path.slice(0, -1)];
  const fields = yield* fieldsOf(session, above);
  return matching(
    fields.map((field) => [...above, field].join('.')),
    word,
    NO_FILES | NO_SPACE,
  );
};

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const verbAndType: Arguments = function* (session, { args }, word) {
  if (args.length === 0) return matching(VERBS, word);
  return matching(args.length === 1 ? yield* typeNames(session) : [], word);
};

const SCALED = ['deployment', 'replicaset', 'replicationcontroller', 'statefulset'];
const ROLLED = ['deployment', 'daemonset', 'statefulset'];
const SET = ['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers', 'statefulsets'];

const ARGUMENTS: Readonly<Record<string, Arguments>> = {
  annotate: typeAndName(),
  'apply edit-last-applied': typeAndName(),
  'apply view-last-applied': typeAndName(),
  attach: onePod,
  'auth can-i': verbAndType,
  autoscale: typeAndName(SCALED),
  'certificate approve': severalNames('certificatesigningrequests'),
  'certificate deny': severalNames('certificatesigningrequests'),
  // eslint-disable-next-line require-yield
  *completion(_session, { args }, word) {
    return matching(args.length === 0 ? ['bash', 'zsh', 'fish', 'powershell'] : [], word);
  },
  'config delete-cluster': fromConfig(clusterNames),
  'config delete-context': fromConfig(contextNames),
  'config delete-user': fromConfig(userNames),
  'config get-contexts': fromConfig(contextNames),
  'config rename-context': fromConfig(contextNames),
  'config set-context': fromConfig(contextNames),
  'config use-context': fromConfig(contextNames),
  cordon: oneName('nodes'),
  cp: copied,
  'create token': oneName('serviceaccounts'),
  debug: typeAndName(),
  delete: typeAndName(),
  describe: typeAndName(),
  drain: oneName('nodes'),
  edit: typeAndName(),
  exec: onePod,
  explain: fieldPath,
  expose: typeAndName(['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset']),
  get: typeAndName(),
  label: typeAndName(),
  logs: podAndContainer,
  patch: typeAndName(),
  'port-forward': podAndPort,
  'rollout history': typeAndName(ROLLED),
  'rollout pause': typeAndName(['deployment']),
  'rollout restart': typeAndName(ROLLED),
  'rollout resume': typeAndName(['deployment']),
  'rollout status': typeAndName(ROLLED, false),
  'rollout undo': typeAndName(ROLLED),
  scale: typeAndName(SCALED),
  'set env': typeAndName(SET, false),
  'set image': typeAndName(SET, false),
  'set resources': typeAndName(SET, false),
  'set selector': typeAndName(['services']),
  'set serviceaccount': typeAndName(SET, false),
  'set subject': typeAndName(['rolebindings', 'clusterrolebindings'], false),
  taint: typeAndName(['node']),
  'top node': oneName('nodes'),
  'top pod': oneName('pods'),
  uncordon: oneName('nodes'),
  wait: typeAndName(),
};
