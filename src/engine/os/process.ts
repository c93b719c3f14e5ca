import type { Confinement } from './capabilities.ts';
import type { DiskSpace } from './disk-use.ts';
import type { NetTables } from './net-tables.ts';
import type { Task } from './task.ts';
import type { Part } from '../sim/part.ts';
import type { Millis } from '../sim/time.ts';

/** What a program sees of the machine it runs on. The kernel behind it is a container's, the workstation's, or Node's. */
export interface Process {
  readonly pid: number;
  readonly argv: readonly string[];
  /** The process's own environment; changes do not reach the parent. */
  readonly env: Map<string, string>;
  cwd: string;
  readonly stdin: Reader;
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly files: FileSystem;
  readonly net: Network;
  /** Set when standard output is a terminal; `resized` is called on a change of size. */
  readonly terminal?: Terminal;
  readonly hostname: string;
  /** Virtual time (wall time under Node). */
  now(): Millis;
  sleep(duration: Millis): Task<void>;
  /** Chance, seeded: an integer in [0, bound). */
  random(bound: number): number;
  /** Starts a program by name with streams of the caller's choice; unset streams are inherited. */
  spawn(argv: readonly string[], options?: SpawnOptions): Child;
  /** Takes over a signal. Without a handler TERM, INT, HUP and PIPE end the process with 128 + their number; KILL cannot be taken over. PID 1 of a container ignores unhandled TERM and INT, as under Linux. */
  onSignal(signal: SignalName, handler: (signal: SignalName) => void): void;
  /**
   * Becomes another program (`execve`): same pid and streams, handlers of signals gone. Ends when that program ends,
   * with its code. Throws `FileError` when there is no such program. Absent where a host cannot do it (Node).
   */
  exec?(argv: readonly string[], options?: SpawnOptions): Task<number>;
  /** Gives itself another title for `ps` (prctl(2)). */
  retitle?(argv: readonly string[]): void;
  /** Waits, for no time, until a piece of code is there. Throws `NotLoaded`. Absent where all code is there from the start (Node). */
  obtain?(part: Part): Task<void>;
  /** The machine's process table and identity, where there is one to see (not under Node). */
  readonly system?: System;
  /**
   * Resource use that the kubelet meters: bytes of memory held and milli-CPUs wanted from now on. Returns the share of what the
   * container's processes want together that its limit lets them have: 1 while nothing is throttled.
   */
  use(resources: { memory?: number; cpu?: number }): number;
}

export type SignalName =
  | 'HUP'
  | 'INT'
  | 'QUIT'
  | 'ILL'
  | 'TRAP'
  | 'ABRT'
  | 'BUS'
  | 'FPE'
  | 'KILL'
  | 'USR1'
  | 'SEGV'
  | 'USR2'
  | 'PIPE'
  | 'ALRM'
  | 'TERM'
  | 'CHLD'
  | 'CONT'
  | 'STOP'
  | 'TSTP'
  | 'WINCH';

/** Thrown into a task at its waiting point when a signal ends or interrupts it. */
export class Interrupted extends Error {
  constructor(readonly signal: SignalName) {
    super(`interrupted by SIG${signal}`);
  }
}

/** Numbers of Linux on x86 and Arm; a process ended by a signal exits with 128 + number. */
export const SIGNAL_NUMBER: Readonly<Record<SignalName, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, WINCH: 28,
}; // prettier-ignore

/** What `ps`, `kill`, `id` and `uname` ask the kernel. */
export interface System {
  readonly user: string;
  readonly confinement: Confinement;
  processes(): ProcessInfo[];
  /** False when there is no such process. */
  kill(pid: number, signal: SignalName): boolean;
  /** Moves a process and its descendants to another process group; a terminal signals the group in its foreground. */
  setGroup(pid: number, group: number): void;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly argv: readonly string[];
  readonly started: Millis;
  readonly stopped: boolean;
  /** What it said it uses (`use`): bytes, and milli-CPUs. */
  readonly memory?: number;
  readonly cpu?: number;
}

export interface SpawnOptions {
  env?: ReadonlyMap<string, string>;
  cwd?: string;
  stdin?: Reader;
  stdout?: Writer;
  stderr?: Writer;
  /** Runs this instead of what `argv[0]` names: how a shell forks itself. */
  program?: Program;
  /** Puts the process into a new process group (a background job). */
  newGroup?: boolean;
}

export interface Child {
  readonly pid: number;
  /** Exit code once it has ended. */
  wait(): Task<number>;
  kill(signal: SignalName): void;
  /** The signal that ended it, if one did. Absent where a host cannot tell. */
  endedBy?(): SignalName | undefined;
  /** Called when the process ends, at once when it has. */
  onExit?(listener: (code: number) => void): () => void;
  /** Called when a signal stops the process (^Z). */
  onStop?(listener: () => void): () => void;
}

/** A program: what an image's command, a shell utility and `kubectl` are. Returns the exit code. */
export type Program = (process: Process) => Task<number>;

export interface Reader {
  /** The next piece, or `undefined` at the end. Waits while nothing is there. */
  read(): Task<Uint8Array | undefined>;
  /** Puts bytes back, to be read next: whoever wants one line leaves the rest to the next reader of the same stream. */
  unread?(bytes: Uint8Array): void;
  /** No more reading: a writer at the other end gets SIGPIPE. */
  close(): void;
}

export interface Writer {
  /** Waits while the other end is full (64 KiB, as a Linux pipe). Throws `Interrupted('PIPE')` when nobody reads any more. */
  write(bytes: Uint8Array): Task<void>;
  close(): void;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  onResize(listener: () => void): () => void;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly size: number;
  readonly mode: number;
  readonly modified: Millis;
  readonly user: string;
  readonly group: string;
}

/** Files as programs see them; paths are absolute. Errors are `FileError`s. */
export interface FileSystem {
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array, options?: { append?: boolean; mode?: number }): void;
  stat(path: string): FileStat;
  exists(path: string): boolean;
  list(path: string): string[];
  /** Reads what has no end (`/dev/zero`), which `read` cannot give; undefined for what has one. Absent where a host cannot tell. */
  endless?(path: string): Reader | undefined;
  makeDirectory(path: string, options?: { parents?: boolean; mode?: number }): void;
  remove(path: string, options?: { recursive?: boolean }): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readLink(path: string): string;
  chmod(path: string, mode: number): void;
  /** Gives a file to another user. Absent where a host has no users to give it to. */
  changeOwner?(path: string, user: string, recursive: boolean): void;
  /** What a file is besides its bytes. Absent where a host's own files are looked at (Node). */
  special?(path: string): Special | undefined;
  /** Size and use of the disk that a path lies on. Absent where a host cannot tell. */
  space?(path: string): DiskSpace | undefined;
  /** A directory as the root of what is seen (`chroot`). Throws `FileError`. */
  subtree?(path: string): FileSystem;
}

/** A file that something stands behind: an executable's code, or who answers at a socket. */
export interface Special {
  readonly program?: Program;
  /** Whoever connects has to know what speaks here. */
  readonly service?: unknown;
}

export type FileErrorCode =
  'ENOENT' | 'EEXIST' | 'EISDIR' | 'ENOTDIR' | 'EACCES' | 'EROFS' | 'ENOTEMPTY' | 'ENOSPC' | 'ELOOP' | 'EINVAL' | 'EPERM';

/** `message` is the C library's text (`No such file or directory`), so that utilities print what the real ones print. */
export class FileError extends Error {
  constructor(
    readonly code: FileErrorCode,
    readonly path: string,
  ) {
    super(FILE_ERROR_TEXT[code]);
  }
}

const FILE_ERROR_TEXT: Readonly<Record<FileErrorCode, string>> = {
  ENOENT: 'No such file or directory',
  EEXIST: 'File exists',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EACCES: 'Permission denied',
  EROFS: 'Read-only file system',
  ENOTEMPTY: 'Directory not empty',
  ENOSPC: 'No space left on device',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
  EPERM: 'Operation not permitted',
};

export interface HttpRequest {
  readonly method: string;
  /** Absolute: scheme, host, port, path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For everything up to the answer's head. */
  readonly timeout?: Millis;
  /** Until the connection stands. */
  readonly connectTimeout?: Millis;
  /** Absent: an https server's certificate is not checked, as in the kubelet's probes. */
  readonly tls?: ClientTls;
  /** Told at once how far the request has come, for tools that show it (`curl -v`). */
  readonly onProgress?: (progress: HttpProgress) => void;
}

/** How a client of TLS proves itself and wants the server proven. Texts are PEM. */
export interface ClientTls {
  readonly insecure?: boolean;
  /** Whom it trusts; without any nobody is known. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name the server must have; the URL's host unless said. */
  readonly serverName?: string;
}

export type HttpProgress =
  | { readonly kind: 'resolved'; readonly addresses: readonly string[] }
  | { readonly kind: 'dialling' | 'connected'; readonly address: string; readonly port: number }
  | { readonly kind: 'server-certificate'; readonly certificate: ServerCertificate };

/** What a server of TLS showed. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** It and those between it and an authority, in PEM. */
  readonly chain: string;
  readonly notBefore: Millis;
  readonly notAfter: Millis;
  /** Of the alternative names the one that fits. */
  readonly matched?: string;
  /** It wants to see a certificate of the client. */
  readonly asksForCertificate: boolean;
  readonly problem?: TlsProblem;
}

export type TlsProblem =
  | 'unknown authority'
  | 'self-signed'
  | 'self-signed in chain'
  | 'expired'
  | 'not yet valid'
  | 'name'
  | 'purpose'
  | 'not an authority'
  /** The other side does not speak TLS. */
  | 'not TLS'
  /** The other side gave up, in an alert. */
  | 'alert';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Arrives as it is sent: ends at once for an ordinary answer, goes on for a watch. */
  readonly body: Reader;
}

/** Why no answer came. The codes are errno names, the resolver's `ENOTFOUND`, and for TLS `ECERT` (the server's certificate) and `EPROTO`. */
export class NetworkError extends Error {
  constructor(
    readonly code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'ENOTFOUND' | 'EHOSTUNREACH' | 'ECONNRESET' | 'ENETUNREACH' | 'ECERT' | 'EPROTO',
    message: string,
    readonly problem?: TlsProblem,
  ) {
    super(message);
  }
}

/** The network namespace a process lives in. */
export interface Network {
  /** Sends a request that really travels: name → address → rules → listener. Throws `NetworkError`. */
  http(request: HttpRequest): Task<HttpResponse>;
  /** Opens a TCP connection. Throws `NetworkError`. */
  connect(host: string, port: number, options?: { timeout?: Millis }): Task<Connection>;
  /** Answers HTTP, or HTTPS, on a port until the process ends. Throws when the port is taken. */
  serveHttp(port: number, handler: HttpHandler, tls?: (serverName: string) => ServerTls): void;
  /** Accepts TCP connections on a port until the process ends. */
  listen(port: number, accept: (connection: Connection) => void): void;
  /** Addresses of a name, as the resolver of this namespace answers. Throws `NetworkError` with `ENOTFOUND`. */
  resolve(name: string): Task<string[]>;
  /** One question to the name servers, or to `server`. Throws `NetworkError` when none answers. Absent where only names can be resolved. */
  query?(question: { readonly name: string; readonly type: string }, server?: string): Task<NameAnswer>;
  /** One ICMP echo request. `undefined`: nothing came back in time. Absent where ICMP is out of a program's reach. */
  echo?(ip: string, options: { sequence: number; timeout: Millis }): Task<EchoAnswer | undefined>;
  /** Interfaces, routes and open ports. Absent where a host's own are not looked at (Node). */
  tables?(): NetTables;
  /** Own addresses. */
  readonly addresses: readonly string[];
}

/** What a name server says. */
export interface NameAnswer {
  readonly rcode: string;
  readonly records: readonly NameRecord[];
  readonly additional?: readonly NameRecord[];
}

export interface NameRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

/** The reply, or the word of somebody else (`from`) that the host is not there. */
export type EchoAnswer =
  { readonly kind: 'reply'; readonly from: string; readonly ttl: number } | { readonly kind: 'unreachable'; readonly from: string };

export interface Connection {
  readonly remote: string;
  readonly input: Reader;
  readonly output: Writer;
  close(): void;
}

/** What a server of TLS shows; asked for at every handshake, with the name that the client asks for (`''`: none). */
export interface ServerTls {
  /** The server's certificate and those between it and an authority, in PEM. */
  readonly certificate: string;
  /** Asks the client for a certificate, which is for the handler to judge. */
  readonly asksForCertificate?: boolean;
  /** Turns a client away in the handshake for the certificates it shows: by which alert, and what the server says to itself. */
  readonly refuses?: (certificates: string) => { readonly alert: string; readonly message: string } | undefined;
  /** What a client is told that speaks plain HTTP: a whole answer as it goes over the wire. Go's unless said. */
  readonly plainAnswer?: string;
  /** A handshake failed: Go's sentence. */
  readonly onError?: (message: string) => void;
}

export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Address of the caller as this side sees it. */
  readonly remote: string;
  /** Over TLS: the name that was asked for, and the certificates that the client showed, in PEM. */
  readonly tls?: { readonly serverName: string; readonly certificates: string };
}

export interface ServedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A reader's bytes are sent as they come; it is closed when the client goes away. */
  readonly body?: Uint8Array | string | Reader;
  /** Virtual ms the answer takes to make. */
  readonly took?: Millis;
}

/** Answers at once, or when the task ends. */
export type HttpHandler = (request: ServedRequest) => ServedResponse | Task<ServedResponse>;
