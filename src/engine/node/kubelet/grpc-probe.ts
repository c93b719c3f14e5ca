import type { GRPCAction } from '../../api/generated/types.ts';
import { GRPC, HEALTH_CHECK, healthRequest, readHealthResponse } from '../../os/grpc-health.ts';
import { NetworkError, type Network } from '../../os/process.ts';
import { suspend, type Task } from '../../os/task.ts';
import { readBytes } from '../../os/text.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

export interface GrpcOutcome {
  readonly ok: boolean;
  readonly message: string;
}

/** Asks a server how it is, as the kubelet's gRPC prober does (pkg/probe/grpc). */
export function* grpcProbe(sim: Simulation, net: Network, action: GRPCAction, podIP: string, timeout: Millis): Task<GrpcOutcome> {
  const address = `${podIP}:${action.port}`;
  const began = sim.now;
  const seconds = `${timeout / SECOND}s`;
  try {
    const headers = { 'content-type': GRPC, 'user-agent': 'kube-probe/1.36 grpc-go/1.78.0', te: 'trailers' };
    const body = healthRequest(action.service ?? '');
    const answer = yield* net.http({ method: 'POST', url: `http://${address}${HEALTH_CHECK}`, headers, body, timeout });
    const bytes = yield* readBytes(answer.body);
    const code = Number(answer.headers['grpc-status'] ?? '');
    const text = answer.headers['grpc-message'] ?? '';
    if (answer.headers['content-type'] !== GRPC)
      return failed(
        `error: health rpc probe failed: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header"`,
      );
    if (code === 12) return failed(`error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${text}`);
    if (code !== 0)
      return failed(`error: health rpc probe failed: rpc error: code = ${code === 5 ? 'NotFound' : 'Unknown'} desc = ${text}`);
    const status = readHealthResponse(bytes) ?? 'UNKNOWN';
    return status === 'SERVING' ? { ok: true, message: 'service healthy' } : failed(`service unhealthy (responded with "${status}")`);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ETIMEDOUT') return failed(`timeout: health rpc did not complete within ${seconds}`);
    // It goes on dialling for as long as it may.
    const left = began + timeout - sim.now;
    if (left > 0)
      yield* suspend<void>((resume) => {
        const timer = sim.after(left, () => resume(), { background: true });
        return () => timer.cancel();
      });
    return failed(`timeout: failed to connect service "${address}" within ${seconds}: context deadline exceeded`);
  }
}

function failed(message: string): GrpcOutcome {
  return { ok: false, message };
}
