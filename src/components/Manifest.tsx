import { useRef } from 'preact/hooks';
import EditorField, { type TextEditor } from './editor/EditorField.tsx';
import { lab, type } from './lab.ts';
import { strings } from './strings.ts';

interface Props {
  /** Name of the file in the learner's home. */
  file: string;
  text: string;
}

/** YAML to edit; Apply and Diff are typed into the terminal. */
export default function Manifest({ file, text }: Props) {
  const editor = useRef<TextEditor | undefined>(undefined);
  const path = `/home/learner/${file}`;

  const run = async (verb: 'apply' | 'diff'): Promise<void> => {
    const api = await lab();
    await api.files.write(path, editor.current?.value() ?? text);
    await type(`kubectl ${verb} -f ${file}`);
  };

  return (
    <section class="cell manifest" aria-label={file} style={{ '--lines': text.split('\n').length }}>
      <header>
        <code>{file}</code>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => editor.current?.set(text)}>
          {strings.resetText}
        </button>
        <button type="button" onClick={() => void run('diff')}>
          {strings.diff}
        </button>
        <button type="button" class="primary" onClick={() => void run('apply')}>
          {strings.apply}
        </button>
      </header>
      <EditorField label={file} text={text} uri={`file://${path}`} editor={editor} />
    </section>
  );
}
