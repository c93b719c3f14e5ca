import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'vite';
import { importsOf, statements, walk } from './modules.ts';
import { movable, split, type Split } from './late-functions.ts';
import { loadedAtOnce } from './rare-parts.ts';

/** Has the table of what is late before its own text: the first chunk's own module, since any other that later chunks import too would be a chunk by itself. */
const TABLE = fileURLToPath(new URL('../src/workers/engine.worker.ts', import.meta.url));
const STAND_IN = '\0late:stand-in:';
const INSTALL = '\0late:install';
const PART = '\0late:part:';
/** What the page loads after the cluster: with it come all late modules. */
const REST = /\/src\/workers\/session\.ts$/;
/** Shell and kubectl are asked for through one of these alone. */
const LATE = /\/src\/(engine\/|workers\/pod-programs\.ts$)/;
const SWITCH = /\/src\/workers\/missed\.ts$/;

/**
 * Cuts the worker's first chunk down to what brings a cluster up. A cluster is opened once while the site is built, and every module
 * none of whose functions ran is late: who imports from it gets stand-ins, and the module itself comes with `session.ts`. So do single functions
 * that did not run, out of modules that did; what only they import comes along.
 * Functions can be stood in for, and classes of which somebody makes instances and asks for them; who imports a constant, or
 * does something else with a class, takes the module along.
 */
export default function lateModules(): Plugin {
  /** Late modules, by file, and the place of each of their functions and classes in the table. */
  let late = new Map<string, Map<string, number>>();
  /** Those of them that export nothing else: nobody in the first chunk takes them along, so they may call others directly. */
  let alone = new Set<string>();
  /** Modules of which only some functions are late. */
  let parts = new Map<string, Part>();
  let atOnce: ReadonlySet<string> = new Set();
  return {
    name: 'late-modules',
    apply: 'build',
    enforce: 'pre',
    async buildStart() {
      atOnce = loadedAtOnce();
      ({ late, parts } = await findLate(atOnce));
      alone = new Set([...late.keys()].filter((file) => exportsOf(file).others.length === 0));
    },
    async resolveId(source, importer, { kind }) {
      if (source.startsWith('\0late:')) return source;
      if (kind === 'dynamic-import' || importer === undefined || importer === INSTALL || alone.has(importer) || !source.startsWith('.'))
        return null;
      // Who is rare comes when all that is late is there.
      if (!atOnce.has(importer)) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      const places = found === null ? undefined : late.get(found.id);
      if (found === null || places === undefined) return null;
      const replaceable = (parts.get(importer)?.imports ?? importsOf(importer))
        .filter((each) => each.source === source)
        .every(({ name, local }) => places.has(name) && (!exportsOf(found.id).classes.includes(name) || onlyMadeAndAsked(importer, local)));
      return replaceable ? `${STAND_IN}${found.id}` : null;
    },
    load(id) {
      if (id === INSTALL) return install(placesIn(late, parts));
      if (id.startsWith(PART)) return { code: parts.get(id.slice(PART.length))?.moved ?? '', moduleType: 'ts' };
      if (!id.startsWith(STAND_IN)) return null;
      const file = id.slice(STAND_IN.length);
      return standIn(late.get(file) ?? new Map(), exportsOf(file).classes);
    },
    transform(code, id) {
      if (id === TABLE) {
        const size = [...placesIn(late, parts).values()].reduce((sum, places) => sum + places.size, 0);
        return { code: `${table(size)}\n${code}`, map: null };
      }
      const part = parts.get(id);
      if (part !== undefined) return { code: `import { late as late$ } from '${TABLE}';\n${part.kept}`, map: null };
      if (SWITCH.test(id)) return { code: `export { missed } from '${TABLE}';`, map: null };
      if (!REST.test(id)) return null;
      // Before whatever else the rest consists of: that may ask for them while it is loaded.
      return { code: `import '${INSTALL}';\n${code}`, map: null };
    },
  };
}

/** Before the rest is there its functions note that they were asked for, and refuse. */
function table(size: number): string {
  return `let asked = false;
const refuse = function () { asked = true; throw new Error('a part of the engine that is not loaded yet was asked for'); };
export const late = Array(${size}).fill(refuse);
export function classAt(place) {
  const made = function (...all) { return new late[place](...all); };
  return Object.defineProperty(made, Symbol.hasInstance, { value: (one) => late[place] !== refuse && one instanceof late[place] });
}
export const missed = () => [asked, (asked = false)][0];`;
}

function standIn(places: ReadonlyMap<string, number>, classes: readonly string[]): string {
  const lines = [...places].map(([name, place]) =>
    classes.includes(name)
      ? `export const ${name} = /* @__PURE__ */ classAt(${place});`
      : `export function ${name}(...all) { return late[${place}](...all); }`,
  );
  return [`import { classAt, late } from '${TABLE}';`, ...lines].join('\n');
}

/** The places in the table by the module that fills them. */
function placesIn(late: ReadonlyMap<string, Places>, parts: ReadonlyMap<string, Part>): ReadonlyMap<string, Places> {
  return new Map([...late, ...[...parts].map(([file, { places }]): [string, Places] => [`${PART}${file}`, places])]);
}

function install(all: ReadonlyMap<string, Places>): string {
  const names: string[] = [];
  const imports = [...all].map(([file, functions]) => {
    const parts = [...functions].map(([name, place]) => `${name} as ${(names[place] = `late$${place}`)}`);
    return `import { ${parts.join(', ')} } from ${JSON.stringify(file)};`;
  });
  return [...imports, `import { late as late$ } from '${TABLE}';`, `[${names.join(',')}].forEach((each, i) => { late$[i] = each; });`].join(
    '\n',
  );
}

type Places = ReadonlyMap<string, number>;

/** A module whose late functions have places in the table. */
interface Part extends Split {
  readonly places: Places;
}

async function findLate(loaded: ReadonlySet<string>): Promise<{ late: Map<string, Map<string, number>>; parts: Map<string, Part> }> {
  const probe = fileURLToPath(new URL('late-probe.ts', import.meta.url));
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, probe], { maxBuffer: 2 ** 26 });
  const late = new Map<string, Map<string, number>>();
  let place = 0;
  const parts = new Map<string, Part>();
  const ran = Object.entries(JSON.parse(stdout) as Record<string, { loading: string[]; opening: string[] }>);
  for (const [file, { loading, opening }] of ran.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!LATE.test(file) || !loaded.has(file)) continue;
    const { functions, classes } = exportsOf(file);
    const names = [...functions, ...classes];
    // One that others may have called while they were loaded: they would call the stand-in.
    if (opening.length === 0 && !names.some((name) => loading.includes(name)))
      late.set(file, new Map(names.map((name) => [name, place++])));
    else {
      const some = movable(file, new Set([...loading, ...opening]));
      const places = new Map(some.map((name) => [name, place++]));
      const standIn = (name: string): string => `function ${name}(...all) { return late$[${places.get(name)}](...all); }`;
      if (some.length > 0) parts.set(file, { ...split(file, some, standIn), places });
    }
  }
  return { late, parts };
}

interface Exports {
  readonly functions: readonly string[];
  readonly classes: readonly string[];
  /** Constants, and what cannot be told. */
  readonly others: readonly string[];
}

function exportsOf(file: string): Exports {
  const functions: string[] = [];
  const classes: string[] = [];
  const others: string[] = [];
  for (const statement of statements(file)) {
    if (statement.type === 'ExportAllDeclaration' || statement.type === 'ExportDefaultDeclaration') others.push('*');
    if (statement.type !== 'ExportNamedDeclaration' || statement.exportKind === 'type') continue;
    const { declaration } = statement;
    if (declaration === null) others.push('*');
    else if (declaration.type === 'FunctionDeclaration') functions.push(declaration.id?.name ?? '*');
    else if (declaration.type === 'ClassDeclaration') classes.push(declaration.id?.name ?? '*');
    else if (declaration.type === 'VariableDeclaration')
      for (const { id, init } of declaration.declarations) {
        const callable = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
        (callable ? functions : others).push(id.type === 'Identifier' ? id.name : '*');
      }
  }
  return { functions, classes, others };
}

/** Whether a module does nothing with a class but `new` and `instanceof`. */
function onlyMadeAndAsked(file: string, name: string): boolean {
  let only = true;
  walk(statements(file), (node, parent, field) => {
    if (node.type !== 'Identifier' || node['name'] !== name) return;
    if (parent?.type === 'NewExpression') only &&= field === 'callee';
    else if (parent?.type === 'BinaryExpression') only &&= parent['operator'] === 'instanceof' && field === 'right';
    else only &&= parent?.type === 'ImportSpecifier' || parent?.type.startsWith('TS') === true;
  });
  return only;
}
