import { useEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';

export interface TextEditor {
  value(): string;
  set(text: string): void;
  focus(): void;
}

interface Props {
  /** What the text is called. */
  label: string;
  text: string;
  /** Address of the text in the full editor; absent: a plain text, which the field is enough for. */
  uri?: string;
  editor: { current: TextEditor | undefined };
}

/**
 * A text to edit. A plain text field first, which is all that touch screens and readers without the editor need; the full
 * editor for YAML is loaded when a mouse or the keyboard sets out to edit.
 */
export default function EditorField({ label, text, uri, editor }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const full = useRef<import('./monaco.ts').Editor | undefined>(undefined);
  const [state, setState] = useState<'plain' | 'loading' | 'full' | 'failed'>('plain');
  useEffect(() => () => full.current?.dispose(), []);

  editor.current = {
    value: () => full.current?.value() ?? area.current?.value ?? text,
    set: (value) => {
      if (area.current !== null) area.current.value = value;
      full.current?.set(value);
    },
    focus: () => (full.current === undefined ? area.current?.focus() : full.current.focus(0)),
  };

  const enrich = async (): Promise<void> => {
    if (uri === undefined || state === 'loading' || state === 'full') return;
    setState('loading');
    try {
      const { mountEditor } = await import('./monaco.ts');
      const field = area.current;
      if (host.current === null || field === null) return;
      // Whoever began to type in the field goes on in the editor at the same place.
      const typing = document.activeElement === field ? field.selectionStart : undefined;
      full.current = await mountEditor(host.current, uri, label, field.value);
      setState('full');
      if (typing !== undefined) full.current.focus(typing);
    } catch {
      setState('failed');
    }
  };
  const withFinePointer = (): void => {
    if (state === 'plain' && matchMedia('(pointer: fine)').matches) void enrich();
  };

  return (
    <>
      <div class="editor" ref={host} hidden={state !== 'full'} />
      {state !== 'full' && (
        <textarea
          ref={area}
          defaultValue={text}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          aria-label={label}
          onPointerDown={withFinePointer}
          onInput={withFinePointer}
        />
      )}
      {uri !== undefined && (
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
      )}
    </>
  );
}
