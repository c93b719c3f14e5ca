import type { Command } from '../command.ts';

export interface Candidate {
  readonly text: string;
  readonly about?: string;
}

/** cobra's ShellCompDirective: what the shell is to do with the candidates. */
export const DEFAULT = 0;
export const NO_SPACE = 2;
export const NO_FILES = 4;
export const FILTER_EXTENSIONS = 8;
export const FILTER_DIRECTORIES = 16;

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** A line up to the word at the cursor, as far as completion has understood it. */
export interface Line {
  /** `rollout status`; empty for kubectl itself. */
  readonly name: string;
  readonly command: Command | undefined;
  readonly args: readonly string[];
  /** Flags as given, each with its value behind it where it has one. */
  readonly flags: readonly string[];
}
