import type { FileSystem } from '../engine/os/process.ts';
import { resolvePath } from '../engine/os/path.ts';
import { GENERAL, programOf } from './completion-spec.ts';
import type { Shell } from './shell.ts';

export interface Completion {
  /** Where the text that a candidate replaces begins; it ends at the cursor. */
  from: number;
  candidates: string[];
}

/** Completes a program's arguments; `line` begins with the program's name. `undefined`: file names are meant. */
export type CompletionProvider = (line: string, cursor: number) => Completion | undefined;

interface Surroundings {
  shell: Shell;
  programs: readonly string[];
  providers: Readonly<Record<string, CompletionProvider>>;
  files: FileSystem;
}

/** Commands at the start of a command, then what the program knows, else files and variables. */
export function completeLine({ shell, programs, providers, files }: Surroundings, line: string, cursor: number): Completion {
  const before = line.slice(0, cursor);
  const start = before.search(/[^|;&(]*$/);
  const indent = /^\s*(?:[A-Za-z_]\w*=\S*\s+)*/.exec(before.slice(start))?.[0].length ?? 0;
  const command = before.slice(start + indent);
  const wordStart = before.search(/[^\s'"=<>]*$/);
  const word = before.slice(wordStart);
  if (/^\$\w*$/.test(word)) {
    const names = [...shell.variables.keys()].filter((name) => /^\w+$/.test(name)).map((name) => `$${name}`);
    return { from: wordStart, candidates: names.filter((name) => name.startsWith(word)).sort() };
  }
  if (!/\s/.test(command) && !word.includes('/') && !(command === '' && shell.completions.has(GENERAL.E))) {
    const names = new Set([...programs, ...shell.language.builtins.keys(), ...shell.aliases.keys(), ...shell.functions.keys()]);
    return { from: wordStart, candidates: [...names].filter((name) => /^[a-z]/.test(name) && name.startsWith(word)).sort() };
  }
  const typed = /^\S+/.exec(command)?.[0] ?? '';
  const known = shell.completions.get(typed) ?? (typed === '' ? shell.completions.get(GENERAL.E) : undefined);
  const spec = known ?? (typed === '' || providers[typed] !== undefined ? undefined : shell.completions.get(GENERAL.D));
  if (spec !== undefined && spec.function === undefined) {
    const words = spec.words?.split(/\s+/).filter((each) => each !== '' && each.startsWith(word)) ?? [];
    const candidates = [...new Set([...words, ...candidatesOf(shell, spec.actions, word)])].sort();
    if (candidates.length > 0 || !spec.options.some((each) => each.endsWith('default'))) return { from: wordStart, candidates };
  }
  const alias = programOf(spec?.function ?? '') ?? shell.aliases.get(typed);
  const expanded = (alias ?? typed) + command.slice(typed.length);
  const shift = start + indent - (expanded.length - command.length);
  const provider = providers[/^\S+/.exec(expanded)?.[0] ?? ''];
  const found = /[<>]\s*\S*$/.test(command) ? undefined : provider?.(expanded, expanded.length);
  if (found !== undefined) return { from: Math.max(found.from + shift, start), candidates: found.candidates };
  return { from: wordStart, candidates: fileNames(files, shell.process.cwd, shell.get('HOME') ?? '/', word) };
}

/** What the actions of a specification name. */
export function candidatesOf(shell: Shell, actions: readonly string[], word: string): string[] {
  const { files, cwd } = shell.process;
  return actions.flatMap((action) => {
    if (action === 'file' || action === 'directory')
      return fileNames(files, cwd, shell.get('HOME') ?? '/', word)
        .filter((name) => action === 'file' || name.endsWith('/'))
        .map((name) => name.replace(/\/$/, ''));
    return [...new Set(namesOf(shell, action))].filter((name) => name.startsWith(word) && !name.includes('\0')).sort();
  });
}

function namesOf(shell: Shell, action: string): string[] {
  switch (action) {
    case 'alias':
      return [...shell.aliases.keys()];
    case 'builtin':
      return [...shell.language.builtins.keys()];
    case 'function':
      return [...shell.functions.keys()];
    case 'variable':
      return [...shell.variables.keys()];
    default: {
      const { files } = shell.process;
      const directories = (shell.get('PATH') ?? '').split(':').filter((each) => each !== '' && files.exists(each));
      return [
        ...['alias', 'builtin', 'function'].flatMap((each) => namesOf(shell, each)),
        ...directories.flatMap((each) => files.list(each)),
      ];
    }
  }
}

/** The files that a word could become; directories with their slash. */
function fileNames(files: FileSystem, cwd: string, home: string, word: string): string[] {
  const slash = word.lastIndexOf('/');
  const directory = word.slice(0, slash + 1);
  const full = resolvePath(cwd, directory === '' ? '.' : directory.replace(/^~(?=\/)/, home));
  if (!files.exists(full) || files.stat(full).type !== 'directory') return [];
  const rest = word.slice(slash + 1);
  return files
    .list(full)
    .filter((name) => name.startsWith(rest) && (rest.startsWith('.') || !name.startsWith('.')))
    .map((name) => {
      const path = `${full.replace(/\/$/, '')}/${name}`;
      return directory + name + (files.exists(path) && files.stat(path).type === 'directory' ? '/' : '');
    });
}
