import type { OpenOptions, Opened, Frame, LabProtocol } from './protocol.ts';
import { ADMIN } from '../engine/cluster.ts';
import type { ApiResponse } from '../engine/apiserver/types.ts';
import { parseScenario } from '../engine/scenario.ts';
import { loadFieldTexts, wantsFieldTexts } from './field-texts.ts';
import { Pacer, wallClock, type Host } from './pacer.ts';
import { Session } from './session.ts';

/** How far "until quiet" and a beat run at most, in virtual ms: a crashing container never becomes quiet. */
const FAR = 10 * 60_000;

/** The worker's side of the protocol: a session, its pacer, and frames for whoever looks. */
export function createLab(host: Host = wallClock): LabProtocol {
  let session: Session | undefined;
  let pacer: Pacer | undefined;
  let send: ((frame: Frame) => void) | undefined;
  let texts: Promise<void> | undefined;

  const current = (): { session: Session; pacer: Pacer } => {
    if (session === undefined || pacer === undefined) throw new Error('no cluster is open');
    return { session, pacer };
  };

  const frame = (): void => {
    if (session === undefined || pacer === undefined || send === undefined) return;
    const { sim } = session.cluster;
    const due = sim.nextAt;
    send({
      now: sim.now,
      seq: sim.log.entries.length,
      playing: pacer.playing,
      speed: pacer.speed,
      foreground: sim.foreground,
      ...(due === undefined ? {} : { nextAt: due }),
      ...session.news(),
    });
  };

  const begin = (options: OpenOptions): Session => {
    const scenario = options.scenario === undefined ? undefined : parseScenario(options.scenario.text, options.scenario.file);
    const seed = options.recording?.seed ?? options.seed;
    const rush = (until: number): void => pacer?.rush(() => false, until);
    return new Session({ ...(scenario === undefined ? {} : { scenario }), ...(seed === undefined ? {} : { seed }), onRush: rush });
  };

  return {
    async open(options, onFrame): Promise<Opened> {
      pacer?.stop();
      send = onFrame;
      let problem: string | undefined;
      session = begin(options);
      if (options.recording !== undefined) {
        if (wantsFieldTexts(JSON.stringify(options.recording.inputs))) await loadFieldTexts();
        try {
          session.replay(options.recording);
        } catch (error) {
          problem = `The saved session could not be replayed, so the cluster is fresh. (${(error as Error).message})`;
          session = begin(options);
        }
      }
      pacer = new Pacer(session.cluster.sim, host, frame);
      const { cluster } = session;
      session.terminal('main');
      session.news();
      return {
        scenario: cluster.scenario.name,
        seed: cluster.sim.seed,
        ready: cluster.ready,
        ...(problem === undefined ? {} : { problem }),
      };
    },

    async close() {
      pacer?.stop();
      session = undefined;
      pacer = undefined;
      send = undefined;
    },

    terminal: {
      async line(name, text) {
        if (wantsFieldTexts(text)) texts = loadFieldTexts();
        // Lines keep their order: those that follow wait as well.
        if (texts !== undefined) await texts;
        current().session.line(name, text);
        frame();
        current().pacer.poke();
      },
      async signal(name, signal) {
        current().session.signal(name, signal);
        frame();
        current().pacer.poke();
      },
      async eof(name) {
        current().session.eof(name);
        frame();
        current().pacer.poke();
      },
      async resize(name, columns, rows) {
        current().session.resize(name, columns, rows);
      },
      async complete(name, line, cursor) {
        return current().session.terminal(name).complete(line, cursor);
      },
      async transcript(name, until) {
        return current().session.transcript(name, until);
      },
      async history(name) {
        return [...current().session.terminal(name).history];
      },
      async prompt(name) {
        return current().session.terminal(name).prompt;
      },
    },

    files: {
      async read(path) {
        const { files } = current().session.workstation;
        return files.exists(path) ? new TextDecoder().decode(files.read(path)) : undefined;
      },
      async write(path, text) {
        current().session.writeFile(path, text);
      },
      async list(path) {
        return current().session.workstation.files.list(path);
      },
    },

    async api(request) {
      const { session, pacer } = current();
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
        current().pacer.play();
      },
      async pause() {
        current().pacer.pause();
      },
      async speed(factor) {
        current().pacer.setSpeed(factor);
      },
      async step() {
        const { session, pacer } = current();
        pacer.pause();
        const { sim } = session.cluster;
        const before = sim.log.entries.length;
        // An event that leaves no trace is nothing to look at; go on to the next that does.
        while (sim.log.entries.length === before && sim.step());
        frame();
      },
      async beat() {
        const { session, pacer } = current();
        const { sim } = session.cluster;
        const before = session.beats.list.length;
        pacer.rush(() => session.beats.list.length > before, sim.now + FAR);
      },
      async skipIdle() {
        const { session, pacer } = current();
        const { sim } = session.cluster;
        const from = sim.now;
        pacer.rush(() => sim.now > from, sim.nextAt ?? from);
      },
      async untilQuiet() {
        const { session, pacer } = current();
        const { sim } = session.cluster;
        pacer.rush(() => sim.foreground === 0, sim.now + FAR);
      },
      async hidden(hidden) {
        current().pacer.setHidden(hidden);
      },
    },

    async scene(seq) {
      return current().session.scene(seq);
    },
    async beats() {
      return current().session.beats.list;
    },
    async objects(seq) {
      return current().session.objects(seq);
    },
    async object(ref, seq) {
      return current().session.object(ref, seq);
    },
    async why(ref, seq) {
      return current().session.why(ref, seq);
    },
    async next(seq) {
      return current().session.next(seq);
    },
    async check(checks) {
      return current().session.check(checks);
    },
    async inject(fault, undo) {
      current().session.fault(fault, undo);
      current().pacer.poke();
    },
    async recording() {
      return current().session.recording();
    },
    async hash() {
      return current().session.hash();
    },
  };
}
