import { useEffect, useRef, useState } from 'preact/hooks';
import type { Edit } from '../workers/protocol.ts';
import { branch, declare, inThePast, lab, onEdit, onRestart, phase, problem, replayable, viewed } from './lab.ts';
import type { Start } from './start.ts';
import { strings } from './strings.ts';
import TerminalEditor from './terminal/TerminalEditor.tsx';
import TouchKeys from './terminal/TouchKeys.tsx';
import type { LiveTerminal } from './terminal/xterm.ts';

interface Props {
  start: Start;
  session?: string;
  /** Rows of text; the width is the column's. */
  rows?: number;
  /** Start when it comes into view, not at a touch. */
  eager?: boolean;
}

/** A terminal cell: a still frame until somebody touches it, then a shell on the page's cluster. */
export default function Terminal({ start, session = 'main', rows = 14, eager = false }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const [live, setLive] = useState<'still' | 'starting' | 'live' | 'failed'>('still');
  /** Until the page's script is there nobody hears a click: better a button that cannot be pressed than a press that is lost. */
  const [heard, setHeard] = useState(false);
  const mounted = useRef<LiveTerminal | undefined>(undefined);
  const [control, setControl] = useState(false);
  const goOn = useRef<HTMLButtonElement>(null);
  const busy = useRef(false);
  /** What a program gives to edit; each time is a new editor, also for the same text. */
  const [editing, setEditing] = useState<{ edit: Edit; turn: number; focus: boolean } | undefined>(undefined);
  const turn = useRef(0);

  useEffect(() => {
    declare(start);
    setHeard(true);
    return () => mounted.current?.stop();
  }, []);

  const branchHere = async (): Promise<void> => {
    if (viewed.value !== undefined) await branch(viewed.value);
    frame.current?.querySelector('textarea')?.focus();
  };

  const begin = async (focus: boolean): Promise<void> => {
    if (busy.current || screen.current === null) return;
    busy.current = true;
    setLive('starting');
    try {
      const { mountTerminal } = await import('./terminal/xterm.ts');
      mounted.current = await mountTerminal(screen.current, session, {
        onControl: setControl,
        // Whoever types into the past is asked where to go on.
        onPast: () => goOn.current?.focus(),
      });
      setLive('live');
      if (focus) frame.current?.querySelector('textarea')?.focus();
    } catch {
      busy.current = false;
      setLive('failed');
    }
  };

  /** Where the keyboard is, of the two parts of this cell. */
  const focused = (part: 'screen' | 'editor'): boolean => frame.current?.querySelector(`.terminal-${part}:focus-within`) !== null;
  const show = (edit: Edit | undefined): void => {
    const focus = focused('screen') || focused('editor');
    turn.current++;
    setEditing(edit && { edit, turn: turn.current, focus });
    if (edit === undefined && focused('editor')) frame.current?.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
  };
  // A run that was kept may wait for an editor.
  useEffect(() => {
    if (live !== 'live') return;
    const ask = async (): Promise<void> => {
      const asked = turn.current;
      const edit = await (await lab()).terminal.editing(session);
      if (asked === turn.current) show(edit);
    };
    const disposers = [onEdit(session, show), onRestart(() => (show(undefined), void ask()))];
    void ask();
    return () => disposers.forEach((dispose) => dispose());
  }, [live]);

  // Another widget may have started the cluster: then the prompt belongs on the screen.
  useEffect(() => phase.subscribe((value) => void (value === 'running' && begin(false))), []);
  useEffect(() => {
    if (eager) void begin(false);
  }, []);

  return (
    <div class="terminal" ref={frame} data-live={live} data-editing={editing !== undefined} style={{ '--rows': rows }}>
      {live !== 'live' && (
        <button type="button" class="terminal-start" onClick={() => void begin(true)} disabled={!heard || live === 'starting'}>
          <span class="terminal-prompt" aria-hidden="true">
            learner@kubernotes:~$ <i />
          </span>
          <b>{live === 'starting' ? strings.starting : live === 'failed' ? strings.failed : strings.start}</b>
          <span>{live === 'failed' ? problem.value : strings.terminalHint}</span>
        </button>
      )}
      {editing !== undefined && (
        <div hidden={inThePast.value}>
          <TerminalEditor key={editing.turn} session={session} edit={editing.edit} focus={editing.focus} />
        </div>
      )}
      {inThePast.value && live === 'live' && (
        <div class="terminal-past">
          <span>{strings.past}</span>
          {replayable() && (
            <button type="button" ref={goOn} title={strings.goOnTitle} onClick={() => void branchHere()}>
              {strings.goOn}
            </button>
          )}
          <button
            type="button"
            onClick={() => {
              viewed.value = undefined;
              frame.current?.querySelector('textarea')?.focus();
            }}
          >
            {strings.backToNow}
          </button>
        </div>
      )}
      <div class="terminal-screen" ref={screen} role="group" aria-label={strings.terminalLabel} />
      {live === 'live' && (
        <TouchKeys
          control={control}
          onControl={() => mounted.current?.holdControl(!control)}
          onKey={(data) => mounted.current?.press(data)}
        />
      )}
    </div>
  );
}
