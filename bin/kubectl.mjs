#!/usr/bin/env node
// This project's kubectl against any API server: KUBECONFIG, working directory and standard streams are the caller's.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/cli/node/main.ts', import.meta.url));
const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
const [major, minor] = process.versions.node.split('.').map(Number);
const old = major < 22 || (major === 22 && minor < 19);

if (process.execArgv.includes(flags[0])) {
  // Most of a short run is the reading of sources: what was made of them is kept in the machine's directory for such things.
  module.enableCompileCache?.();
  await import(main);
} else if (old && !existsSync(bundled)) {
  console.error(`error: kubectl.mjs needs Node 22.19 or newer, this is ${process.versions.node}`);
  process.exit(1);
} else {
  const child = spawn(old ? bundled : process.execPath, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // What a terminal sends goes to both; what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1)));
}
