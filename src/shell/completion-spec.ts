/** What `complete` was told of a command. */
export interface CompletionSpec {
  readonly options: readonly string[];
  readonly words?: string;
  readonly function?: string;
  readonly actions: readonly string[];
}

/** Under these names bash keeps what is said of all other commands (`-D`) and of an empty line (`-E`). */
export const GENERAL = { D: '_DefaultCmD_', E: '_EmptycmD_' } as const;

/** The program whose own completion a function asks for: `__start_kubectl`. */
export function programOf(name: string): string | undefined {
  return /^__start_([\w-]+)$/.exec(name)?.[1];
}
