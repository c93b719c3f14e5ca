import type { Histogram } from '../../metrics/instruments.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { RequestObserver } from '../context.ts';
import type { AdmissionType } from '../filters/admission-metrics.ts';

const OPERATIONS = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' } as const;
type Verb = keyof typeof OPERATIONS;

/** What is counted of one kind of operation. Every write passes every plugin: it is looked up once. */
interface Row {
  readonly plugins: (Histogram | undefined)[];
  step: Histogram | undefined;
}

/** Measures how long each plugin of a chain takes. */
export class AdmissionWatch {
  readonly #names: readonly string[];
  readonly #rows: Readonly<Record<AdmissionType, Map<Verb, Row>>> = { admit: new Map(), validate: new Map() };

  /** `names`: the plugins, in order. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  begin(type: AdmissionType, verb: Verb, observer: RequestObserver): AdmissionPassage {
    let row = this.#rows[type].get(verb);
    if (row === undefined) this.#rows[type].set(verb, (row = { plugins: [], step: undefined }));
    return new AdmissionPassage(this.#names, row, type, verb, observer);
  }
}

/** One operation's way through the plugins. */
export class AdmissionPassage {
  readonly #names: readonly string[];
  readonly #row: Row;
  readonly #type: AdmissionType;
  readonly #verb: Verb;
  readonly #observer: RequestObserver;
  readonly #begun: Millis;
  /** When the plugin that is asked now was asked. */
  #since: Millis;

  constructor(names: readonly string[], row: Row, type: AdmissionType, verb: Verb, observer: RequestObserver) {
    this.#names = names;
    this.#row = row;
    this.#type = type;
    this.#verb = verb;
    this.#observer = observer;
    this.#begun = this.#since = observer.now();
  }

  /** The plugin at `index` has let the operation pass. `waited`: it had to ask somebody. */
  passed(index: number, waited: boolean): void {
    let took = 0;
    if (waited) {
      const now = this.#observer.now();
      took = now - this.#since;
      this.#since = now;
      this.#observer.waitedFor(took);
    }
    const { plugins } = this.#row;
    plugins[index] ??= this.#observer.admission.passing(this.#names[index] ?? '', this.#type, OPERATIONS[this.#verb]);
    plugins[index].observe(took / SECOND);
  }

  refused(index: number): void {
    const { admission } = this.#observer;
    const took = this.#observer.now() - this.#since;
    this.#observer.waitedFor(took);
    admission.refused(this.#names[index] ?? '', this.#type, OPERATIONS[this.#verb], took / SECOND);
    admission.step(this.#type, OPERATIONS[this.#verb], true).observe(this.#took());
  }

  /** All plugins have let it pass. */
  done(): void {
    this.#row.step ??= this.#observer.admission.step(this.#type, OPERATIONS[this.#verb], false);
    this.#row.step.observe(this.#took());
  }

  #took(): number {
    return (this.#observer.now() - this.#begun) / SECOND;
  }
}
