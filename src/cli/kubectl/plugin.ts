import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import type { Session } from './session.ts';

export const PLUGIN_LIST_FLAGS = 'name-only:bool';

/** Programs on the PATH whose names begin with `kubectl-`; those named as a command of `builtIn` are never run. */
export function* pluginList(session: Session, builtIn: ReadonlySet<string>): Task<number> {
  const { process } = session;
  const found = pluginsOf(process);
  if (found.length === 0) throw new CommandError('unable to find any kubectl plugins in your PATH');
  yield* session.out('The following compatible plugins are available:\n\n');
  let warnings = 0;
  const seen = new Map<string, string>();
  for (const path of found) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    yield* session.out(`${session.flags.bool('name-only') ? name : path}\n`);
    const complaints: string[] = [];
    const words = name.slice('kubectl-'.length).split('-');
    if ((process.files.stat(path).mode & 0o111) === 0) complaints.push(`${path} identified as a kubectl plugin, but it is not executable`);
    else if (seen.has(name)) complaints.push(`${path} is overshadowed by a similarly named plugin: ${seen.get(name) as string}`);
    else seen.set(name, path);
    if (words.length === 1 && words[0] !== undefined && builtIn.has(words[0]))
      complaints.push(`${name} overwrites existing command: "kubectl ${words[0]}"`);
    for (const each of complaints) yield* session.err(`  - warning: ${each}\n`);
    warnings += complaints.length;
  }
  if (warnings > 0) throw new CommandError(warnings === 1 ? 'one plugin warning was found' : `${warnings} plugin warnings were found`);
  return 0;
}

function directoriesOf(process: Process): string[] {
  return [...new Set((process.env.get('PATH') ?? '').split(':').filter((each) => each.trim() !== ''))];
}

function pluginsOf(process: Process): string[] {
  const { files } = process;
  return directoriesOf(process).flatMap((directory) =>
    files.exists(directory) && files.stat(directory).type === 'directory'
      ? [...files.list(directory)]
          .sort()
          .filter((name) => name.startsWith('kubectl-') && files.stat(`${directory}/${name}`).type !== 'directory')
          .map((name) => `${directory}/${name}`)
      : [],
  );
}

/** The plugin that the first words of a line name, the longest first: `kubectl foo bar` is `kubectl-foo-bar` or `kubectl-foo`. */
export function findPlugin(process: Process, words: readonly string[]): { path: string; rest: readonly string[] } | undefined {
  const names = words.slice(
    0,
    words.findIndex((word) => word.startsWith('-')) < 0 ? undefined : words.findIndex((word) => word.startsWith('-')),
  );
  for (let count = names.length; count > 0; count--) {
    const name = `kubectl-${names
      .slice(0, count)
      .map((word) => word.replaceAll('-', '_'))
      .join('-')}`;
    for (const directory of directoriesOf(process)) {
      const path = `${directory}/${name}`;
      if (process.files.exists(path) && (process.files.stat(path).mode & 0o111) !== 0) return { path, rest: words.slice(count) };
    }
  }
  return undefined;
}
