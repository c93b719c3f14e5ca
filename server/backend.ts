import type { ApiRequest, ApiResponse, Stream } from '../src/engine/apiserver/types.ts';

/** What answers requests: a cluster (which records them) or a bare API server. */
export interface Backend {
  /** Calls `answered` once: before this returns, or later where others have to be asked first. */
  handle(request: ApiRequest, answered: (response: ApiResponse) => void): void;
  /** A client dropped a stream. */
  closeStream?(stream: Stream): void;
  /** Called after each request: due events of the simulation may run now. */
  after?(): void;
}
