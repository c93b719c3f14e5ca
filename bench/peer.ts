import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PEER = '@ngrok/webernetes';

const ROOM = fileURLToPath(new URL('peer/', import.meta.url));

/** Installs the peer from its own lock, for the benchmark alone. Says why where it cannot. */
export function installPeer(): string | undefined {
  if (existsSync(`${ROOM}node_modules/${PEER}/package.json`)) return undefined;
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--prefix', ROOM, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return `npm could not be run: ${error.message}`;
  return status === 0 ? undefined : `npm ci failed: ${stderr.trim().split('\n')[0] ?? ''}`;
}

export function peerCommand(nodes: number, pods: number): string[] {
  return ['--import', `file://${ROOM}resolve.mjs`, `${ROOM}scenario.mjs`, String(nodes), String(pods)];
}
