import type { Histogram } from '../../metrics/instruments.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { RequestObserver } from '../context.ts';
import type { AdmissionType } from '../filters/admission-metrics.ts';

const OPERATIONS = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' } as const;
type Verb = keyof typeof OPERATIONS;

/** Measures how long each plugin of a chain takes. Every write passes every plugin, so what is counted is looked up once. */
export class AdmissionWatch {
  readonly #names: readonly string[];
  readonly #rows = new Map<AdmissionType, Map<Verb, (Histogram | undefined)[]>>();

  /** `names`: the plugins, in order. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** The plugin at `index` has let the operation pass. */
  passed(index: number, type: AdmissionType, verb: Verb, observer: RequestObserver | undefined, begun: Millis): void {
    if (observer === undefined) return;
    const took = observer.now() - begun;
    if (took > 0) observer.waitedFor(took);
    const row = this.#row(type, verb);
    let histogram = row[index];
    if (histogram === undefined) row[index] = histogram = observer.admission.passing(this.#names[index] ?? '', type, OPERATIONS[verb]);
    histogram.observe(took / SECOND);
  }

  refused(index: number, type: AdmissionType, verb: Verb, observer: RequestObserver | undefined, begun: Millis): void {
    if (observer === undefined) return;
    const took = observer.now() - begun;
    observer.waitedFor(took);
    observer.admission.refused(this.#names[index] ?? '', type, OPERATIONS[verb], took / SECOND);
  }

  /** All plugins have been asked, or one has refused. */
  step(type: AdmissionType, verb: Verb, observer: RequestObserver | undefined, begun: Millis, rejected: boolean): void {
    observer?.admission.step(type, OPERATIONS[verb], rejected, (observer.now() - begun) / SECOND);
  }

  #row(type: AdmissionType, verb: Verb): (Histogram | undefined)[] {
    let rows = this.#rows.get(type);
    if (rows === undefined) this.#rows.set(type, (rows = new Map<Verb, (Histogram | undefined)[]>()));
    let row = rows.get(verb);
    if (row === undefined) rows.set(verb, (row = []));
    return row;
  }
}
