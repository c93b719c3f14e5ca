import { KINDS } from '../engine/api/kinds/index.ts';
import type { Node } from '../engine/api/generated/types.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { ApiObject } from '../engine/api/meta.ts';
import type { Cluster } from '../engine/cluster.ts';
import type { Program } from '../engine/os/process.ts';
import { made, part, rare } from '../engine/os/rare.ts';
import type { Fault, Scenario } from '../engine/scenario.ts';
import type { LogEntry, Ref, Seq } from '../engine/sim/log.ts';
import type { Part } from '../engine/sim/part.ts';
import type { Recording } from '../engine/sim/recorder.ts';
import type { Millis } from '../engine/sim/time.ts';
import { etcdctl, etcdutl } from '../cli/etcdctl/etcdctl.ts';
import { openssl } from '../cli/openssl/openssl.ts';
import { completeKubectl } from '../cli/kubectl/completion/terminal.ts';
import { createKubectl } from '../cli/kubectl/kubectl.ts';
import { overNetwork } from '../cli/kubectl/over-network.ts';
import { parseRange } from '../engine/network/address.ts';
import { NetworkNamespace } from '../engine/network/namespace.ts';
import { scp } from '../engine/node/ssh/scp.ts';
import { ssh } from '../engine/node/ssh/ssh.ts';
import { createKubeadm } from '../cli/kubeadm/kubeadm.ts';
import { createMinikube } from '../cli/minikube/minikube.ts';
import { dashboardYaml } from '../engine/addons/dashboard.ts';
import { metricsServerYaml } from '../engine/addons/metrics-server.ts';
import { defaultStorageClassYaml, storageProvisionerYaml } from '../engine/addons/minikube-storage.ts';
import { createLab } from '../cli/lab/lab.ts';
import { Beats } from '../scenes/beats.ts';
import { Census } from '../scenes/census.ts';
import { ClusterScene, type World } from '../scenes/cluster-scene.ts';
import { nodeOfCell } from '../scenes/folds.ts';
import type { PlaceId, Scene } from '../scenes/scene.ts';
import { SchedulingScenes, type SchedulingScene } from '../scenes/scheduling.ts';
import { sentence } from '../scenes/sentence.ts';
import { runCheck, type Check, type CheckResult } from '../notebook/check.ts';
import type { Edit } from '../shell/utilities/editor.ts';
import { Workstation, type TerminalSession } from '../shell/workstation.ts';
import { adminAccess } from './admin-access.ts';
import { Editing } from './editing.ts';
import { etcdAccess } from './etcd-access.ts';
import { kubectlAccess } from './kubectl-access.ts';
import { labControl } from './lab-control.ts';
import { machineControl } from './machine-control.ts';
import { observing } from './observer.ts';
import { objectList, type Shelves } from './object-list.ts';
import { openCluster } from './open.ts';
import { newest, type News } from './portions.ts';
import type { ObjectsShown, ObjectWindow, Why } from './protocol.ts';

export interface SessionOptions {
  scenario?: Scenario;
  seed?: number;
  /** The lab's programs ask to run ahead of the pace to a virtual time. */
  onRush?: (until: Millis) => void;
  freeze?: boolean;
  /** One that was opened with the same scenario and seed, and nothing done to it since. */
  cluster?: Cluster;
}

interface Terminal {
  shell: TerminalSession;
  columns: number;
  rows: number;
  /** Everything its screen has shown, and how long the log was then. */
  output: { seq: Seq; bytes: Uint8Array }[];
  /** Bytes of it since somebody looked whether that is still worth keeping. */
  unkept: number;
}

const MOST_UNKEPT = 2 ** 20;

/**
 * A cluster with the learner's workstation beside it, and everything the page asks of them. Synchronous and free of the
 * host, so that the same session runs in the worker, in Node and in tests, and a recording replays to the same log.
 */
export class Session {
  readonly cluster: Cluster;
  readonly workstation: Workstation;
  readonly beats = new Beats();
  /** Who wants completion sees to it that this is there. */
  readonly completion = part(completeKubectl);
  readonly #terminals = new Map<string, Terminal>();
  readonly #scene: ClusterScene;
  readonly #scheduling = new SchedulingScenes();
  readonly #census = new Census();
  #commits: { seq: Seq; revision: number }[] = [];
  readonly #faults: { seq: Seq; target: string; stopped: boolean }[] = [];
  readonly #editing = new Editing((session, edit) => this.#news.edits.push({ session, edit }));
  #oldest: Seq = 1;
  #news: News = { output: [], prompts: [], edits: [], beats: [] };

  constructor(options: SessionOptions = {}) {
    const { scenario, seed, freeze } = options;
    this.cluster =
      options.cluster ??
      openCluster({
        ...(scenario === undefined ? {} : { scenario }),
        ...(seed === undefined ? {} : { seed }),
        ...(freeze === undefined ? {} : { freeze }),
      });
    const { cluster } = this;
    const observe = observing(cluster);
    const kubectl: Program = createKubectl(kubectlAccess(cluster));
    const outside = new NetworkNamespace({ network: cluster.network, actor: 'workstation', addresses: ['203.0.113.10'] });
    const machines = machineControl(cluster);
    const minikube = made(part(createMinikube), (create) =>
      create({
        machines,
        addons: {
          'metrics-server': metricsServerYaml,
          dashboard: dashboardYaml,
          'storage-provisioner': storageProvisionerYaml,
          'default-storageclass': defaultStorageClassYaml,
        },
        route: (range, node) => cluster.network.addRoute(outside, parseRange(range), node),
      }),
    );
    const kubeadm = made(part(createKubeadm), (create) => create(machines));
    const etcdTools = { etcdctl: rare(etcdctl), etcdutl: rare(etcdutl) };
    Object.assign(cluster.tools, { kubeadm, kubectl: createKubectl(overNetwork), openssl: rare(openssl), ...etcdTools });
    const lab = made(part(createLab), (create) =>
      create(
        labControl(
          cluster,
          () => this.stopped(cluster.sim.log.last),
          (until) => options.onRush?.(until),
        ),
      ),
    );
    this.workstation = new Workstation({
      sim: cluster.sim,
      net: () => outside.open(),
      programs: { kubectl, lab, ...etcdTools, openssl: rare(openssl), ssh: rare(ssh), scp: rare(scp), kubeadm, minikube },
      complete: {
        kubectl: (line, cursor) => {
          const { files, home } = this.workstation;
          return this.completion.value?.(observe, { files, env: new Map([['HOME', home]]), cwd: home }, line, cursor);
        },
      },
      files: { '.ssh/config': SSH_CONFIG, ...cluster.scenario.files },
      openEditor: (session, edit) => this.#editing.open(session, edit),
    });
    // A cluster that is yet to be made leaves its administrator to fetch his kubeconfig.
    if (cluster.scenario.controlPlane?.bare !== true) {
      adminAccess(this.workstation, cluster.sim, cluster.scenario.controlPlane?.name === 'minikube' ? 'minikube' : undefined);
      if (cluster.controlPlane?.etcd !== undefined) etcdAccess(this.workstation, cluster.controlPlane.etcd);
    }
    cluster.onInput('terminal-open', (input) => this.#terminal(input['session'] as string));
    cluster.onInput('terminal', (input) => {
      const terminal = this.#terminal(input['session'] as string);
      this.#echo(terminal, `${input['text'] as string}\n`);
      terminal.shell.line(input['text'] as string);
    });
    cluster.onInput('terminal-signal', (input) => {
      const terminal = this.#terminal(input['session'] as string);
      this.#echo(terminal, '');
      terminal.shell.signal(input['signal'] as 'INT');
    });
    cluster.onInput('terminal-eof', (input) => this.#terminal(input['session'] as string).shell.eof());
    cluster.onInput('terminal-resize', (input) =>
      this.#terminal(input['session'] as string).shell.resize(input['columns'] as number, input['rows'] as number),
    );
    cluster.onInput('part-missing', () => cluster.sim.forgo());
    cluster.onInput('edit', (input) => this.#editing.answer(input['session'] as string, input['content'] as string));
    cluster.onInput('edit-given-up', (input) => this.#editing.answer(input['session'] as string, undefined));
    cluster.onInput('file', (input) =>
      this.workstation.files.write(input['path'] as string, new TextEncoder().encode(input['content'] as string)),
    );

    for (const entry of cluster.sim.log.entries) this.#index(entry);
    // What happened before the start state is no part of the run.
    for (const kind of COUNTED)
      for (const object of cluster.observe(kind)) this.#census.add(cluster.sim.log.last, kind.kind, fullName(object.metadata), object);
    cluster.sim.log.subscribe((entry) => {
      this.#index(entry);
      if (entry.verb === 'commit' && entry.ref !== undefined)
        this.#census.add(entry.seq, entry.ref.kind, fullName(entry.ref), cluster.store.get<ApiObject>(entry.detail.key)?.value);
      const beat = this.beats.add(entry);
      if (beat !== undefined && this.#news.beats.at(-1) !== beat) this.#news.beats.push(beat);
    });
    this.#scene = new ClusterScene(this.#world());
    this.#terminal('main');
  }

  /** A typed line. Recorded. */
  line(session: string, text: string): void {
    this.cluster.recorder.input({ kind: 'terminal', session, text });
  }
  signal(session: string, signal: 'INT' | 'TSTP' | 'QUIT'): void {
    this.cluster.recorder.input({ kind: 'terminal-signal', session, signal });
  }
  eof(session: string): void {
    this.cluster.recorder.input({ kind: 'terminal-eof', session });
  }
  resize(session: string, columns: number, rows: number): void {
    this.terminal(session);
    const terminal = this.#terminal(session);
    if (terminal.columns === columns && terminal.rows === rows) return;
    Object.assign(terminal, { columns, rows });
    this.cluster.recorder.input({ kind: 'terminal-resize', session, columns, rows });
  }
  /** What a program of this terminal gives the learner to edit. */
  editing(session: string): Edit | undefined {
    return this.#editing.current(session);
  }
  /** The text as the learner saved it; `undefined`: given up. */
  edited(session: string, content: string | undefined): void {
    this.cluster.recorder.input(content === undefined ? { kind: 'edit-given-up', session } : { kind: 'edit', session, content });
  }
  writeFile(path: string, content: string): void {
    this.cluster.recorder.input({ kind: 'file', path, content });
  }

  /** A terminal. `main` is there from the start; opening another starts a shell, which is an input. */
  terminal(session: string): TerminalSession {
    if (!this.#terminals.has(session)) this.cluster.recorder.input({ kind: 'terminal-open', session });
    return this.#terminal(session).shell;
  }

  /** What a terminal has shown, prompts and typed lines with it, up to an entry of the log. */
  transcript(session: string, until: Seq = Number.POSITIVE_INFINITY): Uint8Array {
    const parts = (this.#terminals.get(session)?.output ?? []).filter((part) => part.seq <= until);
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
    let at = 0;
    for (const { bytes } of parts) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }

  /** Takes what has happened since the last call. */
  news(): News {
    const news = this.#news;
    this.#news = { output: [], prompts: [], edits: [], beats: [] };
    // Puts into words what has happened in the open beat.
    void this.beats.list;
    this.#forget();
    return news;
  }

  scene(seq: Seq = this.cluster.sim.log.last, picked?: Ref): Scene {
    const beat = this.beats.at(seq);
    return this.#scene.build(seq, beat, picked);
  }

  /** The node that a cell of a zone's field stands for. */
  cell(place: PlaceId, cell: number): Ref | undefined {
    const name = nodeOfCell(this.#census, place, cell);
    return name === undefined ? undefined : { kind: 'Node', name };
  }

  /** How the scheduler decided, at an instant of the log; `attempt`: which of its attempts. */
  scheduling(seq: Seq = this.cluster.sim.log.last, attempt?: Seq): SchedulingScene {
    const { log, now } = this.cluster.sim;
    const nodes = this.cluster.observe(NODE, this.#revisionAt(seq));
    return this.#scheduling.build(seq, log.get(seq)?.at ?? now, nodes as readonly Node[], attempt);
  }

  objects(window: ObjectWindow): ObjectsShown {
    const { cluster } = this;
    const { log, now } = cluster.sim;
    const { kinds } = cluster;
    const { seq } = window;
    if (seq === undefined) {
      const part: Shelves['part'] = (...args) => cluster.observePart(...args);
      return objectList({ kinds, part, all: (kind) => cluster.observe(kind) }, now, window);
    }
    const revision = this.#revisionAt(seq);
    return objectList({ kinds, all: (kind) => cluster.observe(kind, revision) }, log.get(seq)?.at ?? now, window);
  }

  object(ref: Ref, seq?: Seq): ApiObject | undefined {
    const kind = this.cluster.kinds.find((candidate) => candidate.kind === ref.kind);
    if (kind === undefined) return undefined;
    const revision = seq === undefined ? 0 : this.#revisionAt(seq);
    return this.cluster.observeOne(kind, ref.namespace, ref.name, revision);
  }

  /** Why an object is as it is: the newest entry about it, and that entry's ancestors. */
  why(ref: Ref, seq: Seq = Number.POSITIVE_INFINITY): Why[] {
    const { log } = this.cluster.sim;
    const entry = log.about(ref).findLast((candidate) => candidate.seq <= seq && candidate.verb === 'commit');
    return entry === undefined ? [] : this.causes(entry.seq);
  }

  /** Why an entry of the log is there: it and its ancestors. */
  causes(seq: Seq): Why[] {
    const { log } = this.cluster.sim;
    const entry = log.get(seq);
    return (entry === undefined ? [] : [entry, ...log.why(seq)]).map((each) => ({ entry: each, text: sentence(each) }));
  }

  next(seq: Seq): Why[] {
    return this.cluster.sim.log.next(seq).map((entry) => ({ entry, text: sentence(entry) }));
  }

  check(checks: readonly Check[]): CheckResult[] {
    const world = {
      objects: (resource: string) => {
        const kind = KINDS.find((candidate) => candidate.resource === resource);
        if (kind === undefined) throw new Error(`check asks for "${resource}", which is no resource of this cluster`);
        return this.cluster.observe(kind);
      },
      stopped: () => this.stopped(this.cluster.sim.log.last),
    };
    return checks.map((check) => runCheck(check, world));
  }

  fault(fault: Fault, undo = false): void {
    this.cluster.fault(fault, undo);
  }

  recording(): Recording {
    return this.cluster.recorder.recording();
  }

  /** Plays a recording, or its beginning up to the entry `last` of its log. */
  replay(recording: Recording, last?: Seq): void {
    this.cluster.recorder.replay(recording, last);
  }

  /** A part of the product that the world waits for cannot be had. */
  forgo(part: Part): void {
    if (this.cluster.sim.wanted === part) this.cluster.recorder.input({ kind: 'part-missing', part: part.name });
  }

  hash(): string {
    return this.cluster.sim.log.hash();
  }

  stopped(seq: Seq): ReadonlySet<string> {
    const stopped = new Set<string>();
    for (const fault of this.#faults) {
      if (fault.seq > seq) break;
      if (fault.stopped) stopped.add(fault.target);
      else stopped.delete(fault.target);
    }
    return stopped;
  }

  #terminal(name: string): Terminal {
    const known = this.#terminals.get(name);
    if (known !== undefined) return known;
    const shell = this.workstation.open(name);
    const terminal: Terminal = { shell, columns: 80, rows: 24, output: [], unkept: 0 };
    shell.onOutput((bytes) => {
      const { log, now } = this.cluster.sim;
      terminal.output.push({ seq: log.last, bytes });
      terminal.unkept += bytes.length;
      if (terminal.unkept > MOST_UNKEPT) {
        terminal.output = newest(terminal.output);
        terminal.unkept = 0;
      }
      this.#news.output.push({ session: name, at: now, bytes });
    });
    shell.onPrompt((prompt) => this.#news.prompts.push({ session: name, prompt }));
    this.#terminals.set(name, terminal);
    return terminal;
  }

  /** What the page's own line editor has shown of a line: the prompt and the text. */
  #echo({ shell, output }: Terminal, text: string): void {
    const shown = (shell.prompt ?? '') + text;
    if (shown !== '') output.push({ seq: this.cluster.sim.log.last, bytes: new TextEncoder().encode(shown) });
  }

  #index(entry: LogEntry): void {
    this.#scheduling.add(entry);
    if (entry.verb === 'commit') this.#commits.push({ seq: entry.seq, revision: entry.detail.revision });
    // Of all faults these leave something that does not run.
    if (entry.verb === 'fault' && /^(component|node)-stopped /.test(entry.detail.fault))
      this.#faults.push({ seq: entry.seq, target: entry.target ?? '', stopped: entry.detail.undone !== true });
  }

  /** Drops what nobody can look at any more: where the log keeps its newest entries only. */
  #forget(): void {
    const { first } = this.cluster.sim.log;
    if (first === this.#oldest) return;
    this.#oldest = first;
    this.#census.forget(first);
    this.#scheduling.forget(first);
    const kept = this.#commits.findLastIndex(({ seq }) => seq <= first);
    this.#commits = this.#commits.slice(Math.max(0, kept));
  }

  #revisionAt(seq: Seq): number {
    const commits = this.#commits;
    let low = 0;
    let high = commits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((commits[middle] as { seq: Seq }).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return commits[low - 1]?.revision ?? 1;
  }

  #world(): World {
    const kinds = new Map(KINDS.filter(({ view }) => view === undefined).map((kind) => [kind.resource, kind]));
    return {
      census: this.#census,
      entry: (seq) => this.cluster.sim.log.get(seq),
      object: (resource, name, revision) => {
        const [namespace = '', own = ''] = name.split('/');
        return this.cluster.observeOne(kinds.get(resource) as Kind, namespace, own, revision);
      },
      objects: (resource, revision) => this.cluster.observe(kinds.get(resource) as Kind, revision),
      revisionAt: (seq) => this.#revisionAt(seq),
      stopped: (seq) => this.stopped(seq),
    };
  }
}

/** Whoever set the machines up left root's key here. */
const SSH_CONFIG = 'Host *\n  User root\n';

const NODE = KINDS.find(({ kind }) => kind === 'Node') as Kind;
const COUNTED = KINDS.filter(({ kind, group, view }) => group === '' && view === undefined && (kind === 'Node' || kind === 'Pod'));

const fullName = ({ namespace, name = '' }: { namespace?: string; name?: string }): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
