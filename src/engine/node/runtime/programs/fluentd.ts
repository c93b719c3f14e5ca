import { say, untilSignal } from '../../../os/daemon.ts';
import { FileError, type Process, type Program } from '../../../os/process.ts';
import { start, type Task } from '../../../os/task.ts';
import { decode } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';

interface Source {
  readonly path: string;
  readonly tag: string;
}

const CONFIGURATIONS = ['/fluentd/etc/fluent.conf', '/etc/fluent/fluent.conf', '/etc/fluentd-config/fluentd.conf'];

/** A log shipper: follows the files that its `tail` sources name, and hands on each line to its standard output, as `@type stdout` does. */
export const fluentd: Program = function* fluentd(process: Process): Task<number> {
  const flag = process.argv.findIndex((arg) => arg === '-c' || arg === '--config');
  const given = flag > 0 ? process.argv[flag + 1] : /-c\s+(\S+)/.exec(process.env.get('FLUENTD_ARGS') ?? '')?.[1];
  const configuration = given ?? CONFIGURATIONS.find((path) => process.files.exists(path));
  const log = (level: string, text: string): void => say(process.stdout, `${stamp(process)} [${level}]: ${text}\n`);
  process.use({ memory: 60 * 1024 * 1024, cpu: 5 });
  if (given !== undefined && !process.files.exists(given)) {
    log('error', `config error file="${given}" error_class=Fluent::ConfigError error="No such file or directory @ rb_sysopen - ${given}"`);
    return 1;
  }
  const sources = configuration === undefined ? [] : sourcesOf(decode(process.files.read(configuration)));
  if (configuration !== undefined) log('info', `parsing config file is succeeded path="${configuration}"`);
  log('info', 'starting fluentd-1.18.0 pid=1 ruby="3.2.8"');
  for (const source of sources) {
    log('info', `following tail of ${source.path}`);
    start(follow(process, source), () => {});
  }
  yield* untilSignal(process, ['TERM', 'INT']);
  log('info', 'Received graceful stop');
  return 0;
};

function sourcesOf(text: string): Source[] {
  return Array.from(text.matchAll(/<source>([\s\S]*?)<\/source>/g), ([, body = '']) => ({
    type: /^\s*@?type\s+(\S+)/m.exec(body)?.[1],
    path: /^\s*path\s+(\S+)/m.exec(body)?.[1] ?? '',
    tag: /^\s*tag\s+(\S+)/m.exec(body)?.[1] ?? '',
  })).filter(({ type, path }) => type === 'tail' && path !== '');
}

function* follow(process: Process, { path, tag }: Source): Task<void> {
  for (let read = 0; ; yield* process.sleep(SECOND)) {
    let text: string;
    try {
      text = decode(process.files.read(path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      continue;
    }
    if (text.length < read) read = 0;
    const end = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(read, end).split('\n').slice(0, -1))
      say(process.stdout, `${stamp(process).replace(' +0000', '.000000000 +0000')} ${tag}: ${JSON.stringify({ message: line })}\n`);
    read = Math.max(read, end);
  }
}

function stamp(process: Process): string {
  return `${new Date(process.now()).toISOString().slice(0, 19).replace('T', ' ')} +0000`;
}
