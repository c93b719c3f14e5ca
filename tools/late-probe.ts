// Opens a cluster as the page does and prints what of each module was needed to come up.
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../src/', import.meta.url).href;
const inspector = new Session();
inspector.connect();
await inspector.post('Profiler.enable');
await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const { openCluster } = await import('../src/workers/open.ts');
const loading = await inspector.post('Profiler.takePreciseCoverage');
openCluster();
const opening = await inspector.post('Profiler.takePreciseCoverage');

// By file: the functions that ran while it was loaded, and those that ran afterwards.
const ran = new Map<string, { loading: string[]; opening: string[] }>();
for (const { url, functions } of loading.result) ran.set(url, { loading: namesOfRun(functions), opening: [] });
for (const { url, functions } of opening.result) if (ran.has(url)) ran.get(url)?.opening.push(...namesOfRun(functions));
const own = [...ran].filter(([url]) => url.startsWith(SOURCE) && url.endsWith('.ts')).map(([url, names]) => [fileURLToPath(url), names]);
process.stdout.write(JSON.stringify(Object.fromEntries(own)));

/** The first function of a module is the module itself. */
function namesOfRun(functions: Profiler.FunctionCoverage[]): string[] {
  return functions
    .filter(({ functionName, ranges }) => (functionName !== '' || ranges[0]?.startOffset !== 0) && (ranges[0]?.count ?? 0) > 0)
    .map(({ functionName }) => functionName);
}
