import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Simulation } from '../src/engine/sim/simulation.ts';
import type { Pacer } from './pacer.ts';

/** What `/_lab/` may do to the cluster that is running. */
export interface LabTarget {
  readonly sim: Simulation;
  readonly pacer: Pacer;
  /** A fresh cluster of the same scenario and seed; streams of the old one end. */
  reset(): void;
}

/** "Until quiet" stops here, in virtual ms, unless told otherwise: a crashing container never becomes quiet. */
const QUIET_LIMIT = 10 * 60_000;
/** Most log entries in one answer. */
const LOG_PAGE = 10_000;

/** A mistake in a request, in a sentence. */
class LabError extends Error {}

/** Answers `/_lab/…`: the simulator's own controls. They are no part of Kubernetes and served only when asked for. */
export function labEndpoint(target: () => LabTarget): (request: IncomingMessage, url: URL, body: string, response: ServerResponse) => void {
  return (request, url, _body, response) => {
    const name = url.pathname.slice('/_lab/'.length);
    const action = ACTIONS[name];
    if (action === undefined) return send(response, 404, { error: `no such control: ${name}`, controls: Object.keys(ACTIONS) });
    if (request.method !== action.method && request.method !== 'POST')
      return send(response, 405, { error: `${name} wants ${action.method}` });
    try {
      send(response, 200, action.run(target(), url.searchParams));
    } catch (error) {
      send(response, error instanceof LabError ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

interface Action {
  readonly method: 'GET' | 'POST';
  run(target: LabTarget, query: URLSearchParams): object;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  status: { method: 'GET', run: status },
  pause: {
    method: 'POST',
    run(target) {
      target.pacer.pause();
      return status(target);
    },
  },
  resume: {
    method: 'POST',
    run(target) {
      target.pacer.resume();
      return status(target);
    },
  },
  step: {
    method: 'POST',
    run(target, query) {
      for (let left = count(query, 'events', 1, 1, 1_000_000); left > 0 && target.sim.step(); left--);
      target.pacer.moved();
      return status(target);
    },
  },
  advance: {
    method: 'POST',
    run(target, query) {
      if (!query.has('ms')) throw new LabError('advance wants ms=, the virtual milliseconds to pass');
      target.sim.runFor(count(query, 'ms', 0, 0, 366 * 24 * 3600_000));
      target.pacer.moved();
      return status(target);
    },
  },
  'until-quiet': {
    method: 'POST',
    run(target, query) {
      const quiet = target.sim.runUntilQuiet(count(query, 'limit', QUIET_LIMIT, 0, 366 * 24 * 3600_000));
      target.pacer.moved();
      return { quiet, ...status(target) };
    },
  },
  speed: {
    method: 'POST',
    run(target, query) {
      const speed = Number(query.get('factor') ?? '');
      if (!(speed > 0 && speed <= 100_000)) throw new LabError('speed wants factor=, a number above 0 and up to 100000');
      target.pacer.setSpeed(speed);
      return status(target);
    },
  },
  log: {
    method: 'GET',
    run({ sim }, query) {
      const from = count(query, 'from', 1, 1, Number.MAX_SAFE_INTEGER);
      const { entries } = sim.log;
      const page = entries.slice(from - 1, from - 1 + LOG_PAGE);
      return { from, entries: page, next: from + page.length, total: entries.length };
    },
  },
  hash: { method: 'GET', run: ({ sim }) => ({ hash: sim.log.hash(), entries: sim.log.last }) },
  reset: {
    method: 'POST',
    run(target) {
      target.reset();
      return { reset: true };
    },
  },
};

function status({ sim, pacer }: LabTarget): object {
  return {
    now: new Date(sim.now).toISOString(),
    steps: sim.steps,
    pending: sim.pending,
    foreground: sim.foreground,
    entries: sim.log.last,
    paused: pacer.paused,
    speed: pacer.speed,
    seed: sim.seed,
  };
}

function count(query: URLSearchParams, name: string, fallback: number, least: number, most: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < least || value > most)
    throw new LabError(`${name}: "${text}" is not a whole number from ${least} to ${most}`);
  return value;
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
