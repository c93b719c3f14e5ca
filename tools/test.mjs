// `npm test`: everything that must hold before a change lands, in the order in which failures are cheapest.
// `npm test -- lint unit` runs only the named steps.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
const results = join(root, '.cache/test-results');
const steps = {
  generate: () => run('npm', ['run', '--silent', 'generate']),
  types: () => run('npm', ['run', '--silent', 'check']),
  lint: () => run('oxlint', ['--deny-warnings']),
  tasks: () => run('node', ['tools/floating-tasks.ts']),
  format: () => run('prettier', ['--check', '--log-level=warn', '.']),
  rooms: () => run('depcruise', ['src', 'server', 'bench', '--config', '.dependency-cruiser.mjs', '--output-type', 'err']),
  dead: () => run('knip', []),
  lock: installsInCleanFolder,
  unit: () => run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile=${results}/unit.json`]),
  build: () => run('npm', ['run', '--silent', 'build']),
  size: () => run('size-limit', []),
  browser: () =>
    run('playwright', ['test'], { env: { CHROMIUM: ensureBrowser(), PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/browser.json` } }),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`unknown step ${unknown.join(', ')}; steps: ${Object.keys(steps).join(' ')}`);
  process.exit(2);
}
rmSync(results, { recursive: true, force: true });
const failed = [];
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n— ${name}`);
  if (step() !== 0) failed.push(name);
}
if (failed.length > 0) console.log(`\nFailed steps: ${failed.join(', ')}`);
const unit = count('unit.json', (report) => [report.numPassedTests, report.numFailedTests]);
const browser = count('browser.json', (report) => [report.stats.expected, report.stats.unexpected]);
// A failed step without tests of its own (types, lint …) counts as one failure.
const stepFailures = failed.filter((name) => name !== 'unit' && name !== 'browser').length;
const failures = unit[1] + browser[1] + stepFailures;
console.log(`\n${unit[0] + browser[0]} passed, ${failures === 0 && failed.length > 0 ? failed.length : failures} failed`);
process.exit(failed.length > 0 ? 1 : 0);

/** The lock must install where nothing is: copies it to an empty folder and installs there. */
function installsInCleanFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'kubernotes-lock-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(folder, file));
    return run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(file, read) {
  const path = join(results, file);
  return existsSync(path) ? read(JSON.parse(readFileSync(path, 'utf8'))) : [0, 0];
}
