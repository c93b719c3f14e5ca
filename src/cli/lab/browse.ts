import { NetworkError, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readAll, writeText } from '../../engine/os/text.ts';

const PATIENCE = 10_000;

/** `lab browse URL`: one request from the outside Internet; `tcp://HOST:PORT` only connects. */
export function* browse(process: Process, given: string | undefined): Task<number> {
  const url = given === undefined || given.includes('://') ? given : `http://${given}`;
  if (url === undefined || given?.startsWith('-') === true) {
    yield* writeText(process.stderr, 'lab: browse what? Write lab browse http://ADDRESS:PORT/ or tcp://ADDRESS:PORT\n');
    return 1;
  }
  try {
    const [, host, port] = /^tcp:\/\/([^:/]+):(\d+)$/.exec(url) ?? [];
    if (host !== undefined) {
      (yield* process.net.connect(host, Number(port), { timeout: PATIENCE })).close();
      yield* writeText(process.stdout, `${url}: connected\n`);
      return 0;
    }
    let certificate = '';
    const response = yield* process.net.http({
      method: 'GET',
      url,
      headers: { 'user-agent': 'lab-browse', accept: '*/*' },
      timeout: PATIENCE,
      tls: { insecure: true },
      onProgress(progress) {
        if (progress.kind !== 'server-certificate') return;
        const { subject, problem } = progress.certificate;
        certificate = `certificate: ${subject}${problem === undefined ? '' : ` (${problem})`}\n`;
      },
    });
    const body = yield* readAll(response.body);
    yield* writeText(process.stdout, `HTTP ${response.status}\n${certificate}${body}${body === '' || body.endsWith('\n') ? '' : '\n'}`);
    return response.status < 400 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* writeText(process.stderr, `lab: ${url}: ${error.message}\n`);
    return 1;
  }
}
