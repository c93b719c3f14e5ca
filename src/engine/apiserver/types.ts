import type { Json, Status, WatchEvent } from '../api/meta.ts';
import type { Reader, Writer } from '../os/process.ts';
import type { Task } from '../os/task.ts';

/** Who a caller can prove to be. Set by the transport that checked the proof, never read from headers. */
export type Credentials =
  | {
      readonly kind: 'certificate';
      readonly user: string;
      readonly groups: readonly string[];
      /** SHA-256 of the certificate in hexadecimal, where there is one. */
      readonly fingerprint?: string;
    }
  | { readonly kind: 'token'; readonly token: string };

/** An HTTP-shaped request. In-process clients may pass `body` as a value (which is never changed); others pass text. */
export interface ApiRequest {
  readonly method: string;
  /** Path without query: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Json | object;
  readonly credentials?: Credentials;
  /** Address of the client in the log: `kubectl/alice`, `controller/replicaset`. Without it the user's name is used. */
  readonly actor?: string;
}

export interface ApiResponse {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A value for JSON answers (transports serialise it), text for others. Absent for streams. */
  readonly body?: Json | object | string;
  readonly stream?: Stream;
}

export type Stream = WatchStream | ByteStream | RemoteCommandStream | PortForwardStream;

/** A watch. Events come in later simulation events, after the watch latency. */
export interface WatchStream {
  readonly kind: 'watch';
  /** Call once. Returns how to stop. `end` is called when the server ends the watch (time-out, 410 after an ERROR event). */
  subscribe(sink: { event(event: WatchEvent): void; end(): void }): () => void;
}

/** `logs -f`: bytes as they come. */
export interface ByteStream {
  readonly kind: 'bytes';
  subscribe(sink: { data(bytes: Uint8Array): void; end(): void }): () => void;
}

/** exec and attach. `status` is called once at the end: `Success`, or `NonZeroExitCode` with the code as cause. */
export interface RemoteCommandStream {
  readonly kind: 'remote-command';
  readonly terminal: boolean;
  start(sink: { stdout(bytes: Uint8Array): void; stderr(bytes: Uint8Array): void; status(status: Status): void }): {
    stdin(bytes: Uint8Array): void;
    closeStdin(): void;
    resize(columns: number, rows: number): void;
    /** The client went away. */
    close(): void;
  };
}

/** Each call of `open` is a connection to a port of the pod. */
export interface PortForwardStream {
  readonly kind: 'port-forward';
  readonly ports: readonly number[];
  open(port: number): { input: Writer; output: Reader; error?: string };
}

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}

export interface ExecOptions {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * A kubelet's own server (port 10250), as the API server reaches it. Every method throws `StatusError` with the
 * kubelet's real text where it must refuse; a node that cannot be reached is the caller's 500 or 503.
 */
export interface KubeletServer {
  logs(namespace: string, pod: string, container: string, options: LogOptions): string | ByteStream;
  exec(namespace: string, pod: string, container: string, options: ExecOptions): RemoteCommandStream;
  attach(namespace: string, pod: string, container: string, options: ExecOptions): RemoteCommandStream;
  portForward(namespace: string, pod: string, ports: readonly number[]): PortForwardStream;
  /** What GET of a path answers (`/healthz`, `/pods`, `/metrics` …); undefined where there is nothing. */
  page(path: string): { readonly contentType: string; readonly body: string } | undefined;
}

/** Finds the way to a node's kubelet; `undefined` when the connection fails. */
export type KubeletDialer = (nodeName: string) => KubeletServer | undefined;

/**
 * The front door, as every client inside the world sees it. A request is answered at once, without a wait, unless a
 * webhook or an aggregated API server has to be asked over the network first.
 */
export interface Transport {
  handle(request: ApiRequest): Task<ApiResponse>;
}

/** The front door for those outside the world (tests, scenarios, benches), who let the world go on until they are answered. */
export interface Counter {
  answer(request: ApiRequest): ApiResponse;
}
