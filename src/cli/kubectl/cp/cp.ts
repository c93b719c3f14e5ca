import type { FileSystem } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { resolvePath } from '../kubeconfig.ts';
import { defaultContainer } from '../logs.ts';
import type { Session } from '../session.ts';
import type { JsonObject } from '../values.ts';
import { runRemote } from './remote.ts';
import { packTar, unpackTar } from '../../../engine/os/tar.ts';
import type { TarEntry } from '../../../engine/os/tar.ts';

// Both ways through `tar` in the container: an image without it cannot be copied to or from.

export const CP_FLAGS = 'c/container:string no-preserve:bool retries:int=0';

interface FileSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly path: string;
}

export function* cp(session: Session): Task<number> {
  const { args } = session.flags;
  if (args.length !== 2) throw new CommandError('source and destination are required');
  const [from, to] = [parseSpec(args[0] as string), parseSpec(args[1] as string)];
  if (from.pod !== '' && to.pod !== '') throw new CommandError('one of src or dest must be a local file specification');
  if (from.path === '' || to.path === '') throw new CommandError('filepath can not be empty');
  if (from.pod !== '') return yield* download(session, from, to.path);
  if (to.pod !== '') return yield* upload(session, from.path, to);
  throw new CommandError('one of src or dest must be a remote file specification');
}

function parseSpec(given: string): FileSpec {
  const colon = given.indexOf(':');
  if (colon < 0) return { namespace: '', pod: '', path: given };
  const [pod, path] = [given.slice(0, colon), given.slice(colon + 1)];
  const pieces = pod.split('/');
  if (colon === 0 || pieces.length > 2) throw new CommandError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  return pieces.length === 2 ? { namespace: pieces[0] as string, pod: pieces[1] as string, path } : { namespace: '', pod, path };
}

function* target(session: Session, spec: FileSpec): Task<{ pod: JsonObject; container: string }> {
  const pod = yield* session.json('GET', `/api/v1/namespaces/${spec.namespace || session.namespace}/pods/${spec.pod}`);
  return { pod, container: session.flags.string('container') || (yield* defaultContainer(session, pod)) };
}

function base(path: string): string {
  return path.replace(/\/+$/, '').split('/').pop() ?? '';
}

function* upload(session: Session, local: string, spec: FileSpec): Task<number> {
  const { files } = session.process;
  const source = resolvePath(session.process, local);
  if (!files.exists(source)) throw new CommandError(`${local} doesn't exist in local filesystem`);
  const { pod, container } = yield* target(session, spec);
  let destination = spec.path.length > 1 ? spec.path.replace(/\/+$/, '') : spec.path;
  // Into a directory that is there, under its own name.
  const probe = yield* runRemote(session, pod, container, ['test', '-d', destination]);
  if (probe.code === 0) destination = `${destination.replace(/\/$/, '')}/${base(local)}`;
  const name = base(destination);
  const entries: TarEntry[] = [];
  collect(files, source, name, entries);
  const directory = destination.slice(0, destination.length - name.length).replace(/\/$/, '');
  const archive = packTar(entries, session.process.now());
  const preserve = session.flags.bool('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : [];
  const command = ['tar', ...preserve, '-xmf', '-', ...(directory === '' && !destination.startsWith('/') ? [] : ['-C', directory || '/'])];
  return yield* outcome(session, yield* runRemote(session, pod, container, command, archive));
}

function collect(files: FileSystem, path: string, name: string, entries: TarEntry[]): void {
  const { type, mode } = files.stat(path);
  const entry = { path: name, type, mode, target: type === 'symlink' ? files.readLink(path) : '', bytes: new Uint8Array() };
  if (type !== 'directory') entries.push(type === 'file' ? { ...entry, bytes: files.read(path) } : entry);
  else {
    const inner = [...files.list(path)].sort();
    if (inner.length === 0) entries.push(entry);
    for (const each of inner) collect(files, `${path}/${each}`, `${name}/${each}`, entries);
  }
}

function* download(session: Session, spec: FileSpec, local: string): Task<number> {
  const { pod, container } = yield* target(session, spec);
  const found = yield* runRemote(session, pod, container, ['tar', 'cf', '-', spec.path]);
  if (found.code !== 0) return yield* outcome(session, found);
  if (found.complaints !== '') yield* session.err(found.complaints);
  const { files } = session.process;
  const prefix = spec.path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
  let destination = resolvePath(session.process, local);
  if (files.exists(destination) && files.stat(destination).type === 'directory') destination = `${destination}/${base(prefix)}`;
  for (const entry of unpackTar(found.output)) {
    const member = entry.path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
    const rest =
      member === prefix
        ? ''
        : member.startsWith(`${prefix}/`) || prefix === '' || prefix === '.'
          ? member.slice(prefix === '' || prefix === '.' ? 0 : prefix.length + 1)
          : undefined;
    if (rest === undefined || rest.split('/').includes('..')) {
      yield* session.err(`warning: file ${JSON.stringify(entry.path)} is outside target destination, skipping\n`);
      continue;
    }
    const path = rest === '' ? destination : `${destination}/${rest}`;
    files.makeDirectory(entry.type === 'directory' ? path : path.replace(/\/[^/]*$/, '') || '/', { parents: true });
    if (entry.type === 'symlink')
      yield* session.err(`warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(entry.target)}\n`);
    else if (entry.type === 'file') files.write(path, entry.bytes, session.flags.bool('no-preserve') ? {} : { mode: entry.mode });
  }
  return 0;
}

function* outcome(session: Session, { code, complaints }: { code: number; complaints: string }): Task<number> {
  if (complaints !== '') yield* session.err(complaints);
  if (code !== 0) yield* session.err(`command terminated with exit code ${code}\n`);
  return code;
}
