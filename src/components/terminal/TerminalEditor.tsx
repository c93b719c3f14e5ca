import { useEffect, useRef } from 'preact/hooks';
import type { Edit } from '../../workers/protocol.ts';
import EditorField, { type TextEditor } from '../editor/EditorField.tsx';
import { lab } from '../lab.ts';
import { strings } from '../strings.ts';

interface Props {
  session: string;
  edit: Edit;
  /** The learner was in the terminal when the program asked: then the keyboard goes on here. */
  focus: boolean;
}

/** The text that a program of the terminal (`vi`, `kubectl edit`) waits for. */
export default function TerminalEditor({ session, edit, focus }: Props) {
  const editor = useRef<TextEditor | undefined>(undefined);
  const answered = useRef(false);
  useEffect(() => {
    if (focus) editor.current?.focus();
  }, []);

  const answer = async (text: string | undefined): Promise<void> => {
    if (answered.current) return;
    answered.current = true;
    await (await lab()).terminal.edited(session, text);
  };
  const save = (): void => void answer(editor.current?.value() ?? edit.text);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== 's' || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  };

  return (
    <section class="manifest terminal-editor" aria-label={`${strings.edits} ${edit.path}`} onKeyDown={onKeyDown}>
      <header>
        <code>{edit.path}</code>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => void answer(undefined)}>
          {strings.giveUp}
        </button>
        <button type="button" class="primary" onClick={save} aria-keyshortcuts="Control+S" title="Ctrl-S">
          {strings.saveAndReturn}
        </button>
      </header>
      {edit.problem !== undefined && (
        <p class="terminal-editor-problem" role="alert">
          {edit.problem}
        </p>
      )}
      <EditorField
        label={edit.path}
        text={edit.text}
        // Apart from the texts of the page's manifests, which may be the same files.
        {...(/\.ya?ml$/.test(edit.path) ? { uri: `file:///terminal${edit.path}` } : {})}
        editor={editor}
      />
    </section>
  );
}
