// Sets up what is missing on a fresh machine. Plain JavaScript for Node 20: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command with the project's own programs (and Node) first on the PATH. Returns its exit code. */
export function run(command, args, options = {}) {
  const path = `${join(root, 'node_modules/.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', PATH: path, ...options.env };
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root, shell: process.platform === 'win32', ...options, env });
  if (error) throw error;
  return status ?? 1;
}

/** Installs the packages when they are missing or older than the lock. */
export function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) throw new Error(`Kubernotes needs Node 20 or newer; this is ${process.version}.`);
  const marker = join(root, 'node_modules/.kubernotes-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  console.log('Installing packages …');
  if (run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) throw new Error('npm ci failed; its message is above.');
  writeFileSync(marker, lock);
}

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Finds a browser for the browser tests: an installed Chromium or Chrome, else Playwright's own, else Debian's package
 * when we may install it. Returns the path to run, or '' for Playwright's own.
 */
export function ensureBrowser() {
  const installed = [process.env.CHROMIUM, ...SYSTEM_BROWSERS].find((path) => path && existsSync(path));
  if (installed) return installed;
  console.log("No Chromium found; trying Playwright's own …");
  if (run('playwright', ['install', 'chromium']) === 0) return '';
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log("Installing Debian's chromium …");
    const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
    if (run('apt-get', ['update', '-qq'], quiet) === 0 && run('apt-get', ['install', '-y', '-qq', 'chromium'], quiet) === 0)
      return '/usr/bin/chromium';
  }
  throw new Error('No browser for the browser tests: install Chromium or Chrome, or set CHROMIUM to its path.');
}
