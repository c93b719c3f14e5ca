import { concat, decode, encode } from './text.ts';

/** The health protocol of gRPC (grpc.health.v1), as its messages look inside HTTP. */

export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
export const GRPC = 'application/grpc';

const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type HealthStatus = (typeof STATUSES)[number];

/** `HealthCheckRequest{service}` in a length-prefixed frame. */
export function healthRequest(service: string): Uint8Array {
  const name = encode(service);
  return frame(name.length === 0 ? new Uint8Array() : concat([Uint8Array.of(0x0a, name.length), name]));
}

/** The service that a request asks about; undefined where the bytes are no request. */
export function readHealthRequest(bytes: Uint8Array): string | undefined {
  const message = unframe(bytes);
  if (message === undefined) return undefined;
  if (message.length === 0) return '';
  return message[0] === 0x0a && message[1] === message.length - 2 ? decode(message.subarray(2)) : undefined;
}

/** `HealthCheckResponse{status}`. */
export function healthResponse(status: HealthStatus): Uint8Array {
  const number = STATUSES.indexOf(status);
  return frame(number === 0 ? new Uint8Array() : Uint8Array.of(0x08, number));
}

export function readHealthResponse(bytes: Uint8Array): HealthStatus | undefined {
  const message = unframe(bytes);
  if (message === undefined) return undefined;
  return message.length === 0 ? 'UNKNOWN' : message[0] === 0x08 ? STATUSES[message[1] ?? -1] : undefined;
}

function frame(message: Uint8Array): Uint8Array {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, message.length);
  return concat([head, message]);
}

function unframe(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 5 || bytes[0] !== 0) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return bytes.length === length + 5 ? bytes.subarray(5) : undefined;
}
