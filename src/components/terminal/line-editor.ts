import { EditArea } from './edit-area.ts';
import { KEYS, splitKeys } from './keys.ts';
import { nextChar, previousChar } from './width.ts';

/** What a line editor needs of the world around it. */
export interface LineHost {
  /** Writes to the screen. */
  write(text: string): void;
  columns(): number;
  /** A line is finished. */
  submit(line: string): void;
  signal(name: 'INT' | 'TSTP' | 'QUIT'): void;
  eof(): void;
  complete(line: string, cursor: number): Promise<{ from: number; candidates: string[] }>;
}

interface Search {
  readonly text: string;
  /** Index into the history; -1 before anything was found. */
  readonly found: number;
  readonly failed: boolean;
}

const PASTE = /^\x1b\[200~([\s\S]*?)(\x1b\[201~)?$/;

/**
 * Edits one line on a terminal screen: cursor keys, history, reverse search, completion, the usual control keys, pastes of
 * many lines. Knows nothing of xterm; fed with what the terminal sends (`onData`) and with the programs' output.
 */
export class LineEditor {
  #line = '';
  #cursor = 0;
  #prompt: string | undefined;
  /** What programs have printed since the last line end: it stands before what is edited. */
  #tail = '';
  #history: string[] = [];
  #place = 0;
  /** The line that was being edited when the history was entered. */
  #kept = '';
  #killed = '';
  #search: Search | undefined;
  /** Pasted lines that wait for their prompt; the last one is not finished. */
  #pasted: string[] = [];
  #lastKey = '';
  /** `yankLastArgument`: how far back, and what it put in. */
  #argument = { back: 0, from: 0 };
  readonly #area: EditArea;

  constructor(readonly host: LineHost) {
    this.#area = new EditArea(host);
  }

  get line(): string {
    return this.#line;
  }

  setHistory(lines: readonly string[]): void {
    this.#history = [...lines];
    this.#place = this.#history.length;
  }

  /** The screen was wiped by somebody else, and `tail` stands on its last line. */
  reset(tail = ''): void {
    this.#area.leave();
    this.#pasted = [];
    this.#search = undefined;
    this.#tail = unfinished(tail);
  }

  /** A prompt: the shell waits for a line. `''`: a program reads one. `undefined`: a program runs, and what is typed waits for its turn. */
  setPrompt(prompt: string | undefined): void {
    this.#prompt = prompt;
    if (prompt === undefined) return;
    if (prompt !== '' || this.#line !== '') this.#draw();
    this.#pasteNext();
  }

  /** Shows a line that somebody else types. What is being edited comes back at the next prompt. */
  typed(text: string): void {
    const kept = this.#line;
    this.#search = undefined;
    this.#line = text;
    this.#finish();
    this.#line = kept;
    this.#cursor = kept.length;
  }

  /** Program output comes: what is being edited is taken off the screen and put back behind it. */
  output(text: string): void {
    if (text === '') return;
    const drawn = this.#area.drawn;
    if (drawn) {
      this.#area.erase();
      this.host.write(this.#tail);
    }
    this.host.write(text);
    this.#tail = unfinished(this.#tail + text);
    if (drawn) this.#draw();
  }

  /** The number of columns has changed. */
  resized(): void {
    if (this.#area.drawn) this.#draw();
  }

  input(data: string): void {
    const paste = PASTE.exec(data);
    if (paste !== null) return this.#paste(paste[1] ?? '');
    if (data.length > 1 && !data.includes('\x1b') && /[\r\n]/.test(data)) return this.#paste(data);
    for (const key of splitKeys(data)) {
      this.#key(key);
      this.#lastKey = key;
    }
  }

  #paste(text: string): void {
    const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
    this.#search = undefined;
    // Nothing in a paste is a key: control characters would be commands.
    this.#pasted.push(...lines.map((line) => line.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')));
    this.#pasteNext();
  }

  /** Each pasted line runs when the one before it has: a program that reads gets its lines too. */
  #pasteNext(): void {
    const ready = this.#prompt !== undefined || this.#pasted.length === 1;
    if (!ready || this.#pasted.length === 0) return;
    this.#insert(this.#pasted.shift() ?? '');
    if (this.#pasted.length > 0) this.enter();
  }

  #key(key: string): void {
    if (this.#search !== undefined && this.#searchKey(key)) return;
    const action = KEYS[key];
    if (action !== undefined) return this[action]();
    if (!/^[\x00-\x1f\x7f]/.test(key)) this.#insert(key);
  }

  // — the actions of KEYS

  enter(): void {
    const line = this.#line;
    this.#finish();
    this.host.submit(line);
  }
  backspace(): void {
    if (this.#cursor > 0) this.#replace(previousChar(this.#line, this.#cursor), this.#cursor, '');
  }
  deleteForward(): void {
    if (this.#cursor < this.#line.length) this.#replace(this.#cursor, nextChar(this.#line, this.#cursor), '');
  }
  left(): void {
    if (this.#cursor > 0) this.#move(previousChar(this.#line, this.#cursor));
  }
  right(): void {
    if (this.#cursor < this.#line.length) this.#move(nextChar(this.#line, this.#cursor));
  }
  home(): void {
    this.#move(0);
  }
  end(): void {
    this.#move(this.#line.length);
  }
  wordLeft(): void {
    this.#move(this.#wordStart(/[\p{L}\p{N}]+[^\p{L}\p{N}]*$/u));
  }
  wordRight(): void {
    this.#move(this.#wordEnd());
  }
  killToStart(): void {
    this.#kill(0, this.#cursor);
  }
  killToEnd(): void {
    this.#kill(this.#cursor, this.#line.length);
  }
  /** ^W: back to the blank before the word. */
  killWord(): void {
    this.#kill(this.#wordStart(/\S+\s*$/), this.#cursor);
  }
  /** Alt-Backspace: letters and digits are a word. */
  killWordLeft(): void {
    this.#kill(this.#wordStart(/[\p{L}\p{N}]+[^\p{L}\p{N}]*$/u), this.#cursor);
  }
  killWordRight(): void {
    this.#kill(this.#cursor, this.#wordEnd());
  }
  yank(): void {
    this.#insert(this.#killed);
  }
  /** The last word of the line before; again: of the one before that. */
  yankLastArgument(): void {
    const again = KEYS[this.#lastKey] === 'yankLastArgument';
    const { back, from } = again ? this.#argument : { back: 0, from: this.#cursor };
    const line = this.#history[this.#history.length - 1 - back];
    if (line === undefined) return;
    this.#argument = { back: back + 1, from };
    this.#replace(from, this.#cursor, /\S+(?=\s*$)/.exec(line)?.[0] ?? '');
  }
  transpose(): void {
    if (this.#cursor === 0 || this.#line.length < 2) return;
    const at = this.#cursor === this.#line.length ? this.#cursor - 1 : this.#cursor;
    this.#replace(at - 1, at + 1, `${this.#line[at]}${this.#line[at - 1]}`);
  }
  clearScreen(): void {
    this.host.write('\x1b[H\x1b[2J');
    this.#area.leave();
    this.#draw();
  }
  /** The world answers with `^C` and a new line, so that it stands in the transcript. */
  interrupt(): void {
    this.#abandon();
    this.host.signal('INT');
  }
  suspend(): void {
    if (this.#atShell) return;
    this.#abandon();
    this.host.signal('TSTP');
  }
  quit(): void {
    if (this.#atShell) return;
    this.#abandon();
    this.host.signal('QUIT');
  }
  endOfFile(): void {
    if (this.#line === '') this.host.eof();
    else this.deleteForward();
  }
  previous(): void {
    this.#visit(this.#place - 1);
  }
  next(): void {
    this.#visit(this.#place + 1);
  }
  oldest(): void {
    this.#visit(0);
  }
  newest(): void {
    this.#visit(this.#history.length);
  }
  searchBack(): void {
    if (!this.#atShell) return;
    this.#search = { text: '', found: -1, failed: false };
    this.#draw();
  }
  complete(): void {
    if (!this.#atShell) return this.#insert('\t');
    const { line, cursor } = { line: this.#line, cursor: this.#cursor };
    const again = this.#lastKey === '\t';
    void this.host.complete(line, cursor).then(({ from, candidates }) => {
      // What came while the answer was on its way wins.
      if (this.#line !== line || this.#cursor !== cursor || !this.#atShell || candidates.length === 0) return;
      const common = candidates.reduce((prefix, candidate) => commonPrefix(prefix, candidate));
      const typed = line.slice(from, cursor);
      if (candidates.length === 1) {
        const only = candidates[0] as string;
        this.#replace(from, cursor, /[/=:]$/.test(only) ? only : `${only} `);
      } else if (common.length > typed.length) this.#replace(from, cursor, common);
      else if (again) this.#list(candidates);
    });
  }

  // — parts

  /** The shell asks for a line (and no program reads one). */
  get #atShell(): boolean {
    return this.#prompt !== undefined && this.#prompt !== '';
  }

  #list(candidates: readonly string[]): void {
    // Of paths the last part says it all.
    const names = candidates.map((candidate) => candidate.replace(/^.*\/(?=[^/])/, ''));
    const width = Math.max(...names.map((name) => name.length)) + 2;
    const across = Math.max(1, Math.floor(this.host.columns() / width));
    const rows = Math.ceil(names.length / across);
    let text = '\r\n';
    for (let row = 0; row < rows; row++) {
      const inRow = names.filter((_, i) => i % rows === row);
      text += `${inRow.map((name, i) => (i === inRow.length - 1 ? name : name.padEnd(width))).join('')}\r\n`;
    }
    this.#move(this.#line.length);
    this.host.write(text);
    this.#tail = '';
    this.#area.leave();
    this.#draw();
  }

  #searchKey(key: string): boolean {
    const search = this.#search as Search;
    if (key === '\x12') return this.#find(search.text, search.found < 0 ? this.#history.length - 1 : search.found - 1);
    if (key === '\x7f') return this.#find([...search.text].slice(0, -1).join(''), this.#history.length - 1);
    if (!/^[\x00-\x1f\x7f]/.test(key)) return this.#find(search.text + key, search.found < 0 ? this.#history.length - 1 : search.found);
    const found = this.#history[search.found];
    this.#search = undefined;
    // ^G and ^C give up; any other key takes what was found and does its work there. Escape only takes it.
    if (key === '\x07' || key === '\x03') {
      this.#draw();
      return true;
    }
    if (found !== undefined) {
      this.#place = search.found;
      this.#line = found;
      this.#cursor = Math.max(0, found.indexOf(search.text));
    }
    this.#draw();
    return key === '\x1b';
  }

  #find(text: string, from: number): boolean {
    let found = Math.min(from, this.#history.length - 1);
    while (found >= 0 && !(this.#history[found] as string).includes(text)) found--;
    const before = this.#search?.found ?? -1;
    this.#search =
      text === '' || found >= 0 ? { text, found: text === '' ? -1 : found, failed: false } : { text, found: before, failed: true };
    this.#draw();
    return true;
  }

  #visit(place: number): void {
    if (!this.#atShell || place < 0 || place > this.#history.length || place === this.#place) return;
    if (this.#place === this.#history.length) this.#kept = this.#line;
    this.#place = place;
    this.#line = place === this.#history.length ? this.#kept : (this.#history[place] ?? '');
    this.#cursor = this.#line.length;
    this.#draw();
  }

  #wordStart(word: RegExp): number {
    return Math.max(0, this.#line.slice(0, this.#cursor).search(word));
  }

  #wordEnd(): number {
    return this.#cursor + (/^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(this.#line.slice(this.#cursor))?.[0].length ?? 0);
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    const text = this.#line.slice(from, to);
    // One kill after the other gathers, as with readline.
    const action = KEYS[this.#lastKey] ?? '';
    this.#killed = !action.startsWith('kill') ? text : to === this.#cursor && from < to ? text + this.#killed : this.#killed + text;
    this.#replace(from, to, '');
  }

  #insert(text: string): void {
    if (text !== '') this.#replace(this.#cursor, this.#cursor, text);
  }

  #replace(from: number, to: number, text: string): void {
    const atEnd = from === this.#line.length && to === from && this.#search === undefined;
    this.#line = this.#line.slice(0, from) + text + this.#line.slice(to);
    this.#cursor = from + text.length;
    // The usual case, text at the end that does not wrap, is only written.
    if (!(atEnd && !text.includes('\t') && this.#area.append(this.#head() + this.#line, text))) this.#draw();
  }

  #move(to: number): void {
    this.#cursor = Math.max(0, Math.min(this.#line.length, to));
    this.#draw();
  }

  #finish(): void {
    const line = this.#line;
    this.#search = undefined;
    this.#cursor = line.length;
    this.#draw();
    this.#area.leave();
    this.host.write('\r\n');
    if (this.#atShell && line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    this.#startOver();
    this.#prompt = undefined;
  }

  /** A signal key: the line stays on the screen and is forgotten, and so is what was pasted behind it. */
  #abandon(): void {
    this.#search = undefined;
    if (this.#line !== '') this.#move(this.#line.length);
    // What the world answers comes behind the line, on the same row.
    if (this.#area.drawn) this.#tail = `${this.#head()}${this.#line}`;
    this.#area.leave();
    const { prompt, tail } = { prompt: this.#prompt, tail: this.#tail };
    this.#startOver();
    this.#tail = tail;
    this.#prompt = prompt;
    this.#pasted = [];
  }

  #startOver(): void {
    this.#place = this.#history.length;
    this.#kept = '';
    this.#line = '';
    this.#cursor = 0;
    this.#tail = '';
  }

  /** What stands before the line: an unfinished line of output, and the prompt. */
  #head(): string {
    if (this.#search === undefined) return this.#tail + (this.#prompt ?? '');
    return `(${this.#search.failed ? 'failed ' : ''}reverse-i-search)\`${this.#search.text}': `;
  }

  #draw(): void {
    const head = this.#head();
    const found = this.#search === undefined ? undefined : (this.#history[this.#search.found] ?? this.#line);
    const line = (found ?? this.#line).replaceAll('\t', ' ');
    const cursor = this.#search === undefined || found === undefined ? this.#cursor : Math.max(0, found.indexOf(this.#search.text));
    this.#area.draw(head + line, head + line.slice(0, cursor));
  }
}

/** The end of a text that a new line, a return or a clearing of the screen has not finished. */
function unfinished(text: string): string {
  const from = Math.max(text.lastIndexOf('\n') + 1, text.lastIndexOf('\r') + 1, ...['J', 'K', 'H'].map((end) => lastSequence(text, end)));
  return text.slice(from).slice(-4096);
}

function lastSequence(text: string, end: string): number {
  let at = 0;
  for (const match of text.matchAll(new RegExp(`\\x1b\\[[0-9;]*${end}`, 'g'))) at = match.index + match[0].length;
  return at;
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
