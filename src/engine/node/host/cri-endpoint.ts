import type { ImageService, RuntimeService } from '../runtime/cri.ts';
import type { Process } from '../../os/process.ts';

/** Who answers at a runtime's socket. */
export class CriEndpoint {
  constructor(
    readonly runtime: RuntimeService,
    readonly images: ImageService,
    /** A container's first process, by the machine's numbers. */
    readonly pidOf: (id: string) => number | undefined,
  ) {}
}

/** The runtime at a socket of the process's files; undefined where none listens. */
export function dialCri(process: Process, socket: string): CriEndpoint | undefined {
  const path = socket.replace(/^unix:\/\//, '');
  if (!process.files.exists(path)) return undefined;
  const service = process.files.special?.(path)?.service;
  return service instanceof CriEndpoint && service.runtime.downSince === undefined ? service : undefined;
}
