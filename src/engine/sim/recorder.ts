import type { Seq } from './log.ts';
import { PartWanted, type Part } from './part.ts';
import type { Simulation } from './simulation.ts';
import type { Millis } from './time.ts';

/** Something from outside the simulation, as plain JSON. The composition (`cluster.ts`) knows the kinds and how to apply them. */
export interface Input {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** An input with the exact instant at which it came: after `step` events, at virtual time `at`. */
export interface RecordedInput {
  readonly step: number;
  readonly at: Millis;
  readonly input: Input;
}

/** A whole run as a small value: seed, start state and inputs. A saved session, a share link and a bug report are all this. */
export interface Recording {
  readonly version: 1;
  readonly seed: number;
  /** Identifies the scenario; the reader resolves it. */
  readonly scenario: string;
  readonly inputs: readonly RecordedInput[];
  /** Where the recording stops, so that replay ends at the same instant. */
  readonly end: { readonly step: number; readonly at: Millis };
}

/** Applies inputs and keeps them with their instant. Every input from outside goes through here, live and on replay. */
export class Recorder {
  readonly #inputs: RecordedInput[] = [];

  constructor(
    readonly sim: Simulation,
    readonly scenario: string,
    readonly apply: (input: Input) => unknown,
  ) {}

  get inputs(): readonly RecordedInput[] {
    return this.#inputs;
  }

  /** Records an input at the present instant and applies it; returns what applying returned. */
  input(input: Input): unknown {
    this.#inputs.push({ step: this.sim.steps, at: this.sim.now, input });
    const text = typeof input['text'] === 'string' ? { text: input['text'] } : {};
    const seq = this.sim.append('outside', 'input', { kind: input.kind, ...text }, { cause: 0 });
    return this.sim.causedBy(seq, () => this.apply(input));
  }

  recording(): Recording {
    const { sim } = this;
    return { version: 1, seed: sim.seed, scenario: this.scenario, inputs: [...this.#inputs], end: { step: sim.steps, at: sim.now } };
  }

  /** Plays a recording into a fresh world; with `last`, until its log has that entry. What came after is open again. */
  replay(recording: Recording, last?: Seq): void {
    for (const part of this.replaying(recording, last)) throw new PartWanted(part);
  }

  /** The same for those who have to load what the world needs on the way: it goes on when they have. */
  *replaying(recording: Recording, last: Seq = Number.POSITIVE_INFINITY): Generator<Part, void> {
    const { sim } = this;
    for (const { step, at, input } of [...recording.inputs, { ...recording.end, input: undefined }]) {
      yield* sim.seeking(step, at, last);
      if (sim.log.last >= last) return;
      if (input !== undefined) this.input(input);
    }
  }
}
