import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync, type ESTree } from 'vite';

/** What the build plugins know of a source file. */
export type Statement = ESTree.Program['body'][number];
export type Syntax = { readonly type: string; readonly start: number; readonly end: number; readonly [field: string]: unknown };

const texts = new Map<string, string>();
const parsed = new Map<string, readonly Statement[]>();

export function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) texts.set(file, (text = readFileSync(file, 'utf8')));
  return text;
}

export function statements(file: string): readonly Statement[] {
  let found = parsed.get(file);
  if (found === undefined) parsed.set(file, (found = parseSync(file, textOf(file)).program.body));
  return found;
}

/** The file that a relative import names: sources name files whole. */
export const fileNamed = (source: string, importer: string): string => join(dirname(importer), source);

/** Calls `enter` with every node under a tree and the node and field that it hangs on. */
export function walk(tree: unknown, enter: (node: Syntax, parent: Syntax | undefined, field: string) => void): void {
  const visit = (node: unknown, parent: Syntax | undefined, field: string): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, parent, field);
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    enter(node as Syntax, parent, field);
    for (const [name, value] of Object.entries(node)) visit(value, node as Syntax, name);
  };
  visit(tree, undefined, '');
}

export interface Imported {
  readonly source: string;
  /** In the module it comes from, `*` for what cannot be told apart. */
  readonly name: string;
  /** Here. */
  readonly local: string;
}

/** The values that a module takes from others at once. */
export function importsOf(file: string): Imported[] {
  const values: Imported[] = [];
  for (const statement of statements(file)) {
    if ((statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportAllDeclaration') && statement.source != null) {
      if (statement.exportKind !== 'type') values.push({ source: statement.source.value, name: '*', local: '*' });
    }
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') continue;
    const source = statement.source.value;
    if (statement.specifiers.length === 0) values.push({ source, name: '*', local: '*' });
    for (const each of statement.specifiers) {
      if (each.type !== 'ImportSpecifier' || each.imported.type !== 'Identifier')
        values.push({ source, name: '*', local: each.local.name });
      else if (each.importKind !== 'type') values.push({ source, name: each.imported.name, local: each.local.name });
    }
  }
  return values;
}

/** Whether an identifier is the name of a property, not of a value. */
export const isProperty = (parent: { type: string; computed?: unknown } | undefined, field: string): boolean =>
  (field === 'key' || field === 'property') && parent?.computed !== true;
