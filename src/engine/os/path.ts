/** Removes `.`, `..` and doubled slashes from an absolute path, without looking at links. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A path as the process with this working directory means it. Keeps a slash at the end, which asks for a directory. */
export function resolvePath(cwd: string, path: string): string {
  const full = normalizePath(path.startsWith('/') ? path : `${cwd}/${path}`);
  return path.endsWith('/') && full !== '/' ? `${full}/` : full;
}

export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? (path === '' ? '' : '/') : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

export function directoryName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : trimmed.slice(0, slash);
}
