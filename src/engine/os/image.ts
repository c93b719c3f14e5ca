import type { LogEntry } from '../sim/log.ts';
import type { Program, SignalName } from './process.ts';

/** An image: what a registry has under a repository, and what runs when a container of it starts. */
export interface Image {
  /** `docker.io/library/nginx`. */
  readonly repository: string;
  readonly hasTag: (tag: string) => boolean;
  /** Compressed, as nodes report it; also what a pull takes to load. */
  readonly size: number;
  /** The distribution whose shell and utilities the image carries (`busybox`, `alpine`, `debian`); unset for images with nothing but their own program. */
  readonly flavour?: string;
  /** Who the processes run as; root when unset. */
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly stopSignal?: SignalName;
  readonly exposedPorts?: readonly number[];
  /** Lines of the file that it was made from, where they tell something. */
  readonly layers?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** The image's own programs, by name or absolute path. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Where a container's program stands for a component of this world: what that writes. Undefined where it stands for none. */
  readonly story?: (self: Narrator) => Story | undefined;
}

/** The container whose log a story is. */
export interface Narrator {
  readonly node: string;
  readonly pod: string;
  readonly argv: readonly string[];
}

/** The lines that a component writes on an entry of the log of causes. Asked, in order, when somebody reads them. */
export type Story = (entry: LogEntry) => readonly string[];
