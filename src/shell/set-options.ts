import { NO_OPTIONS, NO_SHOPT } from './shell-variables.ts';

/** Options of `set -o` that stand as they are here; `terminal`: on when somebody types. */
export const FIXED_OPTIONS: Readonly<Record<string, boolean | 'terminal'>> = {
  braceexpand: true, emacs: 'terminal', hashall: true, histexpand: 'terminal', history: 'terminal', ignoreeof: false,
  'interactive-comments': true, keyword: false, nolog: false, notify: false, onecmd: false, physical: false, posix: false,
  privileged: false, verbose: false, vi: false,
}; // prettier-ignore

/** What `set -o` lists, in its order. */
export function setOptions({ options, interactive }: { options: typeof NO_OPTIONS; interactive: boolean }): [string, boolean][] {
  const own = Object.keys(NO_OPTIONS).filter((name) => !(name in NO_SHOPT)) as (keyof typeof NO_OPTIONS)[];
  return [
    ...own.map((name): [string, boolean] => [name, options[name] || (name === 'monitor' && interactive)]),
    ...Object.entries(FIXED_OPTIONS).map(([name, on]): [string, boolean] => [name, on === 'terminal' ? interactive : on]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
}
