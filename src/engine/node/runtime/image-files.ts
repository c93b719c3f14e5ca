import { MemoryFiles, type FilesSnapshot } from '../../os/files.ts';
import type { Image } from '../../os/image.ts';
import type { Program } from '../../os/process.ts';
import type { Millis } from '../../sim/time.ts';

/** `sh` and its utilities, by name, for images that have a flavour (or for each flavour its own). Injected by the composition. */
export type Utilities = Readonly<Record<string, Program>> | ((flavour: string) => Readonly<Record<string, Program>>);

/** The root file systems of images. They are the same on every node, and nobody writes to them, so one of each serves the whole world. */
export class ImageFiles {
  readonly #snapshots = new Map<Image, FilesSnapshot>();
  readonly #views = new Map<Image, Map<string, MemoryFiles>>();

  constructor(
    readonly utilities: Utilities,
    /** When all files of images were made. */
    readonly made: Millis,
  ) {}

  program(image: Image, name: string): Program | undefined {
    return image.programs?.[name] ?? this.#utilitiesOf(image)[name];
  }

  /** What a container's own files begin with: what it writes is copied then. */
  snapshot(image: Image): FilesSnapshot {
    let snapshot = this.#snapshots.get(image);
    if (snapshot === undefined) {
      const files = new MemoryFiles(() => this.made);
      files.mount('/', layers(image));
      for (const directory of ['/tmp', '/bin', '/etc', '/var/run', '/root', '/home', '/proc', '/dev']) {
        if (!files.exists(directory)) files.makeDirectory(directory, { parents: true });
      }
      files.chmod('/tmp', 0o777);
      for (const name of Object.keys(this.#utilitiesOf(image)))
        if (/^[\w.-]+$/.test(name)) files.write(`/bin/${name}`, new Uint8Array(), { mode: 0o755 });
      snapshot = files.snapshot();
      this.#snapshots.set(image, snapshot);
    }
    return snapshot;
  }

  /** The image's files as a user sees them, to be read alone. They hold no symbolic links. */
  view(image: Image, user: string): MemoryFiles {
    let views = this.#views.get(image);
    if (views === undefined) this.#views.set(image, (views = new Map<string, MemoryFiles>()));
    let view = views.get(user);
    if (view === undefined) views.set(user, (view = new MemoryFiles(() => this.made, { snapshot: this.snapshot(image), user })));
    return view;
  }

  /** What a distribution offers in its `/bin`. */
  utilitiesOf(flavour: string): Readonly<Record<string, Program>> {
    return typeof this.utilities === 'function' ? this.utilities(flavour) : this.utilities;
  }

  #utilitiesOf({ flavour }: Image): Readonly<Record<string, Program>> {
    return flavour === undefined ? {} : this.utilitiesOf(flavour);
  }
}

const OS_RELEASE: Readonly<Record<string, string>> = {
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n',
  debian: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
};

function layers(image: Image): Record<string, string> {
  const files: Record<string, string> = { ...image.files };
  const release = OS_RELEASE[image.flavour?.split('+')[0] ?? ''];
  if (release !== undefined) files['/etc/os-release'] = release;
  if (image.flavour !== undefined) files['/etc/passwd'] = 'root:x:0:0:root:/root:/bin/sh\n';
  return files;
}
