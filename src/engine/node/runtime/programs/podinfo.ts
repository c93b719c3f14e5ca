import { parseDuration } from '../../../sim/duration.ts';
import type { Process } from '../../../os/process.ts';
import { webApp, type WebAppOptions } from './web-app.ts';

const MiB = 1024 * 1024;

/** `podinfo`: the flags of it that change what it does; each also as `PODINFO_…` in the environment. */
export const podinfo = webApp((process: Process): WebAppOptions | string => {
  const flags = new Map<string, string>();
  const args = process.argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, name, given] = /^--?([a-z-]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined) continue;
    if (!FLAGS.has(name)) return `unknown flag: --${name}`;
    const bare = BOOLEAN.has(name) && given === undefined;
    flags.set(name, given ?? (bare ? 'true' : (args.shift() ?? '')));
  }
  const of = (name: string): string | undefined => flags.get(name) ?? process.env.get(`PODINFO_${name.replaceAll('-', '_').toUpperCase()}`);
  return {
    name: 'podinfo',
    port: Number(of('port') ?? 9898),
    version: '6.9.2',
    message: of('ui-message') ?? 'greetings from podinfo v6.9.2',
    startupDelay: 0,
    readyDelay: of('unready') === 'true' ? 1e12 : 0,
    delay: of('random-delay') === 'true' ? 1000 * (1 + process.random(5)) : 0,
    errorRate: of('random-error') === 'true' ? 33 : 0,
    memory: (20 + Number(of('stress-memory') ?? 0)) * MiB,
    memoryPerRequest: 0,
    memoryGrowth: 0,
    cpuPerRequest: 1 + 1000 * Number(of('stress-cpu') ?? 0),
    shutdown: 'graceful',
    drain: parseDuration(of('http-server-shutdown-timeout') ?? '5s') ?? 5000,
  };
});

const BOOLEAN = new Set(['random-delay', 'random-error', 'unready', 'unhealthy', 'h2c']);
const FLAGS = new Set([
  ...BOOLEAN, 'port', 'level', 'ui-message', 'ui-color', 'ui-logo', 'stress-cpu', 'stress-memory', 'backend-url', 'port-metrics', 'grpc-port',
  'http-server-shutdown-timeout', 'host', 'cache-server',
]); // prettier-ignore

/** The project's own web app: as the environment says. Refuses what it does not understand. */
export const configuredWeb = webApp((process: Process): WebAppOptions | string => {
  const { env } = process;
  let wrong: string | undefined;
  const number = (name: string, otherwise: number): number => {
    const text = env.get(name);
    if (text === undefined) return otherwise;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) wrong = `${name}: "${text}" is no number`;
    return value;
  };
  const time = (name: string): number => {
    const value = parseDuration(env.get(name) ?? '0s');
    if (value === undefined) wrong = `${name}: "${env.get(name) ?? ''}" is no duration; write 500ms or 2s`;
    return value ?? 0;
  };
  const shutdown = env.get('SHUTDOWN') ?? 'graceful';
  if (shutdown !== 'graceful' && shutdown !== 'rude' && shutdown !== 'ignore')
    return `SHUTDOWN: "${shutdown}" is none of graceful, rude, ignore`;
  const options: WebAppOptions = {
    name: 'web',
    port: number('PORT', 8080),
    version: env.get('VERSION') ?? '1.0.0',
    message: env.get('MESSAGE') ?? 'Hello',
    startupDelay: time('STARTUP_DELAY'),
    readyDelay: time('READY_DELAY'),
    delay: time('DELAY'),
    errorRate: number('ERROR_RATE', 0),
    memory: number('MEMORY_MB', 16) * MiB,
    memoryPerRequest: number('MEMORY_PER_REQUEST_MB', 0) * MiB,
    memoryGrowth: number('MEMORY_GROWTH_MB', 0) * MiB,
    cpuPerRequest: number('CPU_PER_REQUEST', 1),
    shutdown,
    drain: time('DRAIN'),
  };
  return wrong ?? options;
});
