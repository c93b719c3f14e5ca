import type { Task } from '../../engine/os/task.ts';
import { decode, readAll } from '../../engine/os/text.ts';
import type { Stream } from '../../engine/apiserver/types.ts';
import { badRequest } from '../../engine/api/errors.ts';
import { CommandError, ServerError } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';
import type { Session } from './session.ts';
import { wireChunks } from './streams.ts';
import type { Json } from './values.ts';
import { wireText } from './wire-text.ts';

/** `get --raw` prints what comes, and so takes nothing that chooses or forms. */
export function checkRawGet({ flags }: Session): void {
  if (flags.args.length > 0) throw new CommandError('arguments may not be passed when --raw is specified');
  if (flags.bool('watch') || flags.bool('watch-only') || flags.string('selector') !== '')
    throw new CommandError('--raw may not be specified with other flags that filter the server request or alter the output');
  if (flags.string('output') !== '') throw new CommandError('--raw and --output are mutually exclusive');
}

/** What goes beside `--raw` where it sends something: one file. */
export function checkRaw({ flags }: Session): void {
  const files = flags.list('filename');
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  if (files.length !== 1) throw new CommandError('--raw can only use a single local file or stdin');
  if (/^https?:\/\//.test(files[0] as string)) throw new CommandError('--raw cannot read from a url');
  if (flags.bool('recursive')) throw new CommandError('--raw and --recursive are mutually exclusive');
  if (flags.string('output') !== '') throw new CommandError('--raw and --output are mutually exclusive');
}

/** `--raw`: a path as it is, the answer as it is, for as long as it comes. */
export function* rawRequest(session: Session, method: string, target: string): Task<number> {
  if (!target.startsWith('/'))
    throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(target)}: invalid URI for request`);
  const [path = '', search = ''] = target.split(/\?(.*)/s);
  const query: Record<string, string> = {};
  for (const part of search.split('&').filter(Boolean)) {
    const [key = '', value = ''] = part.split(/=(.*)/s);
    query[decodeURIComponent(key)] = decodeURIComponent(value);
  }
  const [file] = session.flags.list('filename');
  const source =
    file === undefined || method === 'GET'
      ? undefined
      : file === '-'
        ? yield* readAll(session.process.stdin)
        : decode(session.process.files.read(resolvePath(session.process, file)));
  const answer = yield* session.call(method, path, {
    query,
    ...(source === undefined ? {} : { body: source, headers: { 'content-type': 'application/json' } }),
  });
  if (answer.stream !== undefined) return yield* copy(session, answer.stream);
  yield* session.out(typeof answer.body === 'string' ? answer.body : wireText(answer.body as Json));
  return 0;
}

function* copy(session: Session, stream: Stream): Task<number> {
  // A plain request asks for no other protocol, which these need.
  if (stream.kind !== 'watch' && stream.kind !== 'bytes') throw new ServerError(badRequest('Upgrade request required').status);
  const chunks = wireChunks(stream);
  try {
    for (let bytes = yield* chunks.next(); bytes !== undefined; bytes = yield* chunks.next()) yield* session.process.stdout.write(bytes);
    return 0;
  } finally {
    chunks.close();
  }
}
