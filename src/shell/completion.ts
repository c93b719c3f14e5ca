import type { FileSystem } from '../engine/os/process.ts';
import { resolvePath } from '../engine/os/path.ts';
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
  if (!/\s/.test(command) && !word.includes('/')) {
    const names = new Set([...programs, ...shell.language.builtins.keys(), ...shell.aliases.keys(), ...shell.functions.keys()]);
    return { from: wordStart, candidates: [...names].filter((name) => /^[a-z]/.test(name) && name.startsWith(word)).sort() };
  }
  const typed = /^\S+/.exec(command)?.[0] ?? '';
  const alias = shell.aliases.get(typed);
  const expanded = (alias ?? typed) + command.slice(typed.length);
  const shift = start + indent - (expanded.length - command.length);
  const provider = providers[/^\S+/.exec(expanded)?.[0] ?? ''];
  const found = /[<>]\s*\S*$/.test(command) ? undefined : provider?.(expanded, expanded.length);
  if (found !== undefined) return { from: Math.max(found.from + shift, start), candidates: found.candidates };
  return { from: wordStart, candidates: fileNames(files, shell, word) };
}

function fileNames(files: FileSystem, shell: Shell, word: string): string[] {
  const slash = word.lastIndexOf('/');
  const directory = word.slice(0, slash + 1);
  const home = shell.get('HOME') ?? '/';
  const full = resolvePath(shell.process.cwd, directory === '' ? '.' : directory.replace(/^~(?=\/)/, home));
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
