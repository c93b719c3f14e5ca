#!/usr/bin/env node
// This project's kubectl against any API server: KUBECONFIG, working directory and standard streams are the caller's.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const main = fileURLToPath(new URL('../src/cli/node/main.ts', import.meta.url));
const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`error: kubectl.mjs needs Node 22.19 or newer, this is ${process.versions.node}`);
  process.exit(1);
}
if (process.execArgv.includes(flags[0])) await import(main);
else process.exit(spawnSync(process.execPath, [...flags, main, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
