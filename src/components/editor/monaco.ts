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

export interface Editor {
  value(): string;
  set(text: string): void;
  /** Puts the caret behind so many characters. */
  focus(offset: number): void;
  dispose(): void;
}

/** Puts an editor for one manifest, known by `address`, into `element`, with completion, hover and errors from the API's own schema. */
export async function mountEditor(element: HTMLElement, address: string, label: string, text: string): Promise<Editor> {
  configure();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const uri = monaco.Uri.parse(address);
  const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, 'yaml', uri);
  model.setValue(text);
  element.hidden = false;
  const editor = monaco.editor.create(element, {
    model,
    theme: dark.matches ? 'vs-dark' : 'vs',
    automaticLayout: true,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    // At the ends of the text the wheel moves the page.
    scrollbar: { alwaysConsumeMouseWheel: false },
    // As the plain field has them, so that nothing jumps when the editor takes its place.
    fontFamily: getComputedStyle(element).getPropertyValue('--mono'),
    fontSize: 13,
    lineHeight: 20,
    padding: { top: 10, bottom: 10 },
    tabSize: 2,
    lineNumbersMinChars: 3,
    glyphMargin: false,
    folding: false,
    overviewRulerLanes: 0,
    quickSuggestions: { other: true, strings: true, comments: false },
    fixedOverflowWidgets: true,
    accessibilitySupport: 'on',
    ariaLabel: `${label}. Press Escape, then Tab to leave the editor.`,
  });
  leaveByEscapeTab(editor);
  const onTheme = (): void => monaco.editor.setTheme(dark.matches ? 'vs-dark' : 'vs');
  dark.addEventListener('change', onTheme);
  return {
    value: () => model.getValue(),
    set: (value) => editor.executeEdits('reset', [{ range: model.getFullModelRange(), text: value }]),
    focus: (offset) => {
      const position = model.getPositionAt(offset);
      editor.setPosition(position);
      editor.revealPositionInCenterIfOutsideViewport(position);
      editor.focus();
    },
    dispose: () => {
      dark.removeEventListener('change', onTheme);
      editor.dispose();
      model.dispose();
    },
  };
}

/** Tab belongs to the text, but a keyboard trap would lock readers out of the rest of the page: Escape gives it back once. */
function leaveByEscapeTab(editor: monaco.editor.IStandaloneCodeEditor): void {
  const set = (tabFocusMode: boolean): void => editor.updateOptions({ tabFocusMode });
  editor.onKeyDown((event) => {
    if (event.keyCode === monaco.KeyCode.Escape) set(true);
    else if (event.keyCode !== monaco.KeyCode.Tab && event.keyCode !== monaco.KeyCode.Shift) set(false);
  });
  editor.onDidBlurEditorWidget(() => set(false));
}
