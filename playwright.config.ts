import { defineConfig } from '@playwright/test';

// CHROMIUM='' uses Playwright's own browser; tools/setup.mjs finds one otherwise.
const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const port = Number(process.env['E2E_PORT'] ?? 4329);

export default defineConfig({
  testDir: 'e2e',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [['list'], ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? '.cache/test-results/browser.json' }]],
  outputDir: '.cache/e2e',
  use: {
    baseURL: `http://localhost:${port}`,
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium === '' ? {} : { executablePath: chromium }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // Not `astro preview`: it allows one server a project, and a reader's own may be running.
  webServer: {
    command: `node node_modules/sirv-cli/bin.js dist --quiet --port ${port}`,
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
  },
});
