// Opens a cluster as the page does and prints the modules that are not needed to come up.
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

// By file: what ran while it was loaded. Only files none of whose functions ran since.
const idle = new Map(loading.result.map(({ url, functions }) => [url, namesOfRun(functions)]));
for (const { url, functions } of opening.result) if (namesOfRun(functions).length > 0) idle.delete(url);
const own = [...idle].filter(([url]) => url.startsWith(SOURCE) && url.endsWith('.ts')).map(([url, names]) => [fileURLToPath(url), names]);
process.stdout.write(JSON.stringify(Object.fromEntries(own)));

/** The first function of a module is the module itself. */
function namesOfRun(functions: Profiler.FunctionCoverage[]): string[] {
  return functions
    .filter(({ functionName, ranges }) => (functionName !== '' || ranges[0]?.startOffset !== 0) && (ranges[0]?.count ?? 0) > 0)
    .map(({ functionName }) => functionName);
}
