import { Interrupted, type Connection, type Process } from '../../../../os/process.ts';
import { run, type Task } from '../../../../os/task.ts';
import { encode, readLine, writeText } from '../../../../os/text.ts';
import type { Outcome } from './execute.ts';

/** Between a database and its client: a line of JSON each way. The real protocols are not spoken; only these clients talk to these servers. */
export interface Hello {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Question {
  readonly text: string;
}

export type Answer =
  | { readonly outcome: Outcome }
  | { readonly error: { readonly message: string; readonly at?: number; readonly code?: string; readonly detail?: string } };

/** Serves clients on a port: the first line says who it is, each further one is a statement. */
export function serveLines(
  process: Process,
  port: number,
  hello: (line: Hello, remote: string) => ((question: Question) => Answer) | Answer,
): void {
  process.net.listen(port, (connection) => {
    const done = (): void => connection.close();
    run(serve(connection, hello), done, (error) => {
      done();
      if (!(error instanceof Interrupted)) throw error;
    });
  });
}

function* serve(connection: Connection, hello: (line: Hello, remote: string) => ((question: Question) => Answer) | Answer): Task<void> {
  let answer: ((question: Question) => Answer) | undefined;
  const input = buffered(connection);
  for (;;) {
    const line = yield* readLine(input);
    if (line === undefined) return;
    let reply: object;
    if (answer === undefined) {
      const welcome = hello(parse(line) as Hello, connection.remote);
      if (typeof welcome === 'function') {
        answer = welcome;
        reply = {};
      } else reply = welcome;
    } else reply = answer(parse(line) as Question);
    yield* connection.output.write(encode(`${JSON.stringify(reply)}\n`));
    if (answer === undefined) return;
  }
}

/** A client's side. */
export class LineClient {
  readonly #input;

  constructor(readonly connection: Connection) {
    this.#input = buffered(connection);
  }

  *ask(line: object): Task<Answer | undefined> {
    yield* writeText(this.connection.output, `${JSON.stringify(line)}\n`);
    const answer = yield* readLine(this.#input);
    return answer === undefined ? undefined : (parse(answer) as Answer);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return { text: '', user: '', password: '', database: '' };
  }
}

function buffered({ input }: Connection): Connection['input'] {
  let rest: Uint8Array | undefined;
  return {
    *read() {
      const kept = rest;
      rest = undefined;
      return kept ?? (yield* input.read());
    },
    unread(bytes) {
      rest = bytes;
    },
    close: () => input.close(),
  };
}
