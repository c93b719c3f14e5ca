import type { ApiRequest, ApiResponse, Stream, Transport } from './apiserver/types.ts';
import { run } from './os/task.ts';
import type { Input } from './sim/recorder.ts';
import type { Simulation } from './sim/simulation.ts';
import type { WatchEvent } from './api/meta.ts';

interface Session {
  stop(): void;
}

/**
 * Requests from outside the world, in a form that can be recorded: the request itself, what is sent into its stream,
 * and its end are inputs. Streams are subscribed to at the instant of the request, on replay as in the first run, so
 * that the world takes the same course whether or not somebody listens; what arrives before the caller listens waits.
 */
export class ExternalClients {
  readonly #sessions = new Map<number, Session>();
  readonly #ids = new WeakMap<Stream, number>();
  #next = 1;
  #answered: ((response: ApiResponse) => void) | undefined;

  constructor(
    readonly sim: Simulation,
    readonly apiserver: Transport,
  ) {}

  /** Who waits for the answer to the request that `act` makes; a replay has nobody. */
  answering(answered: (response: ApiResponse) => void, act: () => void): void {
    this.#answered = answered;
    try {
      act();
    } finally {
      this.#answered = undefined;
    }
  }

  /** Handles an input of kind `request`, or `stream-close` with the number of the `stream`. */
  apply(input: Input): void {
    if (input.kind === 'stream-close') {
      const id = input['stream'] as number;
      this.#sessions.get(id)?.stop();
      this.#sessions.delete(id);
      return;
    }
    const answered = this.#answered;
    run(
      this.apiserver.handle(input['request'] as ApiRequest),
      (response) => {
        const { stream } = response;
        const opened = stream === undefined ? response : { ...response, stream: this.#open(this.#next++, stream) };
        answered?.(opened);
      },
      (error) => {
        throw error;
      },
    );
  }

  /** The number by which inputs name a stream of an answer; `undefined` for streams that are not recorded. */
  idOf(stream: Stream): number | undefined {
    return this.#ids.get(stream);
  }

  #open(id: number, stream: Stream): Stream {
    const opened = this.#mailbox(id, stream);
    if (opened !== stream) this.#ids.set(opened, id);
    return opened;
  }

  #mailbox(id: number, stream: Stream): Stream {
    switch (stream.kind) {
      case 'watch': {
        const mailbox = new Mailbox<WatchEvent>();
        const stop = stream.subscribe({ event: (event) => mailbox.put(event), end: () => mailbox.end() });
        this.#sessions.set(id, { stop });
        return {
          kind: 'watch',
          subscribe: (sink) =>
            mailbox.open(
              (event) => sink.event(event),
              () => sink.end(),
            ),
        };
      }
      case 'bytes': {
        const mailbox = new Mailbox<Uint8Array>();
        const stop = stream.subscribe({ data: (bytes) => mailbox.put(bytes), end: () => mailbox.end() });
        this.#sessions.set(id, { stop });
        return {
          kind: 'bytes',
          subscribe: (sink) =>
            mailbox.open(
              (bytes) => sink.data(bytes),
              () => sink.end(),
            ),
        };
      }
      // Sessions with input are started by their caller; what it sends is not replayed yet (see ARCHITECTURE.md, Recording).
      default:
        return stream;
    }
  }
}

/** Keeps what comes before anybody listens. */
class Mailbox<T> {
  #waiting: T[] = [];
  #ended = false;
  #sink: { take(item: T): void; end(): void } | undefined;

  put(item: T): void {
    if (this.#sink === undefined) this.#waiting.push(item);
    else this.#sink.take(item);
  }

  end(): void {
    this.#ended = true;
    this.#sink?.end();
  }

  open(take: (item: T) => void, end: () => void): () => void {
    this.#sink = { take, end };
    for (const item of this.#waiting.splice(0)) take(item);
    if (this.#ended) end();
    return () => {
      this.#sink = { take: () => {}, end: () => {} };
    };
  }
}
