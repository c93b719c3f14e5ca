import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseScenario, ScenarioError, type Scenario } from '../src/engine/scenario.ts';
import { podPrograms } from '../src/workers/pod-programs.ts';
import { parseOptions, USAGE, UsageError, type ServerOptions } from './options.ts';
import { startCluster, type RunningCluster } from './start.ts';

// `npm run cluster`: a simulated cluster on loopback until Ctrl-C.

async function main(): Promise<number> {
  let options: ServerOptions;
  let scenario: Scenario | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
    scenario = options.scenario === undefined ? undefined : parseScenario(options.scenario.text, options.scenario.file);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
    process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : `${error.message}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { scenario: _source, seed, start, ...rest } = options;
  let running: RunningCluster;
  try {
    running = await startCluster({
      ...rest,
      programs: podPrograms,
      ...(scenario === undefined ? {} : { scenario }),
      ...(seed === undefined ? {} : { seed }),
      ...(start === undefined ? {} : { start }),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    process.stderr.write(
      code === 'EADDRINUSE'
        ? `port ${options.port} is taken; choose another with --port, or 0 for any\n`
        : `no right to listen on port ${options.port}\n`,
    );
    return 1;
  }
  const file = options.kubeconfig ?? join(mkdtempSync(join(tmpdir(), 'kubernotes-')), 'kubeconfig');
  writeFileSync(file, running.kubeconfig, { mode: 0o600 });
  process.stdout.write(`Kubernetes v1.36 (simulated) at ${running.url}
kubeconfig: ${file}

  export KUBECONFIG=${file}
  kubectl get nodes

Ctrl-C ends it${options.lab ? `; controls at ${running.url}/_lab/status` : ''}.
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await running.close();
  if (options.kubeconfig === undefined) rmSync(dirname(file), { recursive: true, force: true });
  return 0;
}

process.exitCode = await main();
