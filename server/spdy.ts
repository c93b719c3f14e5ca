import { createDeflate, createInflate, constants, type Deflate, type Inflate } from 'node:zlib';

// The part of SPDY/3.1 that kubectl speaks, for port-forward through a WebSocket, too: streams with headers, data, ends, resets
// and pings. There is no flow control in the client's library, so there is none here.

const VERSION = 3;
const FIN = 0x01;
const [SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY] = [1, 2, 3, 6, 7] as const;
const CONTROL = 0x8000;

export interface SpdyStream {
  readonly id: number;
  readonly headers: Readonly<Record<string, string>>;
  write(bytes: Uint8Array): void;
  /** No more from this side. */
  end(): void;
  reset(): void;
}

export interface SpdyHandlers {
  opened(stream: SpdyStream): void;
  data(stream: SpdyStream, bytes: Uint8Array): void;
  /** The client has nothing more to send on the stream. */
  ended(stream: SpdyStream): void;
  reset(stream: SpdyStream): void;
}

/** The server's end of a SPDY connection. `send` puts bytes on the wire; bytes from the wire go to `receive`. */
export class SpdyConnection {
  readonly #send: (bytes: Buffer) => void;
  readonly #handlers: SpdyHandlers;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate = new HeaderCodec(createInflate({ dictionary: DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH }));
  readonly #deflate = new HeaderCodec(createDeflate({ dictionary: DICTIONARY }));
  #pending = Buffer.alloc(0);
  /** Frames are taken one after the other, though the header codecs answer later. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(send: (bytes: Buffer) => void, handlers: SpdyHandlers) {
    this.#send = send;
    this.#handlers = handlers;
  }

  receive(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#pending.length >= 8) {
      const length = this.#pending.readUIntBE(5, 3);
      if (this.#pending.length < 8 + length) return;
      const frame = this.#pending.subarray(0, 8 + length);
      this.#pending = this.#pending.subarray(8 + length);
      this.#turn = this.#turn.then(() => (this.#closed ? undefined : this.#take(frame))).catch(() => this.close());
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of this.#streams.values()) this.#handlers.reset(stream);
    this.#streams.clear();
    this.#inflate.close();
    this.#deflate.close();
  }

  async #take(frame: Buffer): Promise<void> {
    const head = frame.readUInt16BE(0);
    const flags = frame.readUInt8(4);
    const body = frame.subarray(8);
    if ((head & CONTROL) === 0) {
      const stream = this.#streams.get(frame.readUInt32BE(0) & 0x7fffffff);
      if (stream === undefined) return;
      if (body.length > 0) this.#handlers.data(stream, body);
      if ((flags & FIN) !== 0) this.#handlers.ended(stream);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff;
        const headers = readHeaders(await this.#inflate.run(body.subarray(10)));
        const stream = this.#stream(id, headers);
        this.#streams.set(id, stream);
        const reply = await this.#deflate.run(Buffer.alloc(4));
        this.#control(SYN_REPLY, Buffer.concat([uint32(id), reply]));
        this.#handlers.opened(stream);
        if ((flags & FIN) !== 0) this.#handlers.ended(stream);
        return;
      }
      case RST_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff;
        const stream = this.#streams.get(id);
        this.#streams.delete(id);
        if (stream !== undefined) this.#handlers.reset(stream);
        return;
      }
      case PING:
        return this.#control(PING, Buffer.from(body));
      case GOAWAY:
        return this.close();
      default:
        return;
    }
  }

  #stream(id: number, headers: Record<string, string>): SpdyStream {
    let over = false;
    return {
      id,
      headers,
      write: (bytes) => {
        if (!over && bytes.length > 0) this.#data(id, 0, bytes);
      },
      end: () => {
        if (!over) this.#data(id, FIN, new Uint8Array());
        over = true;
      },
      reset: () => {
        over = true;
        this.#streams.delete(id);
        this.#control(RST_STREAM, Buffer.concat([uint32(id), uint32(5)]));
      },
    };
  }

  #data(id: number, flags: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id, 0);
    head.writeUIntBE(bytes.length, 5, 3);
    head.writeUInt8(flags, 4);
    if (!this.#closed) this.#send(Buffer.concat([head, bytes]));
  }

  #control(type: number, body: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(CONTROL | VERSION, 0);
    head.writeUInt16BE(type, 2);
    head.writeUIntBE(body.length, 5, 3);
    if (!this.#closed) this.#send(Buffer.concat([head, body]));
  }
}

/** One compression context for all header blocks of a direction, flushed after each. */
class HeaderCodec {
  readonly #zlib: Inflate | Deflate;
  #out: Buffer[] = [];

  constructor(zlib: Inflate | Deflate) {
    this.#zlib = zlib;
    zlib.on('data', (chunk: Buffer) => this.#out.push(chunk));
  }

  run(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      this.#zlib.once('error', failed);
      this.#zlib.write(bytes);
      this.#zlib.flush(constants.Z_SYNC_FLUSH, () => {
        this.#zlib.off('error', failed);
        resolve(Buffer.concat(this.#out.splice(0)));
      });
    });
  }

  close(): void {
    this.#zlib.on('error', () => undefined);
    this.#zlib.close();
  }
}

function readHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    const value = block.toString('latin1', at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text();
    headers[name.toLowerCase()] = text();
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

// The dictionary that SPDY/3 prescribes for header blocks: words with their lengths in front, then loose text.
const WORDS = `options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
  authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5
  content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range
  if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after
  server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version
  HTTP/1.1 url public set-cookie keep-alive origin`.split(/\s+/);
const LOOSE =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found' +
  '500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,public' +
  'privatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const DICTIONARY = Buffer.concat([
  ...WORDS.flatMap((word) => [uint32(word.length), Buffer.from(word.replace('_', ' '))]),
  Buffer.from(LOOSE),
]);
