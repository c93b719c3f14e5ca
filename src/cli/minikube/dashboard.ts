import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText, writerTo } from '../../engine/os/text.ts';
import { enable, isEnabled } from './addons.ts';
import { kubectl, say, type MinikubeControl } from './control.ts';
import { Failure } from './failure.ts';

const PAGE = '/api/v1/namespaces/kubernetes-dashboard/services/http:kubernetes-dashboard:/proxy/';

/** `minikube dashboard [--url]`: the add-on, and a proxy to its page for as long as this runs. */
export function* dashboard(process: Process, control: MinikubeControl, url: boolean): Task<number> {
  const tell = (text: string): Task<void> => writeText(process.stderr, `${text}\n`);
  if (!(yield* isEnabled(process, control, 'dashboard'))) {
    yield* tell('🔌  Enabling dashboard ...');
    yield* enable(process, control, 'dashboard', true);
  }
  yield* tell('🤔  Verifying dashboard health ...');
  const { code, err } = yield* kubectl(process, [
    'wait',
    '-n',
    'kubernetes-dashboard',
    '--for=condition=Available',
    'deployment/kubernetes-dashboard',
    '--timeout=120s',
  ]);
  if (code !== 0) throw new Failure(119, `\n❌  Exiting due to SVC_CHECK_TIMEOUT: dashboard service is not running: ${err.trim()}\n`);
  yield* tell('🚀  Launching proxy ...');
  let said = '';
  const proxy = process.spawn(['kubectl', 'proxy', '--port=0'], { stdout: writerTo((bytes) => (said += decode(bytes))) });
  for (let waited = 0; !/:\d+\n/.test(said) && waited < 5000; waited += 100) yield* process.sleep(100);
  const port = /:(\d+)\n/.exec(said)?.[1];
  if (port === undefined) throw new Failure(80, '\n❌  Exiting due to HOST_KUBECTL_PROXY: kubectl proxy\n');
  yield* tell('🤔  Verifying proxy health ...');
  const address = `http://127.0.0.1:${port}${PAGE}`;
  if (url) yield* say(process, address);
  else yield* tell(`🎉  Opening ${address} in your default browser...`);
  for (const signal of ['INT', 'TERM'] as const) process.onSignal(signal, () => proxy.kill('TERM'));
  return yield* proxy.wait();
}
