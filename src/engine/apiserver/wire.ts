import type { Kind } from '../api/kind.ts';
import type { PathHandler } from './discovery.ts';

export function openapi(_kinds: readonly Kind[]): PathHandler {
  return () => undefined;
}
