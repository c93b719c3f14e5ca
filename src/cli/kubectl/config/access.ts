import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { JsonObject } from '../values.ts';
import { readStanzas, shownPath, writeStanzas } from './stanzas.ts';
import type { Section, Stanzas } from './stanzas.ts';

export function load(session: Session): Stanzas {
  return readStanzas(session.process, session.flags);
}

/** The file that messages name. */
export function fileOf(session: Session): string {
  return shownPath(session.process, session.flags);
}

export function save(session: Session, before: Stanzas, after: Stanzas): void {
  writeStanzas(session.process, session.flags, before, after);
}

export function withEntry(config: Stanzas, section: Section, name: string, content: JsonObject): Stanzas {
  return { ...config, [section]: new Map(config[section]).set(name, content) };
}

export function withoutEntry(config: Stanzas, section: Section, name: string): Stanzas {
  const left = new Map(config[section]);
  left.delete(name);
  return { ...config, [section]: left };
}

/** Path and bytes of a certificate or key that goes into the kubeconfig itself. */
export function embedded(session: Session, flag: string): string {
  const { process } = session;
  const given = session.flags.string(flag);
  const path = given.startsWith('/') ? given : `${process.cwd}/${given}`;
  if (!process.files.exists(path)) throw new CommandError(`could not stat ${flag} file ${given}: stat ${given}: no such file or directory`);
  return btoa([...process.files.read(path)].map((byte) => String.fromCharCode(byte)).join(''));
}
