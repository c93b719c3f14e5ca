import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from '@playwright/test';
import { build } from 'vite';
import type { Job } from '../in-browser.ts';
import type { Phase, Row } from '../measure.ts';

const SIZES: readonly Job[] = [
  { workers: 100, pods: 2000 },
  { workers: 1000, pods: 10_000 },
  { workers: 5000, pods: 30_000 },
  { workers: 5000, pods: 150_000 },
];
const name = ({ workers, pods }: Job): string => `${workers.toLocaleString('en')} × ${pods.toLocaleString('en')}`;

/** The whole pipeline where learners have it: in a worker of a Chromium tab. The last is Kubernetes' own published limit. */
export const row: Row = {
  title: 'in a worker of Chromium: nodes × pods, all Ready',
  lines: SIZES.flatMap((job) => [
    { phase: `${name(job)}, open`, field: 'wall' as const, unit: 'ms' as const },
    { phase: `${name(job)}, create`, field: 'wall' as const, unit: 'ms' as const },
  ]),
  heavy: true,
  async run() {
    const script = await bundle();
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const phases: Phase[] = [];
      for (const job of SIZES) phases.push(...(await played(browser, script, job)));
      return phases;
    } finally {
      await browser.close();
    }
  },
};

async function played(browser: Browser, script: string, job: Job): Promise<Phase[]> {
  const page = await browser.newPage();
  await page.route('http://bench.invalid/**', (route) =>
    route.fulfill(
      route.request().url().endsWith('.js')
        ? { contentType: 'text/javascript', body: script }
        : { contentType: 'text/html', body: '<!doctype html><title>bench</title>' },
    ),
  );
  try {
    await page.goto('http://bench.invalid/');
    const phases = await page.evaluate(
      (wanted) =>
        new Promise<Phase[]>((resolve, reject) => {
          const worker = new Worker('/in-browser.js', { type: 'module' });
          worker.onmessage = ({ data }: MessageEvent<{ phases?: Phase[]; problem?: string }>) =>
            data.phases === undefined ? reject(new Error(data.problem)) : resolve(data.phases);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(wanted);
        }),
      job,
    );
    const memory = largestProcess();
    return phases.map((phase, i) => ({
      ...phase,
      name: `${name(job)}, ${phase.name}`,
      ...(i === phases.length - 1 ? { note: `${phase.note ?? ''}; resident ${(memory / 2 ** 20).toFixed(0)} MiB` } : {}),
    }));
  } finally {
    await page.close();
  }
}

/** Bytes resident of the browser's largest process, the tab's renderer; 0 where /proc does not tell. */
function largestProcess(): number {
  try {
    const children = (pid: number): number[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number).flatMap((child) => [child, ...children(child)]); // prettier-ignore
    return Math.max(
      ...children(process.pid).map((pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)),
    );
  } catch {
    return 0;
  }
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('../in-browser.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['es'], fileName: 'in-browser' }, minify: true },
  });
  const [chunk] = [result].flat().flatMap((each) => ('output' in each ? each.output : []));
  if (chunk?.type !== 'chunk') throw new Error('Error: nothing was bundled');
  return chunk.code;
}
