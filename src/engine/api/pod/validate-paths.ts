import type { Findings } from '../validation.ts';

/** Paths inside volumes. */

export function noBacksteps(path: string, field: string, findings: Findings): void {
  if (hasBacksteps(path)) findings.invalid(field, path, "must not contain '..'");
}

export function hasBacksteps(path: string): boolean {
  return path.split('/').includes('..');
}

export function localDescendingPath(path: string, field: string, findings: Findings): void {
  if (path.startsWith('/')) findings.invalid(field, path, 'must be a relative path');
  noBacksteps(path, field, findings);
}

export function localNonReservedPath(path: string, field: string, findings: Findings): void {
  localDescendingPath(path, field, findings);
  // The check for `..` elements has reported the others.
  if (path.startsWith('..') && !path.startsWith('../')) findings.invalid(field, path, "must not start with '..'");
}

export function fileMode(mode: number | undefined, field: string, findings: Findings): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    findings.invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
  }
}
