import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/yaml/register';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import { configureMonacoYaml } from 'monaco-yaml';
import YamlWorker from './yaml.worker.ts?worker';
import { manifestSchema } from './schema-texts.ts';

// monaco-yaml speaks the worker protocol from before Monaco 0.55; this says the same in today's.
const createWebWorker = ((options: { createData?: unknown }) => {
  const worker = new YamlWorker();
  worker.postMessage('ignore');
  worker.postMessage(options.createData);
  return monaco.editor.createWebWorker({ worker });
}) as unknown as typeof monaco.editor.createWebWorker;

let configured = false;
function configure(): void {
  if (configured) return;
  configured = true;
  globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() };
  configureMonacoYaml({ ...monaco, editor: { ...monaco.editor, createWebWorker } } as unknown as typeof monaco, {
    enableSchemaRequest: false,
    schemas: [{ uri: 'inmemory://schema/kubernetes.json', fileMatch: ['**/*.yaml'], schema: manifestSchema() }],
  });
}

/** Puts an editor for one manifest into `element`, with completion, hover and errors from the API's own schema. */
export async function mountEditor(
  element: HTMLElement,
  file: string,
  text: string,
): Promise<{ value(): string; set(text: string): void; dispose(): void }> {
  configure();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const uri = monaco.Uri.parse(`file:///home/learner/${file}`);
  const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, 'yaml', uri);
  model.setValue(text);
  element.hidden = false;
  const editor = monaco.editor.create(element, {
    model,
    theme: dark.matches ? 'vs-dark' : 'vs',
    automaticLayout: true,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    fontSize: 13,
    tabSize: 2,
    lineNumbersMinChars: 3,
    fixedOverflowWidgets: true,
    // Tab must be able to leave; Ctrl-M gives it back to the text.
    tabFocusMode: false,
    accessibilitySupport: 'on',
  });
  const onTheme = (): void => monaco.editor.setTheme(dark.matches ? 'vs-dark' : 'vs');
  dark.addEventListener('change', onTheme);
  return {
    value: () => model.getValue(),
    set: (value) => model.setValue(value),
    dispose: () => {
      dark.removeEventListener('change', onTheme);
      editor.dispose();
      model.dispose();
    },
  };
}
