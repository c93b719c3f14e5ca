/** What keys do in the line editor: readline's names and bindings (emacs mode). */
export type Action =
  | 'enter' | 'backspace' | 'deleteForward' | 'left' | 'right' | 'home' | 'end' | 'wordLeft' | 'wordRight' | 'killToStart' | 'killToEnd'
  | 'killWord' | 'killWordLeft' | 'killWordRight' | 'yank' | 'yankLastArgument' | 'transpose' | 'clearScreen' | 'interrupt' | 'suspend' | 'quit'
  | 'endOfFile' | 'previous' | 'next' | 'oldest' | 'newest' | 'searchBack' | 'complete'; // prettier-ignore

export const KEYS: Readonly<Record<string, Action>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b[3~': 'deleteForward',
  '\x1b[D': 'left',
  '\x1bOD': 'left',
  '\x02': 'left',
  '\x1b[C': 'right',
  '\x1bOC': 'right',
  '\x06': 'right',
  '\x1b[H': 'home',
  '\x1bOH': 'home',
  '\x1b[1~': 'home',
  '\x01': 'home',
  '\x1b[F': 'end',
  '\x1bOF': 'end',
  '\x1b[4~': 'end',
  '\x05': 'end',
  '\x1bb': 'wordLeft',
  '\x1b[1;5D': 'wordLeft',
  '\x1b[1;3D': 'wordLeft',
  '\x1bf': 'wordRight',
  '\x1b[1;5C': 'wordRight',
  '\x1b[1;3C': 'wordRight',
  '\x15': 'killToStart',
  '\x0b': 'killToEnd',
  '\x17': 'killWord',
  '\x1b\x7f': 'killWordLeft',
  '\x1bd': 'killWordRight',
  '\x19': 'yank',
  '\x1b.': 'yankLastArgument',
  '\x1b_': 'yankLastArgument',
  '\x14': 'transpose',
  '\x0c': 'clearScreen',
  '\x03': 'interrupt',
  '\x1a': 'suspend',
  '\x1c': 'quit',
  '\x04': 'endOfFile',
  '\x1b[A': 'previous',
  '\x1bOA': 'previous',
  '\x10': 'previous',
  '\x1b[B': 'next',
  '\x1bOB': 'next',
  '\x0e': 'next',
  '\x1b<': 'oldest',
  '\x1b>': 'newest',
  '\x12': 'searchBack',
  '\t': 'complete',
};

const KEY = /\x1b(?:\[[0-9;?<>]*[A-Za-z~]|O[A-Za-z]|[^\x00-\x1f[O]|\x7f)?|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/g;

/** What a terminal sends at once, key by key; text stays together. */
export function splitKeys(data: string): string[] {
  return data.match(KEY) ?? [];
}
