import { FileError } from '../../engine/os/process.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode } from '../../engine/os/text.ts';
import { HOUR } from '../../engine/sim/time.ts';
import { resolvePath } from './config/stanzas.ts';
import type { Flags } from './flags.ts';
import { groupVersionsOf } from './served-apis.ts';
import type { ServedApis } from './served-apis.ts';
import { list } from './values.ts';
import type { JsonObject } from './values.ts';

const GOOD_FOR = 6 * HOUR;

/** client-go's cache of what a server offers: files below `~/.kube/cache/discovery`, whoever it was that asked. */
export class DiscoveryCache {
  readonly #process: Process;
  readonly #directory: string;
  #distrusted = false;
  #used = false;

  constructor(process: Process, flags: Flags, server: string) {
    this.#process = process;
    const home = process.env.get('HOME') ?? '';
    const root = flags.string('cache-dir') || process.env.get('KUBECACHEDIR') || `${home === '' ? '' : `${home}/`}.kube/cache`;
    this.#directory = resolvePath(process, `${root}/discovery/${server.replace(/^https?:\/\//, '').replace(/[^(\w/.)]/g, '_')}`);
  }

  /** What an earlier run kept, and what it did not keep from the server. */
  *load(live: () => Task<ServedApis>): Task<ServedApis> {
    let asked: ServedApis | undefined;
    const ask = function* (): Task<ServedApis> {
      return (asked ??= yield* live());
    };
    let groups = this.#read('servergroups.json');
    if (groups === undefined) {
      groups = (yield* ask()).groups;
      if (list(groups, 'groups').length > 0) this.#write('servergroups.json', groups);
    }
    const lists = new Map<string, JsonObject>();
    for (const version of groupVersionsOf(groups)) {
      const file = `${version}/serverresources.json`;
      let found = this.#read(file);
      if (found === undefined) {
        found = (yield* ask()).lists.get(version);
        if (found !== undefined && list(found, 'resources').length > 0) this.#write(file, found);
      }
      if (found !== undefined) lists.set(version, found);
    }
    return { groups, lists };
  }

  /** From now on the server is asked. False where nothing came from an earlier run: asking once more would tell nothing new. */
  distrust(): boolean {
    const used = this.#used;
    this.#distrusted = true;
    this.#used = false;
    return used;
  }

  #read(file: string): JsonObject | undefined {
    if (this.#distrusted) return undefined;
    const { files } = this.#process;
    const path = `${this.#directory}/${file}`;
    try {
      if (!files.exists(path) || this.#process.now() > files.stat(path).modified + GOOD_FOR) return undefined;
      const value = JSON.parse(decode(files.read(path))) as JsonObject;
      this.#used = true;
      return value;
    } catch (error) {
      if (error instanceof FileError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** A cache that cannot be written is none. */
  #write(file: string, value: JsonObject): void {
    const { files } = this.#process;
    const path = `${this.#directory}/${file}`;
    try {
      const directory = path.slice(0, path.lastIndexOf('/'));
      if (!files.exists(directory)) files.makeDirectory(directory, { parents: true, mode: 0o750 });
      files.write(path, encode(`${JSON.stringify(value)}\n`), { mode: 0o660 });
      files.chmod(path, 0o660);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
}
