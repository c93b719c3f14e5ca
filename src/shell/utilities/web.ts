// What the commands about the web have in common: addresses, status lines, options that may come several times.

export const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore

export interface Address {
  scheme: string;
  host: string;
  port: number;
  path: string;
}

/** `http://host:port/path`, scheme and path optional. */
export function parseAddress(text: string): Address | undefined {
  const found = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?([/?][^#]*)?/i.exec(text);
  if (found === null) return undefined;
  const scheme = (found[1] ?? 'http').toLowerCase();
  const path = found[4] ?? '/';
  return {
    scheme,
    host: found[2] as string,
    port: Number(found[3] ?? (scheme === 'https' ? 443 : 80)),
    path: path.startsWith('?') ? `/${path}` : path,
  };
}

export function urlOf({ scheme, host, port, path }: Address): string {
  return `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`;
}

export function all(argv: readonly string[], ...names: string[]): string[] {
  return argv.flatMap((arg, i) => {
    if (names.includes(argv[i - 1] ?? '')) return [arg];
    const attached = names.find((name) =>
      name.startsWith('--')
        ? arg.startsWith(`${name}=`)
        : name.length === 2 && arg.startsWith(name) && arg.length > 2 && !arg.startsWith('--'),
    );
    return attached === undefined ? [] : [arg.slice(attached.length + (attached.startsWith('--') ? 1 : 0))];
  });
}

export function title(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());
}
