import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Texts of a type's fields; its own under `''`. */
export type Texts = Record<string, string>;

/**
 * The documentation of the API's types as the server's OpenAPI has it: paragraphs, lists of allowed values, and the words of
 * fields that hold another type, all of which the models of @kubernetes/client-node have lost. It is read from the declarations
 * of kubernetes-models; without that package there is nothing to read, and the answer is undefined for every type. Types go by their names in OpenAPI.
 */
export function fieldTexts(modules: string): (definition: string) => Texts | undefined {
  const declarations = new Map<string, string>();
  for (const room of ['kubernetes-models', '@kubernetes-models/apimachinery']) index(join(modules, room), declarations);
  return (definition) => {
    const text = declarations.get(exportName(definition));
    return text === undefined ? undefined : textsOf(text);
  };
}

/** `IIoK8sApiAppsV1Deployment` for `io.k8s.api.apps.v1.Deployment`. */
function exportName(definition: string): string {
  return `I${definition
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;
}

function index(folder: string, into: Map<string, string>): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.name.endsWith('.d.ts') || entry.parentPath.includes('_schemas')) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    const name = /export type \{ \w+ as (IIo\w+)[, ]/.exec(text)?.[1];
    if (name !== undefined) into.set(name, text);
  }
}

function textsOf(text: string): Texts {
  const source = ts.createSourceFile('declaration.d.ts', text, ts.ScriptTarget.ES2022, true);
  const texts: Texts = {};
  for (const statement of source.statements) {
    // A type of texts or numbers is an alias; its words stand before it all the same.
    if (!ts.isInterfaceDeclaration(statement) && !(ts.isTypeAliasDeclaration(statement) && texts[''] === undefined)) continue;
    texts[''] = comment(source, statement);
    if (!ts.isInterfaceDeclaration(statement)) continue;
    for (const member of statement.members)
      if (ts.isPropertySignature(member)) texts[(member.name as ts.StringLiteral | ts.Identifier).text] = comment(source, member);
  }
  return texts;
}

function comment(source: ts.SourceFile, node: ts.Node): string {
  const range = ts.getLeadingCommentRanges(source.text, node.getFullStart())?.at(-1);
  if (range === undefined) return '';
  return source.text
    .slice(range.pos + 3, range.end - 2)
    .replace(/^[ \t]*\* ?/gm, '')
    .replaceAll('*\\/', '*/')
    .replaceAll('\\*', '*')
    .replace(/\n@deprecated\s*$/, '')
    .replace(/^\n|\s+$/g, '');
}
