import { say, untilSignal } from '../../../os/daemon.ts';
import { GRPC, HEALTH_CHECK, healthResponse, readHealthRequest } from '../../../os/grpc-health.ts';
import type { Process, ServedRequest, ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { readFlags } from './agnhost-flags.ts';

/** `agnhost grpc-health-checking`: a server that says how it is over gRPC, and is told over HTTP what to say. */
export function* grpcHealthChecking(process: Process, args: readonly string[]): Task<number> {
  const flags = readFlags(args, ['port', 'http-port', 'delay-unhealthy-sec', 'service']);
  if ('refused' in flags) {
    yield* writeText(process.stderr, `Error: ${flags.refused}\n`);
    return 1;
  }
  const number = (name: string, otherwise: number): number => Number(flags.get(name) ?? otherwise);
  const [port, httpPort, delay] = [number('port', 5000), number('http-port', 8080), number('delay-unhealthy-sec', -1)];
  const service = flags.get('service') ?? '';
  const began = process.now();
  let serving = true;
  const check = ({ path, headers, body }: ServedRequest): ServedResponse => {
    const answer = (status: string, message: string, bytes: Uint8Array): ServedResponse => ({
      status: 200,
      headers: { 'content-type': GRPC, 'grpc-status': status, 'grpc-message': message },
      body: bytes,
    });
    if (headers['content-type'] !== GRPC || path !== HEALTH_CHECK)
      return answer('12', `unknown service ${path.split('/')[1] ?? ''}`, new Uint8Array());
    if (readHealthRequest(body) !== service) return answer('5', 'unknown service', new Uint8Array());
    const late = delay >= 0 && process.now() - began >= delay * 1000;
    return answer('0', '', healthResponse(serving && !late ? 'SERVING' : 'NOT_SERVING'));
  };
  process.net.serveHttp(port, check);
  process.net.serveHttp(httpPort, ({ path }) => {
    if (path !== '/make-serving' && path !== '/make-not-serving') return { status: 404, body: '404 page not found\n' };
    serving = path === '/make-serving';
    say(process.stderr, `Mark as ${serving ? 'serving' : 'NOT serving'}\n`);
    return { status: 200 };
  });
  say(process.stderr, `Http server starting to listen on :${httpPort}\ngRpc server starting to listen on :${port}\n`);
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}
