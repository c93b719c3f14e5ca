import { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';
import { LineEditor } from './line-editor.ts';

// The editor on a real xterm screen, before a shell that answers each line with a prompt.

const UP = '\x1b[A';
const LEFT = '\x1b[D';

function open(columns = 40, candidates: string[] = []) {
  const terminal = new Terminal({ cols: columns, rows: 12, convertEol: true, allowProposedApi: true });
  const told: string[] = [];
  const editor = new LineEditor({
    write: (text) => terminal.write(text),
    columns: () => terminal.cols,
    submit: (line) => told.push(line),
    signal: (name) => told.push(`SIG${name}`),
    eof: () => told.push('EOF'),
    complete: async (line) => ({ from: line.lastIndexOf(' ') + 1, candidates }),
  });
  editor.setPrompt('$ ');
  return {
    terminal,
    editor,
    told,
    keys: (...keys: string[]) => keys.forEach((key) => editor.input(key)),
    /** The shell has run a line that printed this. */
    answer(text = '', prompt: string | undefined = '$ ') {
      editor.setPrompt(undefined);
      editor.output(text);
      editor.setPrompt(prompt);
    },
    async screen(): Promise<string> {
      await new Promise<void>((done) => terminal.write('', done));
      const { active } = terminal.buffer;
      const rows = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
      return rows.join('\n').replace(/ +$/gm, '').trimEnd();
    },
    async cursor(): Promise<[number, number]> {
      await new Promise<void>((done) => terminal.write('', done));
      return [terminal.buffer.active.cursorY, terminal.buffer.active.cursorX];
    },
  };
}

describe('editing', () => {
  it.each([
    ['cursor keys', ['acd', LEFT, LEFT, 'b'], 'abcd', 2],
    ['^A and ^E', ['bc', '\x01', 'a', '\x05', 'd'], 'abcd', 4],
    ['^K and ^Y', ['one two', '\x1bb', '\x0b', '\x01', '\x19', ' '], 'two one ', 4],
    ['^U, then ^Y twice', ['ab', '\x15', '\x19', '\x19'], 'abab', 4],
    ['^W takes the word up to the blank', ['get pods/web-1', '\x17'], 'get ', 4],
    ['two ^W are yanked as one', ['a bb cc', '\x17', '\x17', '\x19'], 'a bb cc', 7],
    ['Alt-Backspace takes letters', ['get pods/web-1', '\x1b\x7f'], 'get pods/web-', 13],
    ['Alt-B, Alt-F, Alt-D', ['one two three', '\x1bb', '\x1bb', '\x1bd'], 'one  three', 4],
    ['Alt-F ends behind the word', ['one two', '\x01', '\x1bf', '!'], 'one! two', 4],
    ['Ctrl with arrows', ['one two', '\x1b[1;5D', '\x1b[1;5D', '\x1b[1;5C', '-'], 'one- two', 4],
    ['^T', ['kubeclt', LEFT, '\x14'], 'kubectl', 7],
    ['^D in a line and ^H', ['abcd', LEFT, LEFT, '\x04', '\b'], 'ad', 1],
    ['keys that came in one piece', [`ab${LEFT}${LEFT}c\x05d`], 'cabd', 4],
    ['Home and End of any keypad', ['b', '\x1bOH', 'a', '\x1b[4~', 'c'], 'abc', 3],
  ])('%s', async (_, keys, line, cursor) => {
    const { editor, keys: press, screen, cursor: place } = open();
    press(...keys);
    expect(editor.line).toBe(line);
    expect(await screen()).toBe(`$ ${line}`.trimEnd());
    expect(await place()).toEqual([0, 2 + cursor]);
  });

  it('says what its keys say to the world', () => {
    const { editor, told, keys, answer } = open();
    keys('ls', '\r');
    answer();
    keys('\x04', 'sleep 9', '\x03');
    keys('\x1a', '\x1c');
    expect(told).toEqual(['ls', 'EOF', 'SIGINT']);
    editor.setPrompt(undefined);
    keys('\x1a', '\x1c', '\x03');
    expect(told.slice(3)).toEqual(['SIGTSTP', 'SIGQUIT', 'SIGINT']);
  });

  it('leaves a line given up on the screen, once with ^C', async () => {
    const { editor, keys, answer, screen } = open();
    keys('abc', LEFT, '\x03');
    editor.output('^C\n');
    answer();
    expect(await screen()).toBe('$ abc^C\n$');
    expect(editor.line).toBe('');
  });

  it('clears the screen and keeps the line', async () => {
    const { editor, keys, screen } = open();
    keys('one', '\r');
    editor.output('output\n');
    editor.setPrompt('$ ');
    keys('two', '\x0c', '!');
    expect(await screen()).toMatch(/(^|\n)\$ two!$/);
    expect(await screen()).not.toContain('output\n$ two');
  });
});

describe('history', () => {
  it('goes back and forth and comes back to the line that was begun', () => {
    const { editor, keys, answer, told } = open();
    for (const line of ['one', 'two', 'two', ' ']) {
      keys(line, '\r');
      answer();
    }
    keys('thr', UP, UP, UP);
    expect(editor.line).toBe('one');
    keys('\x1b[B', '\x1b[B');
    expect(editor.line).toBe('thr');
    keys('\x10', '\r');
    expect(told.at(-1)).toBe('two');
  });

  it('searches backwards', async () => {
    const { editor, keys, screen, told } = open(60);
    editor.setHistory(['kubectl get pods', 'kubectl get nodes', 'ls']);
    keys('\x12', 'get');
    expect(await screen()).toBe("(reverse-i-search)`get': kubectl get nodes");
    keys('\x12');
    expect(await screen()).toBe("(reverse-i-search)`get': kubectl get pods");
    keys('\x12');
    expect(await screen()).toBe("(failed reverse-i-search)`get': kubectl get pods");
    keys('\x7f', '\x7f', '\x7f', 'l', 's', '\r');
    expect(told).toEqual(['ls']);
  });

  it('takes what was found with an arrow key, and nothing with ^G', async () => {
    const { editor, keys, screen, cursor } = open();
    editor.setHistory(['echo one']);
    keys('abc', '\x12', 'echo', '\x07');
    expect(await screen()).toBe('$ abc');
    keys('\x15', '\x12', 'one', '\x1b[C', 'X');
    expect(editor.line).toBe('echo oXne');
    expect(await cursor()).toEqual([0, 9]);
  });

  it('puts in the last word of the lines before', () => {
    const { editor, keys } = open();
    editor.setHistory(['cat a.yaml', 'kubectl apply -f web.yaml']);
    keys('ls ', '\x1b.');
    expect(editor.line).toBe('ls web.yaml');
    keys('\x1b.');
    expect(editor.line).toBe('ls a.yaml');
  });
});

describe('lines longer than the screen is wide', () => {
  it('wraps, and edits in any row', async () => {
    const { editor, keys, screen, cursor } = open(10);
    keys('abcdefghijklmnopqrstuv');
    expect(await screen()).toBe('$ abcdefgh\nijklmnopqr\nstuv');
    keys('\x01', 'X');
    expect(await screen()).toBe('$ Xabcdefg\nhijklmnopq\nrstuv');
    expect(await cursor()).toEqual([0, 3]);
    keys('\x05', '\x15', 'ok');
    expect(await screen()).toBe('$ ok');
    expect(editor.line).toBe('ok');
  });

  it('is right at the margin', async () => {
    const { keys, screen, cursor, answer, editor } = open(10);
    keys(...'abcdefgh');
    expect(await cursor()).toEqual([1, 0]);
    keys('i', '\x7f', '\x7f');
    expect(await screen()).toBe('$ abcdefg');
    keys('h', '\r');
    editor.output('out\n');
    answer();
    expect(await screen()).toBe('$ abcdefgh\n\nout\n$');
  });

  it('counts wide characters twice and joined ones not at all', async () => {
    const { keys, screen, cursor, editor } = open(10);
    keys('世界世界x');
    expect(await screen()).toBe('$ 世界世界\nx');
    expect(await cursor()).toEqual([1, 1]);
    keys('\x15', 'a世界世界b');
    // The last does not fit behind the others and goes to the next row.
    expect(await screen()).toBe('$ a世界世\n界b');
    keys(LEFT);
    expect(await cursor()).toEqual([1, 2]);
    keys('\x15', '\x0b', 'e\u0301x', LEFT, LEFT);
    expect(await cursor()).toEqual([0, 2]);
    keys('\x04');
    expect(editor.line).toBe('x');
    keys('\x15', '\x0b', 'a😀', '\x7f');
    expect(editor.line).toBe('a');
  });

  it('draws itself anew when the screen becomes wider', async () => {
    const { terminal, keys, editor, screen } = open(10);
    keys('abcdefghijkl');
    await screen();
    terminal.resize(20, 12);
    editor.resized();
    expect(await screen()).toBe('$ abcdefghijkl');
    terminal.resize(8, 12);
    editor.resized();
    expect(await screen()).toBe('$ abcdef\nghijkl');
  });
});

describe('while programs print', () => {
  it('keeps what is typed below what is printed', async () => {
    const { editor, keys, screen } = open();
    keys('kubectl get po', LEFT, LEFT);
    editor.output('[1]+  Done   sleep 1\n');
    keys('X');
    expect(await screen()).toBe('[1]+  Done   sleep 1\n$ kubectl get Xpo');
  });

  it('keeps the question of a program that reads', async () => {
    const { editor, keys, screen, told } = open();
    keys('./ask', '\r');
    editor.setPrompt(undefined);
    editor.output('one\nYour name: ');
    editor.setPrompt('');
    keys('Anne', LEFT, '\x7f', 'n', 'X', '\x01', '\x04', 'a');
    expect(await screen()).toBe('$ ./ask\none\nYour name: annXe');
    keys('\r');
    expect(told).toEqual(['./ask', 'annXe']);
    editor.setPrompt('$ ');
    keys(UP);
    expect(editor.line).toBe('./ask');
  });

  it('shows typed-ahead text, and gives it to the next prompt', async () => {
    const { editor, keys, screen, told } = open();
    keys('sleep 1', '\r', 'ec', 'ho');
    editor.output('woke\n');
    editor.setPrompt('$ ');
    keys(' x');
    expect(await screen()).toBe('$ sleep 1\nwoke\n$ echo x');
    keys('\r');
    expect(told).toEqual(['sleep 1', 'echo x']);
  });

  it('shows what somebody else types, and brings the own line back', async () => {
    const { editor, keys, answer, screen } = open();
    keys('mine');
    editor.typed('kubectl apply -f a.yaml');
    answer('applied\n');
    // The own line stood there before it was typed over.
    expect(await screen()).toBe('$ kubectl apply -f a.yaml\napplied\n$ mine');
    keys('\x15', UP);
    expect(editor.line).toBe('kubectl apply -f a.yaml');
  });
});

describe('pastes', () => {
  it.each([
    ['marked', '\x1b[200~one\r\ntwo\nthree\x1b[201~'],
    ['unmarked', 'one\rtwo\rthree'],
  ])('runs %s lines one after the other, and leaves the last to be finished', (_, paste) => {
    const { editor, keys, answer, told } = open();
    keys(paste);
    expect(told).toEqual(['one']);
    answer('1\n');
    expect(told).toEqual(['one', 'two']);
    answer('2\n');
    expect(editor.line).toBe('three');
    keys('\r');
    expect(told).toEqual(['one', 'two', 'three']);
  });

  it('feeds the lines of a here-document, with tabs, to its prompts', () => {
    const { answer, keys, told } = open();
    keys('\x1b[200~cat <<E\na\tb\nE\n\x1b[201~');
    answer('', '> ');
    answer('', '> ');
    answer('a\tb\n');
    expect(told).toEqual(['cat <<E', 'a\tb', 'E']);
  });

  it('takes control characters out', () => {
    const { editor, keys, told } = open();
    keys('\x1b[200~a\x03b\x1b[2J\x1b[201~');
    expect(editor.line).toBe('ab[2J');
    expect(told).toEqual([]);
  });

  it('is forgotten at ^C', () => {
    const { keys, answer, told } = open();
    keys('sleep 9\rrm x\r', '\x03');
    answer();
    expect(told).toEqual(['sleep 9', 'SIGINT']);
  });
});

describe('completion', () => {
  const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

  it('takes the only candidate, with a blank unless it goes on', async () => {
    const one = open(40, ['pods']);
    one.keys('get po', '\t');
    await settle();
    expect(one.editor.line).toBe('get pods ');
    const folder = open(40, ['web/']);
    folder.keys('cat w', '\t');
    await settle();
    expect(folder.editor.line).toBe('cat web/');
  });

  it('goes as far as candidates agree, then lists them', async () => {
    const { keys, editor, screen } = open(40, ['worker-1', 'worker-2', 'worker-3']);
    keys('describe node w', '\t');
    await settle();
    expect(editor.line).toBe('describe node worker-');
    keys('\t');
    await settle();
    expect(await screen()).toBe('$ describe node worker-\nworker-1  worker-2  worker-3\n$ describe node worker-');
  });

  it('does not touch a line that has changed meanwhile', async () => {
    const { keys, editor } = open(40, ['pods']);
    keys('get po', '\t', 'x');
    await settle();
    expect(editor.line).toBe('get pox');
  });
});
