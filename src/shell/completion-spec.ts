/** What `complete` was told of a command. */
export interface CompletionSpec {
  readonly options: readonly string[];
  readonly words?: string;
  readonly function?: string;
  readonly actions: readonly string[];
}

/** The program whose own completion a function asks for: `__start_kubectl`. */
export function programOf(name: string): string | undefined {
  return /^__start_([\w-]+)$/.exec(name)?.[1];
}
