import { say, untilSignal } from '../../../os/daemon.ts';
import type { Process, Program } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';

/** `node_exporter`: of a node's metrics those that can be seen from inside a container of this world. */
export const nodeExporter: Program = function* nodeExporter(process: Process): Task<number> {
  const flag = process.argv
    .find((arg) => arg.startsWith('--web.listen-address='))
    ?.split(':')
    .at(-1);
  const port = Number(flag ?? 9100);
  const started = process.now();
  process.use({ memory: 14 * 1024 * 1024, cpu: 2 });
  process.net.serveHttp(port, ({ path }) => {
    if (path === '/metrics')
      return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: metrics(process, started) };
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: '<html><head><title>Node Exporter</title></head><body><h1>Node Exporter</h1><p><a href="/metrics">Metrics</a></p></body></html>',
    };
  });
  const at = new Date(started).toISOString();
  say(
    process.stderr,
    `time=${at} level=INFO source=node_exporter.go:216 msg="Starting node_exporter" version="(version=1.9.1, branch=HEAD, revision=unknown)"\n`,
  );
  say(process.stderr, `time=${at} level=INFO source=tls_config.go:347 msg="Listening on" address=[::]:${port}\n`);
  yield* untilSignal(process, ['INT']);
  return 130;
};

function metrics(process: Process, started: number): string {
  const gauge = (name: string, help: string, value: string | number, labels = ''): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name}${labels} ${value}\n`;
  const processes = process.system?.processes().length ?? 0;
  return [
    gauge('node_exporter_build_info', "A metric with a constant '1' value labeled by version.", 1, '{version="1.9.1"}'),
    gauge(
      'node_uname_info',
      'Labeled system information as provided by the uname system call.',
      1,
      `{machine="x86_64",nodename="${process.hostname}",sysname="Linux"}`,
    ),
    gauge('node_time_seconds', 'System time in seconds since epoch (1970).', process.now() / 1000),
    gauge('node_procs_running', 'Number of processes in runnable state.', processes),
    gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', started / 1000),
  ].join('');
}
