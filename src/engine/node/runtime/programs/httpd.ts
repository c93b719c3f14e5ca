import type { Process, Program, ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { decode } from '../../../os/text.ts';
import { say, untilSignal } from '../../../os/daemon.ts';
import { commonLogTime } from './nginx.ts';
import { contentType, serveFile } from './static-files.ts';

/** Apache httpd: `httpd-foreground` serves /usr/local/apache2/htdocs. */
export const httpd: Program = function* httpd(process: Process): Task<number> {
  process.use({ memory: 12 * 1024 * 1024, cpu: 1 });
  const notice = (code: string, text: string): void => {
    const at = new Date(process.now()).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+).*$/, '$1 $3 $2 $5.000000 $4');
    say(process.stderr, `[${at}] [mpm_event:notice] [pid ${process.pid}:tid ${process.pid}] ${code}: ${text}\n`);
  };
  const address = process.net.addresses[0] ?? '127.0.0.1';
  say(
    process.stderr,
    `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message\n`,
  );
  notice('AH00489', 'Apache/2.4.65 (Unix) configured -- resuming normal operations');
  process.net.serveHttp(listenPort(process), (request): ServedResponse => {
    const found = serveFile(process.files, '/usr/local/apache2/htdocs', request.path.split('?')[0] as string, ['index.html']);
    const status = found.kind === 'file' ? 200 : found.kind === 'directory' ? 301 : found.kind === 'forbidden' ? 403 : 404;
    const body = found.kind === 'file' ? found.bytes : errorPage(status);
    say(
      process.stdout,
      `${request.remote} - - [${commonLogTime(process)}] "${request.method} ${request.path} HTTP/1.1" ${status} ${body.length}\n`,
    );
    const headers: Record<string, string> = {
      date: new Date(process.now()).toUTCString(),
      server: 'Apache/2.4.65 (Unix)',
      'content-type': found.kind === 'file' ? contentType(found.path) : 'text/html; charset=iso-8859-1',
    };
    if (found.kind === 'directory') headers['location'] = `http://${request.headers['host'] ?? ''}${request.path}/`;
    return { status, body, headers };
  });
  // Apache: WINCH ends gracefully (the image's STOPSIGNAL), TERM at once.
  const signal = yield* untilSignal(process, ['WINCH', 'TERM', 'INT']);
  notice(signal === 'WINCH' ? 'AH00492' : 'AH00491', `caught SIG${signal}, shutting down${signal === 'WINCH' ? ' gracefully' : ''}`);
  return 0;
};

function listenPort(process: Process): number {
  const path = '/usr/local/apache2/conf/httpd.conf';
  const match = process.files.exists(path) ? /^\s*Listen\s+(?:\S+:)?(\d+)/m.exec(decode(process.files.read(path))) : null;
  return match === null ? 80 : Number(match[1]);
}

function errorPage(status: number): string {
  const text = { 301: 'Moved Permanently', 403: 'Forbidden', 404: 'Not Found' }[status] ?? 'Error';
  const detail =
    status === 404
      ? 'The requested URL was not found on this server.'
      : status === 403
        ? "You don't have permission to access this resource."
        : '';
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${text}</title>\n</head><body>\n<h1>${text}</h1>\n<p>${detail}</p>\n</body></html>\n`;
}
