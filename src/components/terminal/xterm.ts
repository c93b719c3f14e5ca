import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Seq } from '../../engine/sim/log.ts';
import { lab, onOutput, onPrompt, onRestart, onTyped, viewed } from '../lab.ts';
import { Harmless } from './harmless.ts';
import { LineEditor } from './line-editor.ts';

// Pastes come marked as such (bracketed paste), so that a pasted tab is no Tab.
const MARK_PASTES = '\x1b[?2004h';
const HIDE_CURSOR = '\x1b[?25l';

interface Listeners {
  /** Ctrl is held for the next key, or no longer. */
  onControl(held: boolean): void;
  /** Somebody types while the screen shows the past. */
  onPast(): void;
}

export interface LiveTerminal {
  /** As if these keys had been pressed. */
  press(data: string): void;
  /** The next key counts as pressed together with Ctrl. */
  holdControl(held: boolean): void;
  stop(): void;
}

/** Puts a live terminal into `element`; resolves when its prompt is there. */
export async function mountTerminal(element: HTMLElement, session: string, listeners: Listeners): Promise<LiveTerminal> {
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
    submit: (line) => void api.terminal.line(session, line),
    signal: (name) => void api.terminal.signal(session, name),
    eof: () => void api.terminal.eof(session),
    complete: (line, cursor) => api.terminal.complete(session, line, cursor),
  });

  // The screen shows one instant: now, where it grows and is typed into, or a past one, which is only looked at.
  let harmless = new Harmless();
  let live = false;
  let turn = 0;
  /** Lines that other widgets typed while the screen was not there yet. */
  const owed: string[] = [];
  /** What the reader typed while the screen was on its way back to now. */
  const ahead: string[] = [];
  const show = async (seq: Seq | undefined): Promise<void> => {
    const mine = ++turn;
    live = false;
    const history = await api.terminal.history(session);
    const bytes = await api.terminal.transcript(session, seq);
    if (mine !== turn) return;
    harmless = new Harmless();
    const text = harmless.take(bytes);
    terminal.reset();
    terminal.write(seq === undefined ? MARK_PASTES : HIDE_CURSOR);
    terminal.write(text);
    editor.reset(text);
    if (seq !== undefined) {
      ahead.length = 0;
      element.dataset['past'] = 'true';
      return;
    }
    delete element.dataset['past'];
    // What comes from here on is not in the transcript.
    live = true;
    editor.setHistory(history);
    const prompt = await api.terminal.prompt(session);
    if (mine !== turn) return;
    editor.setPrompt(prompt);
    for (const line of owed.splice(0)) editor.typed(line);
    for (const data of ahead.splice(0)) editor.input(data);
  };
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
    onOutput(session, (bytes) => live && editor.output(harmless.take(bytes))),
    onPrompt(session, (prompt) => live && editor.setPrompt(prompt)),
    onTyped((to, text) => {
      if (to !== session) return;
      if (live) editor.typed(text);
      else owed.push(text);
    }),
    onRestart(() => void show(undefined)),
  ];
  let control = false;
  const press = (data: string): void => {
    if (live && ahead.length === 0) editor.input(data);
    else if (viewed.peek() === undefined) ahead.push(data);
    else listeners.onPast();
  };
  const holdControl = (held: boolean): void => {
    control = held;
    listeners.onControl(held);
  };
  const typing = terminal.onData((data) => {
    const held = control && /^[a-z\\]$/i.test(data);
    if (control) holdControl(false);
    press(held ? String.fromCharCode(data.toUpperCase().charCodeAt(0) & 0x1f) : data);
  });
  let resizing = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(resizing);
    resizing = requestAnimationFrame(() => {
      const columns = terminal.cols;
      fit.fit();
      if (live && terminal.cols !== columns) editor.resized();
      void api.terminal.resize(session, terminal.cols, terminal.rows);
    });
  });
  observer.observe(element);
  let looked = viewed.peek();
  const watching = viewed.subscribe((seq) => {
    if (seq === looked) return;
    looked = seq;
    void show(seq);
  });
  // Whoever types as soon as there is something to see is heard.
  await show(viewed.peek());
  void api.terminal.resize(session, terminal.cols, terminal.rows);
  return {
    press,
    holdControl,
    stop() {
      for (const dispose of disposers) dispose();
      typing.dispose();
      observer.disconnect();
      watching();
      terminal.dispose();
    },
  };
}
