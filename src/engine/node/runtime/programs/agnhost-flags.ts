/** Flags of one of agnhost's commands as cobra reads them: `--name value` or `--name=value`. */
export function readFlags(args: readonly string[], known: readonly string[]): ReadonlyMap<string, string> | { readonly refused: string } {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, dashes = '', name = '', , value] = /^(--?)([\w-]+)(=([\s\S]*))?$/.exec(args[i] ?? '') ?? [];
    if (dashes === '') return { refused: `unknown command "${args[i] ?? ''}" for "app"` };
    // klog's flags come with every command; those of two states need no value.
    const bare = /^(alsologtostderr|logtostderr)$/.test(name);
    if (!bare && name !== 'v' && !known.includes(name))
      return { refused: `unknown ${dashes === '--' ? 'flag: --' : 'shorthand flag: '}${name}` };
    if (value === undefined && !bare && i + 1 >= args.length) return { refused: `flag needs an argument: --${name}` };
    flags.set(name, value ?? (bare ? 'true' : (args[++i] as string)));
  }
  return flags;
}
