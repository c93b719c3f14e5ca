import type { Kind } from '../../api/kind.ts';

/** The kinds that a server serves now: those it is built with, and those that definitions have made. */
export class ServedKinds {
  #custom: readonly Kind[] = [];
  #byResource = new Map<string, Kind>();
  /** Counts changes, for those who make something of the kinds and keep it. */
  changes = 0;

  constructor(readonly builtIn: readonly Kind[]) {}

  get all(): readonly Kind[] {
    return this.#custom.length === 0 ? this.builtIn : [...this.builtIn, ...this.#custom];
  }

  get custom(): readonly Kind[] {
    return this.#custom;
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    return this.#byResource.get(`${group}/${version}/${resource}`);
  }

  hasGroup(group: string): boolean {
    return this.#custom.some((kind) => kind.group === group);
  }

  replace(custom: readonly Kind[]): void {
    this.#custom = custom;
    this.#byResource = new Map(custom.map((kind) => [`${kind.group}/${kind.version}/${kind.resource}`, kind]));
    this.changes++;
  }
}
