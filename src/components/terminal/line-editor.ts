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
  clear(): void;
}

/**
 * Edits one line on a terminal screen: cursor keys, history, reverse search, completion, the usual control keys, pastes of
 * many lines. Knows nothing of xterm; fed with what the terminal sends (`onData`).
 */
export class LineEditor {
  #line = '';
  #cursor = 0;
  #prompt: string | undefined;
  #history: string[] = [];
  #place = 0;
  #kept = '';
  #search: { text: string; found: number } | undefined;
  #drawnRows = 0;
  #cursorRow = 0;
  #lastWasTab = false;

  constructor(readonly host: LineHost) {}

  get line(): string {
    return this.#line;
  }

  setHistory(lines: readonly string[]): void {
    this.#history = [...lines];
    this.#place = this.#history.length;
  }

  /** A prompt: the shell waits for a line. `undefined`: a program runs, and lines go to it. */
  setPrompt(prompt: string | undefined): void {
    this.#prompt = prompt;
    this.#drawnRows = 0;
    this.#cursorRow = 0;
    if (prompt === undefined) return;
    this.#redraw();
  }

  /** Shows a line that somebody else types. */
  typed(text: string): void {
    this.#line = text;
    this.#cursor = text.length;
    this.#redraw();
    this.#finish(text);
  }

  /** Program output comes: what is being edited is taken off the screen and put back behind it. */
  aroundOutput(write: () => void): void {
    if (this.#prompt !== undefined && this.#drawnRows > 0) {
      this.#erase();
      write();
      this.#redraw();
    } else write();
  }

  input(data: string): void {
    const tab = data === '\t';
    const paste = /^\x1b\[200~([\s\S]*?)(\x1b\[201~)?$/.exec(data);
    if (paste !== null) this.#paste(paste[1] ?? '');
    else if (data.length > 1 && !data.startsWith('\x1b') && /[\r\n]/.test(data)) this.#paste(data);
    else this.#key(data);
    this.#lastWasTab = tab;
  }

  #paste(text: string): void {
    const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#insert(line);
      this.#submit();
    }
    this.#insert(last);
  }

  #key(data: string): void {
    if (this.#search !== undefined && this.#searchKey(data)) return;
    const action = KEYS[data];
    if (action !== undefined) return this[action]();
    if (!/^[\x00-\x1f\x7f]/.test(data)) this.#insert(data);
  }

  // — the actions of KEYS

  enter(): void {
    this.#submit();
  }
  backspace(): void {
    if (this.#cursor > 0) this.#replace(this.#cursor - 1, this.#cursor, '');
  }
  deleteForward(): void {
    this.#replace(this.#cursor, this.#cursor + 1, '');
  }
  left(): void {
    this.#move(this.#cursor - 1);
  }
  right(): void {
    this.#move(this.#cursor + 1);
  }
  home(): void {
    this.#move(0);
  }
  end(): void {
    this.#move(this.#line.length);
  }
  wordLeft(): void {
    this.#move(this.#line.slice(0, this.#cursor).search(/\S+\s*$/));
  }
  wordRight(): void {
    const ahead = /^\s*\S*/.exec(this.#line.slice(this.#cursor));
    this.#move(this.#cursor + (ahead?.[0].length ?? 0));
  }
  killToStart(): void {
    this.#replace(0, this.#cursor, '');
  }
  killToEnd(): void {
    this.#replace(this.#cursor, this.#line.length, '');
  }
  killWord(): void {
    const start = Math.max(0, this.#line.slice(0, this.#cursor).search(/\S+\s*$/));
    this.#replace(start, this.#cursor, '');
  }
  clearScreen(): void {
    this.host.clear();
    this.#drawnRows = 0;
    this.#cursorRow = 0;
    this.#redraw();
  }
  interrupt(): void {
    this.host.write('^C\r\n');
    this.#line = '';
    this.#cursor = 0;
    this.#drawnRows = 0;
    this.host.signal('INT');
  }
  suspend(): void {
    this.host.signal('TSTP');
  }
  quit(): void {
    this.host.signal('QUIT');
  }
  endOfFile(): void {
    if (this.#line === '') this.host.eof();
    else this.deleteForward();
  }
  previous(): void {
    if (this.#place === 0) return;
    if (this.#place === this.#history.length) this.#kept = this.#line;
    this.#show(this.#history[--this.#place] ?? '');
  }
  next(): void {
    if (this.#place >= this.#history.length) return;
    this.#place++;
    this.#show(this.#place === this.#history.length ? this.#kept : (this.#history[this.#place] ?? ''));
  }
  searchBack(): void {
    this.#search = { text: '', found: -1 };
    this.#redraw();
  }
  complete(): void {
    if (this.#prompt === undefined) return this.#insert('\t');
    const { line, cursor } = { line: this.#line, cursor: this.#cursor };
    const again = this.#lastWasTab;
    void this.host.complete(line, cursor).then(({ from, candidates }) => {
      // What came while the answer was on its way wins.
      if (this.#line !== line || this.#cursor !== cursor || candidates.length === 0) return;
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

  #list(candidates: readonly string[]): void {
    const width = Math.max(...candidates.map((candidate) => candidate.length)) + 2;
    const across = Math.max(1, Math.floor(this.host.columns() / width));
    let text = '\r\n';
    candidates.forEach((candidate, i) => (text += (i + 1) % across === 0 ? `${candidate}\r\n` : candidate.padEnd(width)));
    if (candidates.length % across !== 0) text += '\r\n';
    this.host.write(text);
    this.#drawnRows = 0;
    this.#cursorRow = 0;
    this.#redraw();
  }

  #searchKey(data: string): boolean {
    const search = this.#search as { text: string; found: number };
    if (data === '\x12') return this.#find(search.text, search.found - 1);
    if (data === '\x7f') return this.#find(search.text.slice(0, -1), this.#history.length - 1);
    if (data.length === 1 && data >= ' ') return this.#find(search.text + data, this.#history.length - 1);
    const found = this.#history[search.found];
    this.#search = undefined;
    if (data === '\x03' || data === '\x07') {
      this.#redraw();
      return true;
    }
    if (found !== undefined) this.#show(found);
    else this.#redraw();
    return data === '\x1b';
  }

  #find(text: string, from: number): boolean {
    let found = Math.min(from, this.#history.length - 1);
    while (found >= 0 && !(this.#history[found] as string).includes(text)) found--;
    this.#search = { text, found };
    this.#redraw();
    return true;
  }

  #show(line: string): void {
    this.#line = line;
    this.#cursor = line.length;
    this.#redraw();
  }

  #insert(text: string): void {
    if (text !== '') this.#replace(this.#cursor, this.#cursor, text);
  }

  #replace(from: number, to: number, text: string): void {
    const atEnd = from === this.#line.length && this.#search === undefined;
    this.#line = this.#line.slice(0, from) + text + this.#line.slice(to);
    this.#cursor = from + text.length;
    // The usual case, a character at the end that does not wrap, is only written.
    const used = this.#promptLength() + this.#line.length;
    if (atEnd && text.length === 1 && used % this.host.columns() !== 0 && this.#drawnRows > 0) this.host.write(text);
    else this.#redraw();
  }

  #move(to: number): void {
    this.#cursor = Math.max(0, Math.min(this.#line.length, to));
    this.#redraw();
  }

  #submit(): void {
    this.#cursor = this.#line.length;
    this.#redraw();
    const line = this.#line;
    this.#finish(line);
    this.host.submit(line);
  }

  #finish(line: string): void {
    this.host.write('\r\n');
    if (this.#prompt !== undefined && line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    this.#place = this.#history.length;
    this.#kept = '';
    this.#line = '';
    this.#cursor = 0;
    this.#prompt = undefined;
    this.#drawnRows = 0;
    this.#cursorRow = 0;
  }

  #promptText(): string {
    if (this.#search !== undefined) return `(reverse-i-search)\`${this.#search.text}': `;
    return this.#prompt ?? '';
  }

  #promptLength(): number {
    return this.#promptText().replace(/\x1b\[[0-9;]*m/g, '').length;
  }

  #erase(): void {
    const up = this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : '';
    this.host.write(`${up}\r\x1b[J`);
    this.#drawnRows = 0;
    this.#cursorRow = 0;
  }

  #redraw(): void {
    const columns = Math.max(1, this.host.columns());
    const up = this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : '';
    const line = this.#search === undefined ? this.#line : (this.#history[this.#search.found] ?? '');
    const length = this.#promptLength() + line.length;
    const cursor = this.#promptLength() + (this.#search === undefined ? this.#cursor : line.length);
    const lastRow = Math.floor(length / columns);
    const row = Math.floor(cursor / columns);
    // A full last row leaves the cursor hanging behind it; a space and a return bring it down.
    const wrap = length > 0 && length % columns === 0 ? ' \r' : '';
    const back = lastRow - row > 0 ? `\x1b[${lastRow - row}A` : '';
    const across = cursor % columns;
    this.host.write(`${up}\r\x1b[J${this.#promptText()}${line}${wrap}${back}\r${across > 0 ? `\x1b[${across}C` : ''}`);
    this.#drawnRows = lastRow + 1;
    this.#cursorRow = row;
  }
}

type Action =
  | 'enter' | 'backspace' | 'deleteForward' | 'left' | 'right' | 'home' | 'end' | 'wordLeft' | 'wordRight' | 'killToStart' | 'killToEnd' | 'killWord'
  | 'clearScreen' | 'interrupt' | 'suspend' | 'quit' | 'endOfFile' | 'previous' | 'next' | 'searchBack' | 'complete'; // prettier-ignore

const KEYS: Readonly<Record<string, Action>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b[3~': 'deleteForward',
  '\x1b[D': 'left',
  '\x02': 'left',
  '\x1b[C': 'right',
  '\x06': 'right',
  '\x1b[H': 'home',
  '\x1b[1~': 'home',
  '\x01': 'home',
  '\x1b[F': 'end',
  '\x1b[4~': 'end',
  '\x05': 'end',
  '\x1bb': 'wordLeft',
  '\x1b[1;5D': 'wordLeft',
  '\x1bf': 'wordRight',
  '\x1b[1;5C': 'wordRight',
  '\x15': 'killToStart',
  '\x0b': 'killToEnd',
  '\x17': 'killWord',
  '\x0c': 'clearScreen',
  '\x03': 'interrupt',
  '\x1a': 'suspend',
  '\x1c': 'quit',
  '\x04': 'endOfFile',
  '\x1b[A': 'previous',
  '\x10': 'previous',
  '\x1b[B': 'next',
  '\x0e': 'next',
  '\x12': 'searchBack',
  '\t': 'complete',
};

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
