import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { fileNamed, importsOf, isProperty, statements, textOf, walk, type Statement } from './modules.ts';

const LATER = '\0rare:later';
const CONSTANTS = '\0rare:constants:';
const MARKS = /\/os\/rare\.ts$/;
const ROOTS = ['engine.worker.ts', 'session.ts'].map((name) => fileURLToPath(new URL(`../src/workers/${name}`, import.meta.url)));
/** What comes after the first chunk without being rare, each room as a chunk of its name: so a ceiling can stand over it. None needs one below it. */
const ROOMS: readonly (readonly [name: string, files: RegExp])[] = [
  ['room.engine', /\/(src\/engine|node_modules)\//],
  ['room.shell', /\/src\/shell\//],
  ['room.kubectl', /\/src\/cli\/kubectl\//],
];

/**
 * Makes what sources call `rare(x)` or `part(x)` (`engine/os/rare.ts`) a chunk that is fetched when the world first waits for it: the static import of
 * `x` becomes an `import()`. Strings that the same file takes from the same module (the flags of a command) are copied.
 */
export default function rareParts(): Plugin {
  return {
    name: 'rare-parts',
    apply: 'build',
    enforce: 'pre',
    outputOptions(options) {
      let after: ReadonlySet<string> | undefined;
      const roomOf = (id: string, modules: Modules): string | null => {
        after ??= afterFirst(modules);
        return after.has(id) ? (ROOMS.find(([, files]) => files.test(id))?.[0] ?? null) : null;
      };
      // In a folder of their own: they are no part of what a page loads before somebody touches it.
      const chunkFileNames = '_astro/worker/[name]-[hash].js';
      return { ...options, chunkFileNames, codeSplitting: { groups: [{ name: roomOf }], includeDependenciesRecursively: false } };
    },
    resolveId(source, importer) {
      if (source === LATER) return source;
      if (importer === undefined || !source.endsWith('?constants')) return null;
      return `${CONSTANTS}${fileNamed(source.slice(0, source.indexOf('?')), importer)}`;
    },
    load(id) {
      if (id === LATER) return later;
      return id.startsWith(CONSTANTS) ? constantsOf(id.slice(CONSTANTS.length)) : null;
    },
    transform(code, id) {
      if (!id.endsWith('.ts') || id.startsWith('\0') || !code.includes('os/rare.ts')) return null;
      const { uses, taken, marks } = partsIn(id);
      if (uses.length === 0) return null;
      const edits: Edit[] = uses.map(({ start, end, mark, name, source }) => {
        const load = `later(${JSON.stringify(name)}, () => import(${JSON.stringify(source)}).then((module) => module.${name}))`;
        return { start, end, text: mark === 'rare' ? `running(${load})` : load };
      });
      const all = importsOf(id);
      for (const statement of statements(id)) {
        if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') continue;
        const of = all.filter(({ source }) => source === statement.source.value);
        const left = of.filter(({ local }) => !taken.has(local));
        if (left.length === of.length) continue;
        const names = left.map(({ name, local }) => `${name} as ${local}`).join(', ');
        const text = left.length === 0 ? '' : `import { ${names} } from '${statement.source.value}?constants';`;
        edits.push({ start: statement.start, end: statement.end, text });
      }
      const head = `import { later } from '${LATER}';\nimport { running } from '${marks}';\n`;
      return { code: head + edited(code, edits), map: null };
    },
  };
}

const later = `export const later = (name, load) => {
  let value, loading;
  return {
    name,
    get here() { return value !== undefined; },
    get value() { return value; },
    load: () => loading ??= load().then((found) => { value = found; }, (error) => { loading = undefined; throw error; }),
  };
};`;

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** The modules of the bundle that are there with the session, and not before. */
function afterFirst(modules: Modules): ReadonlySet<string> {
  const reach = (root: string): Set<string> => {
    const reached = new Set([root]);
    for (const id of reached) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) reached.add(next);
    return reached;
  };
  const [first, session] = ROOTS.map(reach) as [Set<string>, Set<string>];
  return session.difference(first);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(code: string, edits: readonly Edit[]): string {
  let text = code;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  return text;
}

interface Use {
  readonly mark: 'rare' | 'part';
  readonly start: number;
  readonly end: number;
  /** What is rare, by its name in the module that it comes from. */
  readonly name: string;
  readonly source: string;
}

/** What a file marks as rare; which of its imports serve nothing else; and whence it has the marks. */
function partsIn(file: string): { uses: readonly Use[]; taken: ReadonlySet<string>; marks: string } {
  const imports = new Map(importsOf(file).map((each) => [each.local, each]));
  const marks = [...imports.values()].find(({ source }) => MARKS.test(source))?.source ?? '';
  if (marks === '') return { uses: [], taken: new Set(), marks };
  const uses: Use[] = [];
  const others = new Set<string>();
  const marked = new Set<unknown>();
  walk(statements(file), (node, parent, field) => {
    const callee = node['callee'] as { name?: string } | undefined;
    const mark = node.type === 'CallExpression' ? imports.get(callee?.name ?? '') : undefined;
    if (mark?.source === marks && (mark.name === 'rare' || mark.name === 'part')) {
      const [code] = node['arguments'] as readonly { name?: string }[];
      const found = imports.get(code?.name ?? '');
      if (found === undefined)
        throw new Error(`${file}: ${textOf(file).slice(node.start, node.end)}: only what is imported by its name can be rare`);
      marked.add(code);
      uses.push({ mark: mark.name, start: node.start, end: node.end, name: found.name, source: found.source });
    }
    const isUse = node.type === 'Identifier' && !marked.has(node) && parent?.type !== 'ImportSpecifier' && !isProperty(parent, field);
    if (isUse) others.add(node['name'] as string);
  });
  const taken = [...imports.values()].filter(
    ({ source, name, local }) => !others.has(local) && uses.some((use) => use.source === source && use.name === name),
  );
  return { uses, taken: new Set(taken.map(({ local }) => local)), marks };
}

/** The modules that are there as soon as a cluster can be used: what is not rare. Nobody may need at once what another calls rare. */
export function loadedAtOnce(): ReadonlySet<string> {
  const reached = new Map<string, string>(ROOTS.map((root) => [root, '']));
  const rare = new Map<string, string>();
  for (const file of reached.keys()) {
    const { uses, taken } = partsIn(file);
    const later = new Set(uses.map(({ source }) => source));
    for (const source of later) rare.set(fileNamed(source, file), file);
    for (const { source, local } of importsOf(file)) {
      const found = source.startsWith('.') && source.endsWith('.ts') && !later.has(source) ? fileNamed(source, file) : undefined;
      if (found !== undefined && !reached.has(found)) reached.set(found, file);
      if (later.has(source) && !taken.has(local)) constantsOf(fileNamed(source, file), local);
    }
  }
  for (const [file, by] of rare) if (reached.has(file)) throw new Error(`${by} calls ${file} rare, which ${reached.get(file)} imports`);
  return new Set(reached.keys());
}

/** The constant strings and lists of strings that a module exports, with what they are made of. */
function constantsOf(file: string, wanted?: string): string {
  const lines: string[] = [];
  const names = new Set<string>();
  for (const statement of statements(file)) {
    for (const { name, value } of constants(statement)) {
      let plain = true;
      walk(
        value,
        ({ type }) => (plain &&= ['Literal', 'TemplateLiteral', 'TemplateElement', 'ArrayExpression', 'Identifier'].includes(type)),
      );
      if (!plain) continue;
      names.add(name);
      lines.push(`export const ${name} = ${textOf(file).slice(value.start, value.end)};`);
    }
  }
  if (wanted !== undefined && !names.has(wanted))
    throw new Error(`${file}: ${wanted} is wanted at once, the rest is rare: only constant strings can be copied`);
  const text = lines.join('\n');
  const imports = importsOf(file).filter(({ local }) => new RegExp(`\\b${local}\\b`).test(text) && !names.has(local));
  return [
    ...imports.map(({ source, name, local }) => `import { ${name} as ${local} } from ${JSON.stringify(fileNamed(source, file))};`),
    text,
  ].join('\n');
}

function constants(statement: Statement): { name: string; value: { start: number; end: number } }[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return [];
  return declaration.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && init !== null ? [{ name: id.name, value: init }] : [],
  );
}
