import type { ApiRequest, ApiResponse, Stream } from '../src/engine/apiserver/types.ts';

/** What answers requests: a cluster (which records them) or a bare API server. */
export interface Backend {
  handle(request: ApiRequest): ApiResponse;
  /** A client dropped a stream. */
  closeStream?(stream: Stream): void;
  /** Called after each request: due events of the simulation may run now. */
  after?(): void;
}
