import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Replays a recording in Node and returns the hash of its log. In a process of its own: the engine's sources need Node's own TypeScript loader. */
export async function hashOfDemoRun(recording: unknown): Promise<string> {
  const script = fileURLToPath(new URL('./replay.ts', import.meta.url));
  return execFileSync(process.execPath, ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', script], {
    input: JSON.stringify(recording),
    encoding: 'utf8',
  }).trim();
}
