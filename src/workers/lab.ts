import type { OpenOptions, Opened, Frame, LabProtocol } from './protocol.ts';
import { ADMIN, type Cluster } from '../engine/cluster.ts';
import type { ApiResponse } from '../engine/apiserver/types.ts';
import { parseScenario } from '../engine/scenario.ts';
import { PartWanted, type Part } from '../engine/sim/part.ts';
import { loadFieldTexts, wantsFieldTexts } from './field-texts.ts';
import { missed } from './missed.ts';
import { openCluster } from './open.ts';
import { loadPart } from './parts.ts';
import { Portions } from './portions.ts';
import { Pacer, wallClock, type Host } from './pacer.ts';
import type { Session } from './session.ts';

// Wall ms between two frames: the page draws no oftener.
const FRAME = 16;

/** How far "until quiet" and a beat run at most, in virtual ms: a crashing container never becomes quiet. */
const FAR = 10 * 60_000;

/** The worker's side of the protocol: a session, its pacer, and frames for whoever looks. */
export function createLab(host: Host = wallClock): LabProtocol {
  let session: Session | undefined;
  let pacer: Pacer | undefined;
  let send: ((frame: Frame) => void) | undefined;
  let texts: Promise<void> | undefined;
  let opening: Promise<unknown> | undefined;

  let portions = new Portions();
  let cancelNext: (() => void) | undefined;
  let framed = Number.NEGATIVE_INFINITY;

  /** Whoever asks while the cluster is being opened is answered when it is there. */
  const current = async (): Promise<{ session: Session; pacer: Pacer }> => {
    await opening;
    if (session === undefined || pacer === undefined) throw new Error('no cluster is open');
    return { session, pacer };
  };

  const frame = (): void => {
    if (session === undefined || pacer === undefined || send === undefined) return;
    const { sim } = session.cluster;
    const due = sim.nextAt;
    send({
      now: sim.now,
      seq: sim.log.last,
      oldest: sim.log.first,
      playing: pacer.playing,
      speed: pacer.speed,
      foreground: sim.foreground,
      ...(due === undefined ? {} : { nextAt: due }),
      ...portions.next(session.news()),
    });
    framed = host.now();
    cancelNext?.();
    cancelNext = portions.waiting ? host.later(frame, FRAME) : undefined;
  };
  /** As `frame`, for what happens oftener than anybody can see. */
  const frameInTime = (): void => {
    const wait = framed + FRAME - host.now();
    if (wait <= 0) frame();
    else cancelNext ??= host.later(frame, wait);
  };

  /** Gets what the world waits for; if it cannot be had, the world goes on without. */
  const provide =
    (session: Session) =>
    async (part: Part): Promise<void> =>
      loadPart(part).catch(() => session.forgo(part));

  const begin = async (options: OpenOptions): Promise<Session> => {
    const { seed } = options.recording ?? options;
    const open = (): Cluster =>
      openCluster({
        ...(options.scenario === undefined ? {} : { scenario: parseScenario(options.scenario.text, options.scenario.file) }),
        ...(seed === undefined ? {} : { seed }),
      });
    const attempt = (): { cluster?: Cluster; problem?: unknown } => {
      try {
        return { cluster: open() };
      } catch (problem) {
        return { problem };
      }
    };
    const rest = import('./session.ts');
    // The cluster comes up while the rest is on its way. If it has asked for a part of that, it is opened once more with all there:
    // what comes of opening is decided by the options alone. Nothing comes in from outside before.
    let opened = attempt();
    const { Session } = await rest;
    if (missed()) opened = attempt();
    while (opened.problem instanceof PartWanted) {
      await loadPart(opened.problem.part);
      opened = attempt();
    }
    const { cluster, problem } = opened;
    if (cluster === undefined) throw problem;
    const rush = (until: number): void => pacer?.rush(() => false, until);
    return new Session({ cluster, onRush: rush });
  };

  const start = async (options: OpenOptions): Promise<Opened> => {
    let problem: string | undefined;
    session = await begin(options);
    portions = new Portions();
    if (options.recording !== undefined) {
      if (wantsFieldTexts(JSON.stringify(options.recording.inputs))) await loadFieldTexts();
      try {
        for (const part of session.cluster.recorder.replaying(options.recording, options.until)) await loadPart(part);
      } catch (error) {
        problem = `The saved session could not be replayed, so the cluster is fresh. (${(error as Error).message})`;
        session = await begin(options);
      }
    }
    pacer = new Pacer(session.cluster.sim, host, frameInTime, provide(session));
    const { cluster } = session;
    session.terminal('main');
    session.news();
    return {
      scenario: cluster.scenario.name,
      seed: cluster.sim.seed,
      ready: cluster.ready,
      ...(problem === undefined ? {} : { problem }),
    };
  };

  return {
    async open(options, onFrame): Promise<Opened> {
      pacer?.stop();
      send = onFrame;
      const opened = start(options);
      opening = opened.catch(() => undefined);
      return opened;
    },

    async close() {
      await opening;
      pacer?.stop();
      cancelNext?.();
      cancelNext = undefined;
      session = undefined;
      pacer = undefined;
      send = undefined;
    },

    terminal: {
      async line(name, text) {
        if (wantsFieldTexts(text)) texts = loadFieldTexts();
        // Lines keep their order: those that follow wait as well.
        if (texts !== undefined) await texts;
        (await current()).session.line(name, text);
        frame();
        (await current()).pacer.poke();
      },
      async signal(name, signal) {
        (await current()).session.signal(name, signal);
        // Of what the signal itself has printed nothing is lost.
        portions.flush(name);
        frame();
        (await current()).pacer.poke();
      },
      async eof(name) {
        (await current()).session.eof(name);
        frame();
        (await current()).pacer.poke();
      },
      async resize(name, columns, rows) {
        (await current()).session.resize(name, columns, rows);
      },
      async complete(name, line, cursor) {
        const { session } = await current();
        await loadPart(session.completion).catch(() => undefined);
        return session.terminal(name).complete(line, cursor);
      },
      async transcript(name, until) {
        return (await current()).session.transcript(name, until);
      },
      async history(name) {
        return [...(await current()).session.terminal(name).history];
      },
      async prompt(name) {
        return (await current()).session.terminal(name).prompt;
      },
      async editing(name) {
        return (await current()).session.editing(name);
      },
      async edited(name, text) {
        (await current()).session.edited(name, text);
        frame();
        (await current()).pacer.poke();
      },
    },

    files: {
      async read(path) {
        const { files } = (await current()).session.workstation;
        return files.exists(path) ? new TextDecoder().decode(files.read(path)) : undefined;
      },
      async write(path, text) {
        (await current()).session.writeFile(path, text);
      },
      async list(path) {
        return (await current()).session.workstation.files.list(path);
      },
    },

    async api(request) {
      const { session, pacer } = await current();
      const response = await new Promise<ApiResponse>((resolve) => {
        session.cluster.request({ ...request, credentials: ADMIN, actor: 'outside' }, resolve);
        pacer.poke();
      });
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
      );
      return { code: response.code, headers, body: response.body };
    },

    clock: {
      async play() {
        (await current()).pacer.play();
      },
      async pause() {
        (await current()).pacer.pause();
      },
      async speed(factor) {
        (await current()).pacer.setSpeed(factor);
      },
      async step() {
        const { session, pacer } = await current();
        pacer.pause();
        const { sim } = session.cluster;
        const before = sim.log.last;
        // An event that leaves no trace is nothing to look at; go on to the next that does.
        for (let more = true; more && sim.log.last === before; more = sim.step())
          if (sim.wanted !== undefined) await provide(session)(sim.wanted);
        frame();
      },
      async beat() {
        const { session, pacer } = await current();
        const { sim } = session.cluster;
        const before = session.beats.count;
        pacer.rush(() => session.beats.count > before, sim.now + FAR);
      },
      async skipIdle() {
        const { session, pacer } = await current();
        const { sim } = session.cluster;
        const from = sim.now;
        pacer.rush(() => sim.now > from, sim.nextAt ?? from);
      },
      async untilQuiet() {
        const { session, pacer } = await current();
        const { sim } = session.cluster;
        pacer.rush(() => sim.foreground === 0, sim.now + FAR);
      },
      async hidden(hidden) {
        (await current()).pacer.setHidden(hidden);
      },
    },

    async scene(seq, focus) {
      return (await current()).session.scene(seq, focus);
    },
    async cell(place, cell) {
      return (await current()).session.cell(place, cell);
    },
    async scheduling(seq, attempt) {
      return (await current()).session.scheduling(seq, attempt);
    },
    async beats() {
      return [...(await current()).session.beats.list];
    },
    async objects(window) {
      return (await current()).session.objects(window);
    },
    async object(ref, seq) {
      return (await current()).session.object(ref, seq);
    },
    async why(ref, seq) {
      return (await current()).session.why(ref, seq);
    },
    async causes(seq) {
      return (await current()).session.causes(seq);
    },
    async next(seq) {
      return (await current()).session.next(seq);
    },
    async check(checks) {
      return (await current()).session.check(checks);
    },
    async inject(fault, undo) {
      (await current()).session.fault(fault, undo);
      (await current()).pacer.poke();
    },
    async recording() {
      return (await current()).session.recording();
    },
    async hash() {
      return (await current()).session.hash();
    },
  };
}
