/** `/etc/resolv.conf`. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

export function resolvConf(config: ResolverConfig): string {
  const lines: string[] = [];
  if (config.search.length > 0) lines.push(`search ${config.search.join(' ')}`);
  for (const server of config.nameservers) lines.push(`nameserver ${server}`);
  lines.push(`options ndots:${config.ndots}`);
  return `${lines.join('\n')}\n`;
}

/** The names a resolver tries for what a program asked for, in order. */
export function candidates(name: string, config: ResolverConfig): string[] {
  if (name.endsWith('.')) return [name];
  const absolute = `${name}.`;
  const searched = config.search.map((domain) => `${name}.${domain.replace(/\.$/, '')}.`);
  const dots = name.split('.').length - 1;
  return dots >= config.ndots ? [absolute, ...searched] : [...searched, absolute];
}
