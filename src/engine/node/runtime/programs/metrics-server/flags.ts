import { SECOND, type Millis } from '../../../../sim/time.ts';
import type { ScrapeOptions } from './scrape.ts';
import { parseDuration } from '../../../../sim/duration.ts';

export interface MetricsServerFlags {
  readonly port: number;
  readonly certDirectory: string;
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly resolution: Millis;
  readonly scrape: ScrapeOptions;
}

const SWITCHES = ['kubelet-insecure-tls', 'kubelet-use-node-status-port'];
const VALUES = [
  'secure-port', 'cert-dir', 'tls-cert-file', 'tls-private-key-file', 'metric-resolution', 'kubelet-preferred-address-types', 'kubelet-port',
  'kubelet-request-timeout', 'v',
]; // prettier-ignore

/** The flags that manifests of metrics-server use. */
export function readMetricsServerFlags(args: readonly string[]): MetricsServerFlags | { readonly refused: string } {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name = '', , value] = /^--?([\w-]+)(=([\s\S]*))?$/.exec(args[i] ?? '') ?? [];
    if (SWITCHES.includes(name)) flags.set(name, value ?? 'true');
    else if (VALUES.includes(name)) {
      const given = value ?? args[++i];
      if (given === undefined) return { refused: `flag needs an argument: --${name}` };
      flags.set(name, given);
    } else return { refused: name === '' ? `unknown command "${args[i] ?? ''}" for "metrics-server"` : `unknown flag: --${name}` };
  }
  const resolution = parseDuration(flags.get('metric-resolution') ?? '1m0s');
  const timeout = parseDuration(flags.get('kubelet-request-timeout') ?? '10s');
  if (resolution === undefined || timeout === undefined) return { refused: 'invalid argument for a flag that takes a duration' };
  if (resolution < 10 * SECOND)
    return { refused: `metric-resolution should be a time duration at least 10s, but value ${resolution / SECOND}s provided` };
  if (timeout * 1 > resolution * 0.9) return { refused: `metric-resolution should be larger than kubelet-request-timeout, but metric-resolution value ${resolution / SECOND}s kubelet-request-timeout value ${timeout / SECOND}s provided` }; // prettier-ignore
  const [certFile, keyFile] = [flags.get('tls-cert-file'), flags.get('tls-private-key-file')];
  const on = (name: string): boolean => flags.get(name) === 'true';
  return {
    port: Number(flags.get('secure-port') ?? 10_250),
    certDirectory: flags.get('cert-dir') ?? 'apiserver.local.config/certificates',
    certificate: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
    resolution,
    scrape: {
      addressTypes: (flags.get('kubelet-preferred-address-types') ?? 'Hostname,InternalDNS,InternalIP,ExternalDNS,ExternalIP').split(','),
      insecure: on('kubelet-insecure-tls'),
      ca: undefined,
      timeout,
      statusPort: on('kubelet-use-node-status-port'),
      port: Number(flags.get('kubelet-port') ?? 10_250),
    },
  };
}
