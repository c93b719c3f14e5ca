import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE, SECOND } from '../engine/sim/time.ts';
import { Session } from '../workers/session.ts';
import { filled, match, type Bindings } from './match.ts';
import type { Experiment, Step } from './read-transcript.ts';

const CLUSTER = { name: 'transcript', systemPods: false, nodes: [{ name: 'worker-1' }, { name: 'worker-2' }] };

export interface Played {
  /** The steps as text: what was expected where it came true, else what was seen. */
  shown: string;
  expected: string;
  /** What was seen instead, by step. Nothing after the first difference is played. */
  differs?: { step: Step; seen: string[] };
}

/** Plays an experiment on a cluster of its own. */
export function play(experiment: Experiment): Played {
  const session = new Session({
    scenario: parseScenario({ ...CLUSTER, ...experiment.scenario, files: experiment.files }, experiment.ids.join(', ')),
    seed: 1,
    freeze: true,
  });
  const { sim } = session.cluster;
  sim.runUntilQuiet(MINUTE);

  let bindings: Bindings = new Map();
  let shown = '';
  let expected = '';
  for (const step of experiment.steps) {
    const before = session.transcript('main').length;
    session.line('main', filled(step.line, bindings));
    sim.runUntilTrue(() => !session.terminal('main').busy, 240 * MINUTE);
    const screen = decode(session.transcript('main').subarray(before)).replace(/^\S*:\S*\$ .*\n/, '');
    const seen = screen.split('\n').filter((line) => line.trim() !== '');
    const learnt = match(step.expected, seen, bindings);
    const typed = `${step.hasty ? '%' : '$'} ${step.line}`;
    expected += [typed, ...step.expected, ''].join('\n');
    shown += [typed, ...(learnt === undefined ? seen : step.expected), ''].join('\n');
    if (learnt === undefined) return { shown, expected, differs: { step, seen } };
    bindings = learnt;
    // What was told is done before the learner types on.
    if (!step.hasty) sim.runUntilQuiet(10 * SECOND);
  }
  return { shown, expected };
}
