import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { lab, onOutput, onPrompt, onRestart, onTyped, viewed } from '../lab.ts';
import { LineEditor } from './line-editor.ts';

/** Puts a live terminal into `element`; resolves when its prompt is there. The returned function takes it away. */
export async function mountTerminal(element: HTMLElement, session: string): Promise<() => void> {
  const styles = getComputedStyle(element);
  const colour = (name: string): string => styles.getPropertyValue(name).trim();
  const terminal = new Terminal({
    convertEol: true,
    cursorBlink: false,
    fontFamily: styles.getPropertyValue('--mono'),
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: 5000,
    screenReaderMode: true,
    theme: {
      background: colour('--term-bg'),
      foreground: colour('--term-fg'),
      cursor: colour('--accent'),
      selectionBackground: colour('--term-selection'),
    },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.open(element);
  fit.fit();

  const api = await lab();
  const editor = new LineEditor({
    write: (text) => terminal.write(text),
    columns: () => terminal.cols,
    submit: (line) => {
      viewed.value = undefined;
      void api.terminal.line(session, line);
    },
    signal: (name) => void api.terminal.signal(session, name),
    eof: () => void api.terminal.eof(session),
    complete: (line, cursor) => api.terminal.complete(session, line, cursor),
    clear: () => terminal.clear(),
  });

  const restore = async (): Promise<void> => {
    terminal.reset();
    const [output, history, prompt] = await Promise.all([
      api.terminal.transcript(session),
      api.terminal.history(session),
      api.terminal.prompt(session),
    ]);
    terminal.write(output);
    editor.setHistory(history);
    editor.setPrompt(prompt);
  };
  await restore();
  await api.terminal.resize(session, terminal.cols, terminal.rows);

  // Esc, then Tab leaves the terminal: a keyboard trap would lock readers out of the rest of the page.
  let leaving = false;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown') return true;
    if (leaving && event.key === 'Tab') return false;
    leaving = event.key === 'Escape';
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
      void navigator.clipboard.writeText(terminal.getSelection());
      event.preventDefault();
      return false;
    }
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyV') return false;
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyF') {
      search.findPrevious(terminal.getSelection());
      event.preventDefault();
      return false;
    }
    return true;
  });

  const disposers = [
    onOutput(session, (bytes) => editor.aroundOutput(() => terminal.write(bytes))),
    onPrompt(session, (prompt) => editor.setPrompt(prompt)),
    onTyped((to, text) => to === session && editor.typed(text)),
    onRestart(() => void restore()),
  ];
  const typing = terminal.onData((data) => editor.input(data));
  let resizing = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(resizing);
    resizing = requestAnimationFrame(() => {
      fit.fit();
      void api.terminal.resize(session, terminal.cols, terminal.rows);
    });
  });
  observer.observe(element);
  // The past is looked at, not typed into: the frame says so until one types.
  const watching = viewed.subscribe((seq) => {
    if (seq === undefined) delete element.dataset['past'];
    else element.dataset['past'] = 'true';
  });
  return () => {
    for (const dispose of disposers) dispose();
    typing.dispose();
    observer.disconnect();
    watching();
    terminal.dispose();
  };
}
