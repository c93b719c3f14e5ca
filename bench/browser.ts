import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { chromium, type Page } from '@playwright/test';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PORT = 4377;

/** The built site's playground in a headless Chromium, with a cluster of so many workers. */
export async function withPlayground<T>(workers: number, use: (page: Page) => Promise<T>): Promise<T> {
  if (!existsSync(`${ROOT}dist/index.html`)) throw new Error('Error: dist/ is not built: run `npm run build` first');
  const server = spawn(process.execPath, ['node_modules/sirv-cli/bin.js', 'dist', '--quiet', '--port', String(PORT)], { cwd: ROOT });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    await answers();
    await page.goto(`http://localhost:${PORT}/playground/${link(workers)}`);
    await page.waitForFunction(() => document.querySelector('.terminal')?.closest('astro-island')?.hasAttribute('ssr') === false);
    return await use(page);
  } finally {
    await browser.close();
    server.kill();
  }
}

async function answers(): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if (await fetch(`http://localhost:${PORT}/`).then(() => true, () => false)) return; // prettier-ignore
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Error: nothing answers on port ${PORT}`);
}

/** A share link: the cluster with nothing done to it. */
function link(workers: number): string {
  const nodes = Array.from({ length: workers }, (_, i) => ({ name: `worker-${i + 1}` }));
  const scenario = { text: JSON.stringify({ name: 'bench', nodes }), file: 'bench.yaml' };
  const recording = { version: 1, seed: 1, scenario: 'bench', inputs: [], end: { step: 0, at: 0 } };
  return `#run=${deflateRawSync(JSON.stringify({ recording, scenario }), { level: 9 }).toString('base64url')}`;
}
