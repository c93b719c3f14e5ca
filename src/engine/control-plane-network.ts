import { OutboundError, type Outbound } from './apiserver/outbound.ts';
import { httpCall } from './network/http-call.ts';
import type { NetworkNamespace } from './network/namespace.ts';
import { NetworkError } from './os/process.ts';
import { decode } from './os/text.ts';

/** The API server's way out: over the network of the machine it runs on, through that machine's Service rules. */
export function outboundOver(machine: () => NetworkNamespace | undefined): Outbound {
  return function* (request) {
    const host = machine();
    if (host === undefined) throw new OutboundError('dial tcp: connect: network is unreachable');
    const { dial, caBundle, insecure, serverName, ...rest } = request;
    const [, ip, port] = /^(.*):(\d+)$/.exec(dial ?? '') ?? [];
    try {
      const answer = yield* httpCall(host, {
        ...rest,
        ...(ip === undefined ? {} : { address: { ip, port: Number(port) } }),
        tls: { serverName, ...(caBundle === undefined ? {} : { caBundle }), ...(insecure === true ? { insecureSkipVerify: true } : {}) },
      });
      return { status: answer.status, headers: answer.headers, body: decode(answer.body) };
    } catch (error) {
      if (error instanceof NetworkError) throw new OutboundError(error.message);
      throw error;
    }
  };
}
