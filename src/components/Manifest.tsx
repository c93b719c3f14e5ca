import { useEffect, useRef, useState } from 'preact/hooks';
import { lab, type } from './lab.ts';
import { strings } from './strings.ts';

interface Props {
  /** Name of the file in the learner's home. */
  file: string;
  text: string;
}

interface Editor {
  value(): string;
  set(text: string): void;
  dispose(): void;
}

/**
 * YAML to edit. A plain text field first, which is all that touch screens and readers without the editor need; the full
 * editor is loaded when a fine pointer or the keyboard asks for it. Apply and Diff are typed into the terminal.
 */
export default function Manifest({ file, text }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const [state, setState] = useState<'plain' | 'loading' | 'full' | 'failed'>('plain');
  useEffect(() => () => editor.current?.dispose(), []);

  const value = (): string => editor.current?.value() ?? area.current?.value ?? text;

  const enrich = async (): Promise<void> => {
    if (state !== 'plain' || host.current === null) return;
    setState('loading');
    try {
      const { mountEditor } = await import('./editor/monaco.ts');
      editor.current = await mountEditor(host.current, file, value());
      setState('full');
    } catch {
      setState('failed');
    }
  };

  const run = async (verb: 'apply' | 'diff'): Promise<void> => {
    const api = await lab();
    await api.files.write(`/home/learner/${file}`, value());
    await type(`kubectl ${verb} -f ${file}`);
  };

  const reset = (): void => {
    if (area.current !== null) area.current.value = text;
    editor.current?.set(text);
  };

  return (
    <section class="cell manifest" aria-label={file}>
      <header>
        <code>{file}</code>
        <span class="spacer" />
        {state !== 'full' && (
          <button type="button" class="quiet fine-pointer" onClick={() => void enrich()} disabled={state === 'loading'}>
            {state === 'loading' ? strings.editorLoading : state === 'failed' ? strings.editorFailed : strings.editorMore}
          </button>
        )}
        <button type="button" onClick={() => void run('diff')}>
          {strings.diff}
        </button>
        <button type="button" onClick={reset}>
          {strings.resetText}
        </button>
        <button type="button" class="primary" onClick={() => void run('apply')}>
          {strings.apply}
        </button>
      </header>
      <div class="editor" ref={host} hidden={state !== 'full'} style={{ '--lines': text.split('\n').length + 1 }} />
      {state !== 'full' && (
        <textarea
          ref={area}
          defaultValue={text}
          rows={text.split('\n').length + 1}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          aria-label={file}
        />
      )}
    </section>
  );
}
