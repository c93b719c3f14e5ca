import type { Task } from '../../../engine/os/task.ts';
import { API_RESOURCES_FORMATS } from '../api-resources.ts';
import type { FlagEntry } from '../flags.ts';
import { FORMATS, TABLE_FORMATS } from '../printers.ts';
import type { Session } from '../session.ts';
import { object } from '../values.ts';
import { matching } from './arguments.ts';
import { DEFAULT, FILTER_DIRECTORIES, FILTER_EXTENSIONS, NO_FILES, NO_SPACE } from './line.ts';
import type { Completion, Line } from './line.ts';
import { clusterNames, containerNames, contextNames, itemsNamed, namesOf, userNames } from './names.ts';

/** Values of flags that are always the same, by name or by command and name. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  cascade: ['background', 'foreground', 'orphan'],
  'debug profile': ['general', 'baseline', 'restricted', 'netadmin', 'sysadmin', 'legacy'],
  'dry-run': ['client', 'none', 'server'],
  'image-pull-policy': ['Always', 'IfNotPresent', 'Never'],
  'override-type': ['json', 'merge', 'strategic'],
  'patch type': ['json', 'merge', 'strategic'],
  restart: ['Always', 'Never', 'OnFailure'],
  subresource: ['resize', 'scale', 'status'],
  validate: ['ignore', 'strict', 'warn'],
  'wait for': ['condition=', 'create', 'delete', 'jsonpath='],
};
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  'api-resources': API_RESOURCES_FORMATS,
  'config get-contexts': ['name'],
  describe: [],
  explain: ['plaintext', 'plaintext-openapiv2'],
  get: TABLE_FORMATS,
  version: ['json', 'yaml'],
};

/** What the value of a flag may be. */
export function* valuesOf(line: Line, flag: FlagEntry, word: string, open: (line: Line) => Session): Task<Completion> {
  const { name } = flag;
  const own = flag.global ? '' : line.name;
  const choices = CHOICES[`${own} ${name}`] ?? CHOICES[name];
  if (choices !== undefined) return matching(choices, word, choices.some((each) => each.endsWith('=')) ? NO_FILES | NO_SPACE : NO_FILES);
  const session = open(line);
  if (name === 'namespace') return matching(yield* namesOf(session, 'namespaces'), word);
  if (flag.global && name === 'context') return matching(contextNames(session), word);
  if (flag.global && name === 'cluster') return matching(clusterNames(session), word);
  if (flag.global && name === 'user') return matching(userNames(session), word);
  if (name === 'output') return matching(OUTPUTS[line.name] ?? FORMATS, word);
  if (name === 'container' || name === 'target')
    return matching(line.args[0] === undefined ? [] : yield* containerNames(session, line.args[0]), word);
  if (name === 'clusterrole') return matching(yield* namesOf(session, 'clusterroles'), word);
  if (name === 'role' && line.name.startsWith('create')) return matching(yield* namesOf(session, 'roles'), word);
  if (name === 'selector') return yield* labelsLike(session, line, word);
  if (name === 'filename') return { candidates: ['json', 'yaml', 'yml'].map((text) => ({ text })), directive: FILTER_EXTENSIONS };
  if (name === 'kustomize') return { candidates: [], directive: FILTER_DIRECTORIES };
  return { candidates: [], directive: DEFAULT };
}

/** Labels that the objects have which the line means. */
function* labelsLike(session: Session, line: Line, word: string): Task<Completion> {
  const type = line.name.startsWith('rollout') || (line.args[0] ?? '') === '' ? 'pods' : (line.args[0] as string);
  const start = word.lastIndexOf(',') + 1;
  const labels = (yield* itemsNamed(session, type)).flatMap((item) => Object.entries(object(item, 'metadata', 'labels')));
  return matching([...new Set(labels.map(([key, value]) => `${word.slice(0, start)}${key}=${String(value)}`))].sort(), word);
}
