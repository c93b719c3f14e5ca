import { pipe } from '../../os/pipe.ts';
import type { ServedResponse } from '../../os/process.ts';
import { encode } from '../../os/text.ts';
import { EtcdError } from '../../etcd/etcd-error.ts';
import type { StoreEvent } from '../../etcd/store.ts';
import type { Served } from './served.ts';
import { compact, flag, key64, keyValue, number, rangeEnd, text, type Message } from './wire.ts';

/** `Watch.Watch` with one watch: a stream of one JSON message a line, each in `result`. What is written at one revision comes in one message. */
export function watch(etcd: Served, message: Message): ServedResponse {
  const { store, sim, leaseId } = etcd;
  const create = (message['create_request'] ?? {}) as Message;
  const { reader, writer } = pipe();
  const send = (result: Message): void => {
    writer.push(encode(`${JSON.stringify({ result: { header: etcd.header(), ...result } })}\n`));
  };
  const start = text(create, 'key');
  const end = rangeEnd(create);
  const from = number(create, 'start_revision');
  const wantsPrevious = flag(create, 'prev_kv');
  let gathered: StoreEvent[] = [];
  let announced = false;
  const tell = (): void => {
    if (!announced || gathered.length === 0) return;
    const events = gathered;
    gathered = [];
    send({ events: events.map((event) => shown(event, wantsPrevious, leaseId)) });
  };
  let stop = (): void => {};
  send({ created: true });
  try {
    stop = store.watch({
      start,
      ...(end === undefined ? {} : { end }),
      from,
      onEvent(event) {
        const first = gathered.at(-1);
        if (first !== undefined && first.revision !== event.revision) tell();
        if (gathered.length === 0) sim.after(1, tell);
        gathered.push(event);
      },
    });
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    send({ canceled: true, compact_revision: String(store.compactRevision), cancel_reason: error.message });
    writer.close();
  }
  announced = true;
  const forget = etcd.onStop(() => {
    stop();
    writer.close();
  });
  const body = {
    ...reader,
    close(): void {
      forget();
      stop();
      reader.close();
    },
  };
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function shown({ type, key, revision, kv, prev }: StoreEvent, wantsPrevious: boolean, leaseId: (id: number) => string): Message {
  return compact({
    type: type === 'DELETE' ? 'DELETE' : '',
    kv: kv === undefined ? { key: key64(key), mod_revision: String(revision) } : keyValue(kv, leaseId),
    prev_kv: wantsPrevious && prev !== undefined ? keyValue(prev, leaseId) : undefined,
  });
}
