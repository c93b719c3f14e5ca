import { fileNamed, importsOf, isProperty, statements, textOf, walk, type Imported, type Statement } from './modules.ts';

/** A module in two: what stays where it is, and the functions that come later. */
export interface Split {
  readonly kept: string;
  /** What the kept part still imports. */
  readonly imports: readonly Imported[];
  readonly moved: string;
}

/** Names of the functions at a module's top level that can live elsewhere: they change nothing of the module and are nobody's class. */
export function movable(file: string, ran: ReadonlySet<string>): readonly string[] {
  const imports = importsOf(file);
  if (imports.some(({ name, source }) => name === '*' || source.endsWith('/os/rare.ts'))) return [];
  const variable = new Set(statements(file).flatMap((statement) => (kindOf(statement) === 'let' ? namesOf(statement) : [])));
  return statements(file).flatMap((statement) => {
    const name = functionOf(statement);
    if (name === undefined || ran.has(name) || name.startsWith('*')) return [];
    let free = true;
    walk(statement, ({ type, ...node }) => {
      if (type === 'ThisExpression' || (type === 'Identifier' && variable.has(node['name'] as string))) free = false;
    });
    return free ? [name] : [];
  });
}

/** `standIn` gives the text of a function's place-holder; the two parts import from each other by `file` and what it exports as `late$NAME`. */
export function split(file: string, names: readonly string[], standIn: (name: string) => string): Split {
  const text = textOf(file);
  const away = new Set(names);
  const isMoved = (statement: Statement): boolean => away.has(functionOf(statement) ?? '');
  const body = statements(file).filter(({ type }) => type !== 'ImportDeclaration');
  const [moving, staying] = [body.filter(isMoved), body.filter((statement) => !isMoved(statement))];
  const [there, here] = [mentioned(moving), mentioned(staying)];
  const all = importsOf(file);
  const imports = all.filter(({ local }) => here.has(local));
  const own = staying.flatMap(namesOf).filter((name) => there.has(name));
  const exported = (statement: Statement): string => (statement.type === 'ExportNamedDeclaration' ? 'export ' : '');

  let kept = importLines(imports);
  for (const statement of body)
    kept += `${isMoved(statement) ? `${exported(statement)}${standIn(functionOf(statement) as string)}` : text.slice(statement.start, statement.end)}\n`;
  kept += `export { ${own.map((name) => `${name} as late$${name}`).join(', ')} };\n`;

  let moved = importLines(all.filter(({ local }) => there.has(local)).map((each) => ({ ...each, source: absolute(each.source, file) })));
  moved += `import { ${own.map((name) => `late$${name} as ${name}`).join(', ')} } from ${JSON.stringify(file)};\n`;
  for (const statement of moving) moved += `${exported(statement) === '' ? 'export ' : ''}${text.slice(statement.start, statement.end)}\n`;
  return { kept, imports, moved };
}

const absolute = (source: string, file: string): string => (source.startsWith('.') ? fileNamed(source, file) : source);

function importLines(imports: readonly Imported[]): string {
  const sources = Map.groupBy(imports, ({ source }) => source);
  return [...sources]
    .map(
      ([source, each]) => `import { ${each.map(({ name, local }) => `${name} as ${local}`).join(', ')} } from ${JSON.stringify(source)};\n`,
    )
    .join('');
}

/** Every name that stands there for a value, and some that do not. */
function mentioned(trees: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  walk(trees, (node, parent, field) => {
    if (node.type === 'Identifier' && !isProperty(parent, field)) names.add(node['name'] as string);
  });
  return names;
}

const declared = (statement: Statement): Statement | null =>
  statement.type === 'ExportNamedDeclaration' ? (statement.declaration as Statement | null) : statement;

function kindOf(statement: Statement): string | undefined {
  const declaration = declared(statement);
  return declaration?.type === 'VariableDeclaration' ? declaration.kind : undefined;
}

/** The function that a statement declares, if that is all it does. */
function functionOf(statement: Statement): string | undefined {
  const declaration = declared(statement);
  if (declaration?.type === 'FunctionDeclaration') return declaration.id?.name;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const' || declaration.declarations.length !== 1)
    return undefined;
  const [only] = declaration.declarations;
  return only?.id.type === 'Identifier' && only.init?.type === 'ArrowFunctionExpression' ? only.id.name : undefined;
}

/** The values that a statement declares. */
function namesOf(statement: Statement): string[] {
  const declaration = declared(statement);
  if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration' || declaration?.type === 'TSEnumDeclaration')
    return declaration.id === null ? [] : [declaration.id.name];
  if (declaration?.type !== 'VariableDeclaration') return [];
  return declaration.declarations.flatMap(({ id }) => namesIn(id as unknown as Pattern));
}

interface Pattern {
  readonly type: string;
  readonly [field: string]: unknown;
}

function namesIn(pattern: Pattern): string[] {
  if (pattern.type === 'Identifier') return [pattern['name'] as string];
  const inner = pattern['properties'] ?? pattern['elements'] ?? [pattern['value'] ?? pattern['left'] ?? pattern['argument']];
  return (inner as readonly (Pattern | null)[]).flatMap((each) => (each === null ? [] : namesIn(each)));
}
