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
  focus(offset: number): void;
  dispose(): void;
}

/**
 * YAML to edit. A plain text field first, which is all that touch screens and readers without the editor need; the full
 * editor is loaded when a mouse or the keyboard sets out to edit. Apply and Diff are typed into the terminal.
 */
export default function Manifest({ file, text }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const [state, setState] = useState<'plain' | 'loading' | 'full' | 'failed'>('plain');
  useEffect(() => () => editor.current?.dispose(), []);

  const value = (): string => editor.current?.value() ?? area.current?.value ?? text;

  const enrich = async (): Promise<void> => {
    if (state === 'loading' || state === 'full') return;
    setState('loading');
    try {
      const { mountEditor } = await import('./editor/monaco.ts');
      const field = area.current;
      if (host.current === null || field === null) return;
      // Whoever began to type in the field goes on in the editor at the same place.
      const typing = document.activeElement === field ? field.selectionStart : undefined;
      editor.current = await mountEditor(host.current, file, field.value);
      setState('full');
      if (typing !== undefined) editor.current.focus(typing);
    } catch {
      setState('failed');
    }
  };
  const withFinePointer = (): void => {
    if (state === 'plain' && matchMedia('(pointer: fine)').matches) void enrich();
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
    <section class="cell manifest" aria-label={file} style={{ '--lines': text.split('\n').length }}>
      <header>
        <code>{file}</code>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={reset}>
          {strings.resetText}
        </button>
        <button type="button" onClick={() => void run('diff')}>
          {strings.diff}
        </button>
        <button type="button" class="primary" onClick={() => void run('apply')}>
          {strings.apply}
        </button>
      </header>
      <div class="editor" ref={host} hidden={state !== 'full'} />
      {state !== 'full' && (
        <textarea
          ref={area}
          defaultValue={text}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          aria-label={file}
          onPointerDown={withFinePointer}
          onInput={withFinePointer}
        />
      )}
      <footer class="fine-pointer">
        {state === 'full' ? (
          <span>{strings.editorKeys}</span>
        ) : (
          <button type="button" class="quiet" onClick={() => void enrich()} disabled={state === 'loading'}>
            {state === 'loading' ? strings.editorLoading : strings.editorMore}
          </button>
        )}
        <span role="status">{state === 'failed' ? strings.editorFailed : ''}</span>
      </footer>
    </section>
  );
}
